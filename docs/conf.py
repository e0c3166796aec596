"""The documentation site: Sphinx, MyST (Markdown) and the theme Furo. `make docs` builds it; a warning is an error."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

project = "pytest-customerio"
release = version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
author = project_copyright = "The pytest-customerio authors"

extensions = ["myst_parser", "sphinx_copybutton"]
exclude_patterns = ["_build"]
nitpicky = True
smartquotes = False  # options and code are in the text

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "pytest-customerio"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
# What stands behind a prompt is copied, and no output.
copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_exclude = ".linenos, .gp, .go"
# An answer that breaks off is shown as it arrives, and is then no valid JSON.
suppress_warnings = ["misc.highlighting_failure"]
linkcheck_timeout = 20
linkcheck_anchors = False

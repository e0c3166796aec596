"""Renders pages as HTML, and says what a browser may load for them. The only module that knows Jinja."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pytest_customerio.tools.sandbox.email_html import list_links

_FOLDER = Path(__file__).parent / "templates"
# A page loads nothing from other hosts and sends nothing to them. Its only script and its only style have a hash here.
_POLICY = (
    "default-src 'none'; script-src '{script}'; style-src {style}; img-src data:; connect-src 'self'; "
    "form-action 'self'; frame-src 'none'; frame-ancestors 'none'; base-uri 'none'"
)


class Renderer:
    """Renders templates. Every value is escaped, because an application may send anything."""

    def __init__(self) -> None:
        self._jinja = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.globals.update(style=_source("style.css"), script=_source("live.js"))
        self._jinja.filters["links"] = list_links

    def render(self, name: str, context: Mapping[str, Any]) -> bytes:
        """A page. Half of a surrogate pair, which UTF-8 cannot encode, becomes a question mark."""
        return self._jinja.get_template(f"{name}.html").render(context).encode("utf-8", "replace")

    @cached_property
    def policy(self) -> str:
        """The Content-Security-Policy of every page without an e-mail."""
        return _POLICY.format(script=_hash("live.js"), style=f"'{_hash('style.css')}'")

    @cached_property
    def message_policy(self) -> str:
        """The policy of a page with an e-mail: its frame inherits the policy, and an e-mail has its own style."""
        return _POLICY.format(script=_hash("live.js"), style="'unsafe-inline'")


def _source(name: str) -> Markup:
    return Markup((_FOLDER / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of this package


def _hash(name: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_source(name).encode()).digest()).decode()

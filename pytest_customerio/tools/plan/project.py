"""Finds a project's plan, and what its last run sent, as pytest would find them.

The only module of the commands that knows how pytest reads its ini.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Private (pytest 8.4 to 9.2): `locate_config(folder, [])` returns the root, the path of the ini, its settings, and in
# pytest 9 more. Without it the ini would have to be read here, in each of its seven forms.
from _pytest.config.findpaths import locate_config

from pytest_customerio.core.data import read_json
from pytest_customerio.reporting.sent_shapes import CACHE, VERSION
from pytest_customerio.tools.commands import CANNOT, CommandError

Json = Any
NO_FOLDER = "no plan: name its folder in the ini, cio_plan = contracts, or with --folder FOLDER"
NOTHING_NOTED = "no run has noted what it sent; run pytest --cio-contract first, with pytest's cache on"
_CACHE_DIR = ".pytest_cache"


@dataclass(frozen=True, slots=True)
class Project:
    """The folder of a project's plan, which need not exist yet, and the file with the shapes of the last run."""

    folder: Path
    shapes: Path
    in_ini: bool = True

    def sent(self) -> Mapping[str, Json]:
        """What the last run sent. Raises `CommandError` where no run has noted it."""
        if not self.shapes.is_file():
            raise CommandError(NOTHING_NOTED, CANNOT)
        found = read_json(self.shapes)
        if not isinstance(found, dict) or found.get("version") != VERSION:
            raise CommandError(f"{self.shapes} is of another version; run pytest --cio-contract once more", CANNOT)
        return found


def find(cwd: Path, folder: Path | None) -> Project:
    """The project at or around a folder; `folder` takes the place of the ini `cio_plan`. Raises `CommandError`."""
    root, ini, settings = locate_config(cwd, [])[:3]
    base = ini.parent if ini is not None else cwd
    named = [base / path for path in _paths(settings.get("cio_plan"))][:1]
    chosen = [folder] if folder is not None else named
    if not chosen:
        raise CommandError(NO_FOLDER)
    given = next(iter(_paths(settings.get("cache_dir"))), _CACHE_DIR)
    cache = (root or cwd) / os.path.expandvars(Path(given).expanduser())
    return Project(chosen[0], cache / "v" / CACHE, in_ini=bool(named))


def _paths(setting: Any) -> Iterable[str]:
    """The value of a setting of several paths. pytest 9 wraps it, and one of TOML may be a list."""
    value = getattr(setting, "value", setting)
    if isinstance(value, list):
        return map(str, value)
    return shlex.split(value) if isinstance(value, str) else ()

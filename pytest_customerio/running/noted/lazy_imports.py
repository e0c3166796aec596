"""Imports the SDKs that functions of the project import: a fake or a mock in the place of such a function hides them.

`def client(): from customerio import CustomerIO` imports the SDK when it is called first. A test that hands over a fake
never calls it, and without the SDK nothing is known that the fake could stand for.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress

from pytest_customerio.clients.mocks import SDKS

_WITHIN = re.compile(rb"^[ \t]+(?:from|import)[ \t]+((?:async_)?customerio)\b", re.MULTILINE)
# Where the standard library and installed packages lie: most modules do.
_LIBRARIES = tuple(os.path.join(one, "lib") for one in (sys.base_prefix, sys.prefix))
_open = open  # bound here, before a test replaces it and counts its calls


class LazyImports:
    """Looks at each module of the project once, when it was imported."""

    def __init__(self, is_project: Callable[[str], bool]) -> None:
        self._is_project = is_project
        self._seen: set[str] = set()
        self._missing = [name for name in SDKS if "." not in name]

    def look(self) -> None:
        """Import an SDK that is installed and not imported yet, if a module that is new since the last time does so."""
        if len(sys.modules) == len(self._seen):
            return
        self._missing = [name for name in self._missing if name not in sys.modules]
        new, self._seen = sys.modules.keys() - self._seen, set(sys.modules)
        if self._missing:
            for name in sorted(set().union(*map(self._named_in, new)).intersection(self._missing)):
                if _is_installed(name):
                    with suppress(Exception):  # an SDK whose own requirements are missing
                        importlib.import_module(name)

    def _named_in(self, module: str) -> set[str]:
        """The SDKs that the functions of a module import."""
        file = getattr(sys.modules.get(module), "__file__", None)
        if not isinstance(file, str) or file.startswith(_LIBRARIES) or not self._is_project(file):
            return set()
        content = _content(file)
        return {one.decode() for one in _WITHIN.findall(content)} if b"customerio" in content else set()


def _is_installed(name: str) -> bool:
    """Whether a package of this name can be imported. A module that another one stands for has no spec."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _content(file: str) -> bytes:
    try:
        with _open(file, "rb") as opened:
            return opened.read()
    except OSError:
        return b""

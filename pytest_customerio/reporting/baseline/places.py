"""Names functions and tests in a baseline: by their file, seen from the folder of the baseline, and without a line.

The root folder of pytest depends on the command line where a project has no ini; the folder of the file does not.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

# What Python puts into a qualified name between the functions of a project. A comprehension has a frame of its own in
# Python 3.11 only, so that without this the name would depend on the version.
_INNER = re.compile(r"\.?<(?:locals|lambda|listcomp|dictcomp|setcomp|genexpr)>")


class Places:
    """Names what is found in a project with this root, for a baseline in the folder `base`."""

    def __init__(self, root: Path, base: Path) -> None:
        self._root, self._base = os.path.realpath(root), os.path.realpath(base)
        self._files: dict[str, str] = {}
        self._places: dict[str, str] = {}

    def place(self, site: str, function: str = "") -> str:
        """`app/crm.py::Crm.purchase` for the call site `app/crm.py:16 in purchase` and its qualified function."""
        if (known := self._places.get(site)) is not None:
            return known
        head, _, name = site.rpartition(" in ")
        file, _, line = head.rpartition(":")
        found = self._places[site] = self._named(file, function or name) if line.isdecimal() else site
        return found

    def test(self, nodeid: str) -> str:
        """The node id of a test function."""
        file, colons, rest = nodeid.partition("::")
        return f"{self._file(file)}{colons}{rest}"

    def _named(self, file: str, function: str) -> str:
        name = _INNER.sub("", function) if "<" in function else function
        return f"{self._file(file)}::{name.lstrip('.') or '<module>'}"

    def _file(self, file: str) -> str:
        if file not in self._files:
            self._files[file] = self._path(file)
        return self._files[file]

    def _path(self, file: str) -> str:
        if self._root == self._base and not os.path.isabs(file):
            return file
        path = os.path.join(self._root, file)
        if os.path.isabs(file):  # it is outside of the root
            path = os.path.join(os.path.realpath(os.path.dirname(file)), os.path.basename(file))
        try:
            return os.path.relpath(path, self._base).replace(os.sep, "/")
        except ValueError:  # it is on another drive
            return file

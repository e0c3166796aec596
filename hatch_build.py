"""Adds the prepared form of the shipped cassettes to a wheel (`pytest_customerio/cassettes/prepared.py`)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PreparedCassettes(BuildHookInterface):  # type: ignore[misc, unused-ignore]
    """A hook of the target `wheel`. An editable install gets no prepared file: its cassettes may be edited."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the file outside of the checkout, and put it into the wheel beside the cassettes."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from pytest_customerio.cassettes.prepared import FILE, prepare
        finally:
            sys.path.remove(self.root)
        self._folder = tempfile.TemporaryDirectory()
        path = Path(self._folder.name) / FILE
        path.write_text(prepare(Path(self.root) / "cassettes"), encoding="utf-8")
        build_data["force_include"][str(path)] = f"pytest_customerio/cassettes/{FILE}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the file again."""
        if version != "editable":
            self._folder.cleanup()

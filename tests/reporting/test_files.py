"""Report files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pytest_customerio.reporting.files import write


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """A failure while writing leaves the old file and no other file."""
    path = tmp_path / "new" / "report.json"
    write(path, {"version": 1})
    assert json.loads(path.read_text(encoding="utf-8")) == {"version": 1}
    with pytest.raises(TypeError):
        write(path, {"version": object()})
    assert json.loads(path.read_text(encoding="utf-8")) == {"version": 1}
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]

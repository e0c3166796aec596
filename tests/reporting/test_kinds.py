"""The kinds of report files."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core.settings import SettingsError
from pytest_customerio.reporting import kinds
from pytest_customerio.reporting.results import Results


def test_each_kind_is_written_by_its_function() -> None:
    """The suffix decides, in whatever case it is written; each function gives a text that ends with a line break."""
    starts = {".json": "{", ".md": "## ", ".html": "<!doctype html>", ".sarif": "{"}
    for suffix, start in starts.items():
        text = kinds.KINDS[kinds.kind(Path(f"report{suffix.upper()}"))](Results())
        assert text.startswith(start)
        assert text.endswith("\n")
    assert kinds.DETAILED | set(kinds.EXTRAS) <= set(kinds.KINDS)


def test_a_kind_whose_extra_is_missing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text has the command that installs it. Other kinds need nothing."""
    monkeypatch.setattr(kinds, "find_spec", lambda _: None)
    kinds.check("out/report.json")
    with pytest.raises(SettingsError) as caught:
        kinds.check("out/report.html")
    assert str(caught.value) == (
        "--cio-report=out/report.html: jinja2 is not installed; what to do: pip install 'pytest-customerio[html]'"
    )


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    """What is wrong is said, and the reports after it are written."""
    (tmp_path / "a.json").mkdir()
    results, project = Results(), tmp_path / "project"
    paths = [tmp_path / "a.json", tmp_path / "b.md", project / "c.md", tmp_path / "b.md"]
    (problem,) = kinds.write_reports(paths, results, project)
    assert results.written == [str(tmp_path / "b.md"), "c.md"]
    assert problem.startswith(f"--cio-report: {tmp_path / 'a.json'} cannot be written: ")
    assert (tmp_path / "b.md").read_text(encoding="utf-8").startswith("## ")

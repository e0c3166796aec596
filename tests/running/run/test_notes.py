"""What the summary notes of a run: as much as the run can tell."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.core.settings import Settings
from pytest_customerio.running import options
from pytest_customerio.running.allowances import UNNEEDED_HERE
from pytest_customerio.running.run.notes import Notes

LINE = "allowed, but not needed: ini cio_allow: jitter: x"
SHARED = "allowed, but not needed: t.py: cio_allow('jitter')"


@pytest.mark.parametrize(
    ("stats", "stopped", "whole", "narrowed", "expected"),
    [
        ({}, False, True, False, [SHARED, LINE]),
        ({"failed": [1]}, False, True, False, [SHARED]),
        ({"error": [1]}, False, True, False, [SHARED]),
        ({"deselected": [1]}, False, True, False, []),
        ({}, False, False, False, [SHARED]),
        ({}, False, False, True, []),
        ({}, True, True, False, []),
    ],
    ids=["whole", "failed", "error", "deselected", "one file", "one test", "stopped"],
)
def test_which_runs_can_tell_what_was_not_needed(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    stats: dict[str, Any],
    expected: list[str],
    *,
    stopped: bool,
    whole: bool,
    narrowed: bool,
) -> None:
    """A shared mark needs all its tests, a line of the ini the whole suite without a failure."""
    monkeypatch.setattr(options, "whole", lambda _: whole)
    monkeypatch.setattr(options, "narrowed", lambda _: narrowed)
    notes = Notes(SimpleNamespace(), Settings(contract=True, allow_lines=("jitter: x",), rootdir=tmp_path))  # type: ignore[arg-type]
    notes.allowances.add({SHARED.partition(": ")[2]: UNNEEDED_HERE})
    notes.end(stopped=stopped)
    assert notes.lines(stats, [], wanted=True) == expected


def test_marks_are_noted_only_where_not_every_test_is_checked(tmp_path: Path) -> None:
    """With the option every test is checked, so that nothing is said of the marks."""
    for contract, expected in ((True, 0), (False, 1)):
        notes = Notes(SimpleNamespace(), Settings(contract=contract, rootdir=tmp_path))  # type: ignore[arg-type]
        notes.marks.total, notes.marks.idle = 1, ["t.py::t"]
        assert len(notes.lines({}, [], wanted=False)) == expected


def test_a_folder_without_a_plan_is_noted(tmp_path: Path) -> None:
    """The setting does nothing then; a folder with nearly the same name may be meant. A plan is not noted."""
    notes = Notes(SimpleNamespace(), Settings(plan=tmp_path / "contracts", rootdir=tmp_path))  # type: ignore[arg-type]
    ending = " (fails with --cio-strict): python -m pytest_customerio plan --update writes one"
    assert notes.lines({}, [], wanted=True) == [f"ini cio_plan: no plan in contracts{ending}"]
    assert notes.lines({}, [], wanted=False) == []
    (tmp_path / "contract").mkdir()
    meant = f"ini cio_plan: no plan in contracts (did you mean contract?){ending}"
    assert notes.lines({}, [], wanted=True) == [meant]
    (tmp_path / "contracts").mkdir()
    assert notes.lines({}, [], wanted=True) == [f"ini cio_plan: no plan in contracts{ending}"]
    (tmp_path / "contracts" / "attributes.json").write_text("{}", encoding="utf-8")
    assert notes.lines({}, [], wanted=True) == []
    elsewhere = Settings(plan=tmp_path / "no" / "contracts", rootdir=tmp_path)
    assert Notes(SimpleNamespace(), elsewhere).lines({}, [], wanted=True) == [  # type: ignore[arg-type]
        f"ini cio_plan: no plan in contracts{ending}"
    ]

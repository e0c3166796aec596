"""What the end of a run says of recordings."""

from __future__ import annotations

from typing import Any

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.sentences.recordings import lines


def results(*, strict: bool = False, **compared: Any) -> Results:
    found = Results(strict=strict)
    for nodeid, one in compared.items():
        found.add_compared(
            nodeid, {"path": f"{nodeid}.yaml", "drift": (), "is_edited": False, "is_older": False, **one}
        )
    return found


def test_nothing_to_say() -> None:
    """Where all is as it was recorded, nothing is said."""
    assert lines(Results()) == []
    assert lines(results(test_one={})) == []
    assert not results(test_one={}).drifted


def test_everything() -> None:
    """Recordings that were made, requests that differ, edited and older files: each is a paragraph."""
    found = results(a={"drift": ("track.event: recorded, not sent",)}, b={"is_edited": True}, c={"is_older": True})
    found.add_recorded("d", 2)
    found.add_recorded("e", 0)
    assert found.drifted
    assert lines(found) == [
        "",
        "recorded in cassettes/recorded/: 1 test, 2 answers",
        "not recorded: e did not pass",
        "",
        "requests that differ from the recording of their test (they fail with --cio-strict; "
        "record anew: pytest --cio-record):",
        "  a",
        "    track.event: recorded, not sent",
        "",
        "recordings that were edited since they were recorded:",
        "  b.yaml",
        "",
        "recordings in an older form (python -m pytest_customerio record --migrate):",
        "  c.yaml",
    ]


def test_strict() -> None:
    """With --cio-strict the differences failed the run."""
    assert lines(results(strict=True, a={"drift": ("x",)}))[1] == (
        "requests that differ from the recording of their test (they fail; record anew: pytest --cio-record):"
    )


def test_long_lists() -> None:
    """Ten tests, ten differences of each and ten files are listed; the rest is counted."""
    found = results(**{f"t{n:02}": {"drift": ["x"] * 12, "is_edited": True} for n in range(12)})
    shown = lines(found)
    assert shown.count("    (and 2 more)") == 10
    assert "  (and 2 more tests)" in shown
    assert shown[-1] == "  (and 2 more)"

"""A conflict becomes a violation in the row of the second call site."""

from __future__ import annotations

from typing import Any

from resulting import observed, results, verdict

from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.sentences.conflicts import HINT, add_conflicts
from pytest_customerio.reporting.sentences.warned import warnings

FIRST, OTHER = observed("a.py:1 in f", {"x": 1}), observed("b.py:1 in g", {"x": "1"})


def concluded(*given: dict[str, Any], strict: bool = False) -> tuple[Any, list[str]]:
    """The results of these call sites, and the allowances that were needed."""
    made = results(*(verdict("track.event", test=one["nodeid"]) for one in given), strict=strict)
    made.shapes.add(given)
    return made, add_conflicts(made)


def test_the_violation() -> None:
    """It names both call sites, the types and the event; the run is one with a conflict."""
    made, needed = concluded(FIRST, OTHER, strict=True)
    assert made.rows[0]["violations"] == []
    (found,) = made.rows[1]["violations"]
    expected = 'integer in "buy", as sent from a.py:1 in f'
    assert Violation(**found) == Violation(
        "type-conflict", "warning", "$.data.x", expected, "string", HINT, sent_from="b.py:1 in g"
    )
    assert (made.conflicting, needed) == (True, [])
    assert warnings(made) == [
        "",
        "these fail the run (--cio-strict):",
        '  track.event $.data.x: expected integer in "buy", as sent from a.py:1 in f, got string [type-conflict] at '
        "b.py:1 in g",
    ]


def test_an_attribute_has_no_name() -> None:
    """Without --cio-strict it does not fail the run."""
    both = [observed(site, {"x": value}, "", "attributes") for site, value in (("a", 1), ("b", "1"))]
    made = results(*(verdict("track.identify", test=one["nodeid"]) for one in both))
    made.shapes.add(both)
    add_conflicts(made)
    assert made.rows[1]["violations"][0]["expected"] == "integer, as sent from a"
    assert not made.conflicting


def test_an_allowed_conflict() -> None:
    """It is shown as allowed, and the allowance was needed."""
    made, needed = concluded({**FIRST, "allow": {".x": ("old", "t.py: cio_allow")}}, OTHER, strict=True)
    assert made.rows[1]["violations"][0]["allowed"] == "old"
    assert (made.conflicting, needed) == (False, ["t.py: cio_allow"])
    assert warnings(made) == []


def test_a_test_that_has_no_row() -> None:
    """Nothing is added where the results do not hold the test."""
    made = results()
    made.shapes.add([FIRST, OTHER])
    assert add_conflicts(made) == []
    assert made.rows == []

"""One row of the results, as values that xdist can send."""

from __future__ import annotations

from resulting import BAD, verdict

from pytest_customerio.reporting.rows import is_allowed, is_known, key_of, part, row


def test_waits_are_rounded() -> None:
    """Six digits after the point are enough in a report."""
    (row,) = part([verdict("track.event")], {})["rows"]
    assert row["waits"] == [1.0, 2.0]
    assert (row["nodeid"], row["case"], row["violations"]) == ("t.py::t", None, [])


def test_a_violation_has_all_its_members() -> None:
    """A report shows each of them, and what a mark or the baseline excuses is told from the rest."""
    (violation,) = row(verdict("track.event", None, None, BAD))["violations"]
    assert violation == BAD._asdict()
    assert (is_allowed(violation), is_known(violation)) == (False, False)
    assert is_allowed({**violation, "allowed": "on purpose"})
    assert is_known({**violation, "known": True})


def test_the_key_of_a_row() -> None:
    """A test, an operation and a case have one row."""
    assert key_of(row(verdict("track.event", "401-unauthorized"))) == ("t.py::t", "track.event", "401-unauthorized")

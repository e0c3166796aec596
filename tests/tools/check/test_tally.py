"""What was judged is counted by cause, in bounded memory, and added up over the pieces."""

from __future__ import annotations

import pickle

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.tools.check import tally as module
from pytest_customerio.tools.check.tally import PLACES, Place, Tally

EVENT = Catalog.load().operations["track.event"]


def wrong(where: str = "$.name", severity: Severity = "error") -> Violation:
    return violation("event-name-missing", where, "a name", "nothing", severity=severity)


def noted(*found: Violation, name: str = "x") -> Tally:
    one = Tally(judged=len(found), files={name})
    for line, each in enumerate(found, 1):
        one.note(EVENT, "track", each, "", Place(name, line))
    return one


def test_places() -> None:
    """A place reads as editors know it."""
    assert [str(one) for one in (Place("x", 3), Place("x", None, 2), Place("x"))] == ["x:3", "x, entry 2", "x"]


def test_a_cause_is_listed_once() -> None:
    """Violations that differ in an index, a value or the place in the file have one cause, with its first places."""
    found = noted(*[wrong(f"$.batch[{number}].name") for number in range(PLACES + 5)])
    (cause,) = found.of("error")
    assert (cause.places.count, len(cause.places.first), cause.docs) == (PLACES + 5, PLACES, EVENT.docs)


def test_causes_in_order() -> None:
    """Errors come before warnings, each in the order in which they were found."""
    found = noted(wrong("$.b", "warning"), wrong("$.c"), wrong("$.a"), wrong("$.d", "info"))
    assert [one.violation.where for one in found.of("error", "warning")] == ["$.c", "$.a", "$.b"]


def test_adding_up() -> None:
    """Tallies of pieces, which other processes may send, add up to that of the whole."""
    first, second = noted(wrong()), noted(wrong(), wrong("$.x", "warning"), name="y")
    first.note_corrupt("broken", Place("x", 9))
    second.note_corrupt("broken", Place("y", 9))
    assert not first.has_nothing
    assert Tally().has_nothing
    first.empty["z"] = None
    for one in (first, second):
        one.note_unknown(Place("y", 4))
        one.elsewhere, one.loaded, one.allowed = 1, 2, {"bad-email": 1}
        one.bodyless.note(Place("x", 1))
    whole = Tally()
    for one in (first, pickle.loads(pickle.dumps(second))):
        whole.add(one)
    assert (whole.judged, whole.elsewhere, whole.loaded, whole.files) == (3, 2, 4, {"x", "y"})
    assert (whole.severities, whole.allowed) == ({"error": 2, "warning": 1}, {"bad-email": 2})
    assert [str(place) for place in whole.of("error")[0].places.first] == ["x:1", "y:1"]
    assert [str(one.place) for one in whole.corrupt.first] == ["x:9", "y:9"]
    assert (whole.bodyless.count, whole.all_unknown.count, list(whole.empty)) == (2, 2, ["z"])
    assert first.of("error")[0].places.count == 1


def test_the_number_of_causes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Causes beyond the most are counted, and their severity is not lost."""
    monkeypatch.setattr(module, "CAUSES", 2)
    found = noted(wrong("$.a"), wrong("$.b"), wrong("$.c"), wrong("$.a"))
    assert (len(found.causes), found.dropped, found.severities) == (2, 1, {"error": 4})
    found.add(noted(wrong("$.d"), wrong("$.d"), wrong("$.a")))
    assert (len(found.causes), found.dropped, found.severities) == (2, 3, {"error": 7})


def test_files_of_another_kind() -> None:
    """A file in which nothing is known has nothing of Customer.io, unless it was named, or something else in it is known."""
    found = noted(wrong(), name="known")
    for name in ("known", "named", "other"):
        found.note_unknown(Place(name, 1))
    found.settle(["named"])
    assert sorted(found.unknown) == ["known", "named"]
    assert (found.empty, found.overlooked) == ({"other": None}, False)
    found.empty["named"] = None
    found.settle(["named"])
    assert found.overlooked

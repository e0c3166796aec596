"""The minimum: call sites times families of errors that can happen there."""

from __future__ import annotations

import pytest
from resulting import results, seen, verdict

from pytest_customerio.reporting import minimum as module
from pytest_customerio.reporting.minimum import Minimum, Part, minimum
from pytest_customerio.reporting.results import Results

BUY, SELL = "crm.py:9 in buy", "crm.py:13 in sell"


def found(required: float | None = 80) -> Results:
    """Three families can happen; one call site met two of them, the other none, and the third operation has no case."""
    one = results(
        verdict("track.event", "401-unauthorized", "raised", sites=[BUY, SELL], met_at=[BUY]),
        verdict("track.event", "429-rate-limited-persists", "raised", sites=[BUY], met_at=[BUY]),
        verdict("unknown", sites=[BUY]),
    )
    one.required = required
    return one


def test_a_part_is_a_call_site_of_an_operation() -> None:
    """Each family counts once, in the order of the matrix; where no error can happen nothing counts."""
    seen_parts = minimum(found())
    assert seen_parts.parts == (
        Part("track.event", BUY, ("401", "429"), ("network",)),
        Part("track.event", SELL, (), ("401", "429", "network")),
        Part("unknown", BUY),
    )
    assert seen_parts.percent == pytest.approx(100 * 2 / 6)
    assert not seen_parts.is_reached


def test_below_the_minimum_each_part_is_explained() -> None:
    """The wording is pytest-cov's; the total is rounded down."""
    assert minimum(found()).lines() == [
        "FAIL Required error coverage of 80% not reached. Total error coverage: 33.3%",
        f"  track.event at {SELL}: 0 of 3 error families met, not 401, 429, network",
        f"  track.event at {BUY}: 2 of 3 error families met, not network",
    ]


def test_what_is_reached_is_one_line() -> None:
    """It is reached where it is just reached."""
    exact = Minimum(62.5, (Part("a", BUY, ("401",) * 5, ("429",) * 3),))
    assert exact.lines() == ["Required error coverage of 62.5% reached. Total error coverage: 62.5%"]


def test_what_is_not_reached_does_not_look_as_if_it_were() -> None:
    """79.96 % is below 80 %, and is not shown as 80 %."""
    close = Minimum(80, (Part("a", "", ("401",) * 1999, ("429",) * 501),))
    assert close.lines() == [
        "FAIL Required error coverage of 80% not reached. Total error coverage: 79.9%",
        "  a at an unknown place: 1999 of 2500 error families met, not " + ", ".join(["429"] * 501),
    ]


@pytest.mark.parametrize("empty", [Results(), results(verdict("unknown", sites=[BUY]))], ids=["nothing", "unknown"])
def test_nothing_heard_is_below_any_minimum(empty: Results) -> None:
    """Nothing heard is not 100 %, and not 0 % either."""
    empty.required = 0
    assert minimum(empty).lines() == [
        "FAIL Required error coverage of 0% not reached. Total error coverage: nothing was heard"
    ]
    assert minimum(empty).document()["percent"] is None
    assert minimum(empty).document()["reached"] is False


def test_a_case_that_cannot_happen_to_what_a_test_sent_does_not_count() -> None:
    """A family of which no case can happen is left out."""
    one = found()
    one.skipped["t.py::t"] = {"case": "read-timeout-persists", "reason": "x", "impossible": ["track.event"]}
    assert minimum(one).parts[0] == Part("track.event", BUY, ("401", "429"))


def test_an_operation_whose_call_site_is_unknown_is_a_part() -> None:
    """Its errors count as well as those of others."""
    one = results(verdict("track.event", "401-unauthorized", "raised"), verdict("track.event"), t=seen())
    assert minimum(one).parts == (Part("track.event", "", ("401",), ("429", "network")),)


def test_many_parts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that lack most come first; the report has all of them."""
    monkeypatch.setattr(module, "SHOWN", 1)
    one = minimum(found())
    assert one.lines()[1:] == [
        f"  track.event at {SELL}: 0 of 3 error families met, not 401, 429, network",
        "  (and 1 more call sites; --cio-report has them)",
    ]
    assert one.document() == {
        "required": 80,
        "reached": False,
        "percent": 33.3,
        "parts": [
            {"operation": "track.event", "sent_from": BUY, "met": ["401", "429"], "missing": ["network"]},
            {"operation": "track.event", "sent_from": SELL, "met": [], "missing": ["401", "429", "network"]},
            {"operation": "unknown", "sent_from": BUY, "met": [], "missing": []},
        ],
    }


def test_without_a_minimum_the_parts_are_in_the_report() -> None:
    """Nothing is required, so nothing is reached or not."""
    assert minimum(found(None)).document()["reached"] is None
    assert minimum(found(None)).is_reached

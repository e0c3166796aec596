"""Which call sites met an error, and what would let the others meet one."""

from __future__ import annotations

import pytest
from resulting import results, seen, verdict

from pytest_customerio.reporting.reach import lines

BUY, RENEW = "crm.py:9 in buy", "crm.py:13 in renew"
EACH = '@pytest.mark.cio_errors(operations="each")'


def test_a_site_that_met_an_error_is_not_named() -> None:
    """Another test may send from there without an error."""
    met = verdict("track.event", "401-unauthorized", "raised", sites=[BUY], met_at=[BUY])
    assert lines(results(met, verdict("track.event", sites=[BUY], test="t.py::u"))) == []


def test_the_second_call_site_of_an_operation_is_named() -> None:
    """The operation met errors, but the code at the second call site was never tried."""
    met = verdict("track.event", "401-unauthorized", "raised", sites=[BUY], met_at=[BUY])
    other = verdict("track.event", sites=[RENEW], test="t.py::renews[pro]")
    assert lines(results(met, other)) == [
        "met no error: 1 of 2 call sites",
        f"  track.event at {RENEW}",
        "    mark t.py::renews: @pytest.mark.cio_errors",
    ]


@pytest.mark.parametrize(
    ("mark", "way"),
    [
        pytest.param(
            None, 'mark t.py::t: @pytest.mark.cio_errors(operations="track.event")', id="unmarked"
        ),
        pytest.param(EACH, f"t.py::t meets each error in its first call only: {EACH}", id="marked"),
        pytest.param("", f"run t.py::t in all cases: {EACH}", id="each"),
    ],
)  # fmt: skip
def test_a_test_that_identifies_and_then_tracks(mark: str | None, way: str) -> None:
    """The first call meets the error; which mark reaches the second depends on the mark that the test has."""
    found = results(verdict("track.identify"), verdict("track.event", sites=[BUY]), t=seen(mark=mark))
    assert lines(found) == ["met no error: 1 of 1 call site", f"  track.event at {BUY}", f"    {way}"]


def test_a_marked_test_whose_cases_do_not_apply() -> None:
    """The mark names cases that its first operation cannot draw, or the run left out those that it can draw."""
    found = [results(verdict("track.event", sites=[BUY]), t=seen(mark=mark)) for mark in (EACH, "")]
    assert [lines(one)[2] for one in found] == [
        "    run t.py::t in all cases: @pytest.mark.cio_errors",
        f"    run t.py::t in all cases: {EACH}",
    ]


def test_no_mark_reaches_the_second_site_of_one_operation_in_a_test() -> None:
    """The cases of a mark meet the first request, so a second one needs a case around its own call."""
    assert lines(results(verdict("track.event", sites=[BUY, RENEW]), t=seen())) == [
        "met no error: 2 of 2 call sites",
        f"  track.event at {RENEW}",
        '    around this call in t.py::t: with cio.replay("429", operations="track.event"):',
        f"  track.event at {BUY}",
        "    mark t.py::t: @pytest.mark.cio_errors",
    ]


def test_the_easiest_way_is_named() -> None:
    """A test that sends the operation first needs the bare mark."""
    later = [verdict("track.identify", sites=[BUY]), verdict("track.event", sites=[RENEW])]
    found = results(*later, verdict("track.event", sites=[RENEW], test="t.py::u"), t=seen(), u=seen())
    assert lines(found)[1:3] == [f"  track.event at {RENEW}", "    mark t.py::u: @pytest.mark.cio_errors"]


def test_many_call_sites_are_counted() -> None:
    """Five are shown."""
    sites = [f"crm.py:{number} in f" for number in range(1, 9)]
    found = results(*(verdict("track.event", sites=[one], test=f"t.py::{one}") for one in sites))
    assert (lines(found)[0], lines(found)[-1], len(lines(found))) == (
        "met no error: 8 of 8 call sites",
        "  (and 3 more)",
        12,
    )


def test_a_request_without_an_operation_can_meet_no_error() -> None:
    """There is no case that a mark could replay to it."""
    assert lines(results(verdict("unknown", sites=[BUY]))) == []

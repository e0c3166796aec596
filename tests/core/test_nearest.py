"""A mistyped name is answered with the name that was probably meant."""

from __future__ import annotations

import pytest

from pytest_customerio.core.nearest import did_you_mean, nearest, nearest_parts, nearest_status, unknown_member

NAMES = ("track.event", "track.identify")
STATUSES = ("400", "401", "429", "500", "5xx", "network", "429-rate-limited")


def test_a_near_name_is_suggested() -> None:
    """The nearest name is returned, and the end of a message that suggests it."""
    assert nearest("track.evnt", NAMES) == "track.event"
    assert did_you_mean("track.evnt", NAMES) == " (did you mean track.event?)"


def test_no_name_is_suggested_where_none_is_near() -> None:
    """Where no name is near, None is returned, and an empty end of a message; `cutoff` says how near a name has to be."""
    assert nearest("xyz", NAMES) is None
    assert did_you_mean("xyz", NAMES) == ""
    assert nearest("track.evnt", NAMES, 0.99) is None


def test_capitals_and_white_space_do_not_count() -> None:
    """A name is found as it is spelt, however the given one is written."""
    assert nearest(" TRACK.EVENT ", NAMES) == "track.event"
    assert nearest("x-strict-mode", ("X-Strict-Mode",)) == "X-Strict-Mode"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("4xx", "400, 401 or 429"),
        ("5xx", "500"),
        ("427", "429"),
        ("402", "401"),
        ("599", "500"),
        ("9xx", None),
        ("999", None),
        ("0xx", None),
        ("4290", None),
        ("", None),
    ],
)
def test_a_status_that_is_none(given: str, meant: str | None) -> None:
    """4xx means the statuses that begin so; a number means the nearest one of its hundred."""
    assert nearest_status(given, STATUSES) == meant


def test_a_part_of_names() -> None:
    """A part means each name that has it; a longer name of the same case is left out, and too many say nothing."""
    names = ("connection-reset", "connection-reset-recovers", "accepted-then-reset", "dns-failure")
    assert nearest_parts("Reset", names) == "connection-reset or accepted-then-reset"
    assert nearest_parts("dns", names) == "dns-failure"
    assert nearest_parts("res", names) is None
    assert nearest_parts("a", [f"a-{number}" for number in range(9)]) is None


def test_a_member_that_is_none_of_the_known() -> None:
    """The first unknown name is told with the nearest one, and all that are accepted."""
    assert unknown_member({"case": 1}, ("case", "times")) is None
    said = "there is no member 'tmes' here (did you mean times?); accepted: case, times"
    assert unknown_member({"case": 1, "tmes": 2}, ("case", "times")) == said

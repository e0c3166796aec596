"""A mistyped name is answered with the name that was probably meant."""

from __future__ import annotations

from pytest_customerio.core.nearest import did_you_mean, nearest

NAMES = ("track.event", "track.identify")


def test_a_near_name_is_suggested() -> None:
    """The nearest name is returned, and the end of a message that suggests it."""
    assert nearest("track.evnt", NAMES) == "track.event"
    assert did_you_mean("track.evnt", NAMES) == " (did you mean track.event?)"


def test_no_name_is_suggested_where_none_is_near() -> None:
    """Where no name is near, None is returned, and an empty end of a message; `cutoff` says how near a name has to be."""
    assert nearest("xyz", NAMES) is None
    assert did_you_mean("xyz", NAMES) == ""
    assert nearest("track.evnt", NAMES, 0.99) is None

"""The interface between taps and session."""

from __future__ import annotations

from tapping import TRACK, FakeTraffic

from pytest_customerio.clients.traffic import Switch, being_heard, heard_above


def test_a_switch_that_is_turned_off(traffic: FakeTraffic) -> None:
    """After the end of the session, a wrapper that is still referenced hears and answers nothing."""
    switch = Switch(traffic)
    hearing = switch.hear("x", "GET", TRACK)
    assert switch.concerns("track.customer.io", None)
    assert hearing is not None
    switch.turn_off()
    assert not switch.concerns("track.customer.io", None)
    assert switch.hear("x", "GET", TRACK) is None
    assert not switch.at_connect()


def test_what_is_heard_above_is_known_until_it_is_over(traffic: FakeTraffic) -> None:
    """A task that was started while a request was heard keeps its context; it hears its own requests after that."""
    assert heard_above() is None
    hearing = traffic.hear("x", "GET", TRACK)
    assert hearing is not None
    with hearing:
        assert heard_above() is hearing
        hearing.over = True
        assert being_heard.get() is hearing
        assert heard_above() is None

"""A test that passes a sleep of its own hides the waits; what was given the usual one hides nothing."""

from __future__ import annotations

import time

import pytest

from pytest_customerio.process.clock.holders import Holders
from pytest_customerio.process.clock.virtual import Clock

pytestmark = pytest.mark.usefixtures("alone")
OWN = "the test passed a sleep of its own"
OWN_CLOCK = "the test passed a clock of its own"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    """Nothing is known of this module yet."""
    fresh = Holders()
    for module in ("virtual", "passed_sleeps"):
        monkeypatch.setattr(f"pytest_customerio.process.clock.{module}.holders", lambda: fresh)


def called(clock, sleep=time.sleep):
    clock.look_at_callers()
    return sleep


def by_keyword(clock, *, sleep=time.sleep):
    clock.look_at_callers()
    return sleep


class Api:
    def __init__(self, sleep=time.sleep):
        self._sleep = sleep

    def send(self, clock):
        clock.look_at_callers()


class Shop:
    def __init__(self, api):
        self.api = api

    def send(self, clock):
        clock.look_at_callers()


class Breaker:
    def __init__(self, clock=time.monotonic):
        self.clock = clock

    def send(self, clock):
        clock.look_at_callers()


class Slots:
    __slots__ = ()

    def send(self, clock):
        clock.look_at_callers()


@pytest.mark.parametrize(
    ("ask", "hidden"),
    [
        (lambda clock: called(clock), ""),
        (lambda clock: called(clock, print), OWN),
        (lambda clock: called(clock, time.sleep), ""),
        (lambda clock: by_keyword(clock), ""),
        (lambda clock: by_keyword(clock, sleep=[].append), OWN),
        (lambda clock: Api().send(clock), ""),
        (lambda clock: Api(print).send(clock), OWN),
        (lambda clock: Shop(Api()).send(clock), ""),
        (lambda clock: Shop(Api(print)).send(clock), OWN),
        (lambda clock: Breaker().send(clock), ""),
        (lambda clock: Breaker(lambda: 0.0).send(clock), OWN_CLOCK),
        (lambda clock: (Breaker(lambda: 0.0).send(clock), time.sleep(1)), ""),  # its waits are seen
        (lambda clock: Slots().send(clock), ""),
        (lambda clock: clock.look_at_callers(), ""),
    ],
)
def test_whose_sleep_it_is(ask, hidden):
    """A function that runs, an object that it knows, or what this object holds was given another function."""
    with Clock() as clock:
        ask(clock)
    assert clock.hidden == hidden

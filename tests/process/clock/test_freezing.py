"""Time that freezegun froze moves on by what is waited, however it was frozen."""

from __future__ import annotations

import asyncio
import datetime as dt
import importlib
import subprocess
import sys
import time

import freezegun
import pytest
from freezegun import freeze_time

from pytest_customerio.process.clock.freezing import real_clock
from pytest_customerio.process.clock.virtual import Clock

pytestmark = pytest.mark.usefixtures("alone")

REAL = {name: getattr(time, name) for name in ("time", "monotonic", "perf_counter", "monotonic_ns")}
FROZEN = dt.datetime(2026, 1, 1)


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real functions stand where they stood."""
    yield
    assert {name: getattr(time, name) for name in REAL} == REAL
    assert dt.datetime is not freezegun.api.FakeDatetime


def deliver(seconds=30.0, most=8):
    """A policy with a deadline, which doubles its waits; the number of attempts."""
    end, wait, attempts = time.time() + seconds, 1, 0
    while time.time() < end:
        attempts += 1
        time.sleep(wait)
        wait = min(wait * 2, most)
    return attempts


def _decorated():
    return freeze_time(FROZEN)(deliver)()


def _entered():
    with freeze_time(FROZEN):
        return deliver()


def _ticking():
    with freeze_time(FROZEN, tick=True):
        return deliver()


def _with_an_argument():
    return freeze_time(FROZEN, as_kwarg="frozen")(lambda frozen: deliver())()


def _decorated_class():
    @freeze_time(FROZEN)
    class Policy:
        def run(self):
            return deliver()

    return Policy().run()


def _awaited():
    @freeze_time(FROZEN)
    async def run():
        end, attempts = time.monotonic() + 30, 0
        while time.monotonic() < end:
            attempts += 1
            await asyncio.sleep(min(2 ** (attempts - 1), 8))
        return attempts

    return asyncio.run(run())


@pytest.mark.parametrize("run", [_decorated, _entered, _ticking, _with_an_argument, _decorated_class, _awaited])
def test_a_deadline_in_frozen_time_is_reached(run):
    """A policy of 30 s makes its six attempts, in time that is frozen while the case is at work."""
    with Clock() as clock:
        assert run() == 6
    assert clock.waits == [1, 2, 4, 8, 8, 8]
    assert clock.hidden == ""


def test_frozen_time_begins_at_its_moment():
    """What was waited before the time was frozen, or moved, is not added to it; nested freezes have their own moment."""
    with Clock():
        time.sleep(100)
        with freeze_time(FROZEN) as frozen:
            assert dt.datetime.now() == FROZEN
            time.sleep(5)
            assert dt.datetime.now() == FROZEN + dt.timedelta(seconds=5)
            with freeze_time("2026-02-01"):
                assert dt.datetime.now() == dt.datetime(2026, 2, 1)
            frozen.move_to("2026-03-01")
            assert dt.datetime.now() == dt.datetime(2026, 3, 1)
            frozen.tick(10)
            time.sleep(1)
            assert dt.datetime.now() == dt.datetime(2026, 3, 1, 0, 0, 11)
        assert time.time() - REAL["time"]() == pytest.approx(106, abs=4)


def test_time_that_was_frozen_before_may_be_given_back_within():
    """A freeze that began before the case ends while the case is at work: real time goes on from there."""
    frozen = freeze_time(FROZEN)
    frozen.start()
    with Clock() as clock:
        time.sleep(5)
        assert dt.datetime.now() == FROZEN + dt.timedelta(seconds=5)
        frozen.stop()
        assert time.time() - REAL["time"]() == pytest.approx(5, abs=4)
        time.sleep(5)
        assert 10 <= clock.now() < 15


def test_a_freeze_that_outlives_the_clock_is_left_alone():
    """Time that the test froze within the case is frozen afterwards, as without us."""
    frozen = freeze_time(FROZEN)
    with Clock():
        frozen.start()
        time.sleep(5)
    assert dt.datetime.now() == FROZEN
    assert time.time is freezegun.api.fake_time
    frozen.stop()


def test_a_frozen_clock_does_not_measure():
    """Frozen time stands still for us, and a ticking one is measured with the real clock; any other clock is itself."""
    assert real_clock(REAL["monotonic_ns"]) is REAL["monotonic_ns"]
    with freeze_time(FROZEN):
        assert real_clock(time.monotonic_ns)() == real_clock(time.monotonic_ns)() == 0
    with freeze_time(FROZEN, tick=True):
        assert real_clock(time.monotonic_ns) is REAL["monotonic_ns"]


LATE = """
import sys, time
from pytest_customerio.process.clock.virtual import Clock

real = time.time, time.monotonic
with Clock() as clock:
    time.sleep(5)
    assert "freezegun" not in sys.modules
    import freezegun

    assert time.time() - real[0]() > 4
    with freezegun.freeze_time("2026-01-01"):
        began = time.time()
        time.sleep(30)
        assert time.time() - began == 30
assert (time.time, time.monotonic) == real == (freezegun.api.real_time, freezegun.api.real_monotonic)
assert clock.waits == [5, 30]
with Clock():
    pass
assert not any("freezing" in type(finder).__module__ for finder in sys.meta_path)
"""


def test_freezegun_may_be_imported_within():
    """A test that imports freezegun while its case is at work: it keeps the real functions, and its time moves."""
    subprocess.run([sys.executable, "-c", LATE], check=True, timeout=60)


def test_an_import_within_is_noticed():
    """Our functions stand aside while freezegun is imported."""
    api = sys.modules.pop("freezegun.api")
    try:
        with Clock() as clock:
            fresh = importlib.import_module("freezegun.api")
            assert fresh.real_time is REAL["time"]
            with fresh.freeze_time(FROZEN):
                assert deliver() == 6
        assert clock.waits == [1, 2, 4, 8, 8, 8]
    finally:
        sys.modules["freezegun.api"] = freezegun.api = api

"""Waiting is instant and logged, and nothing else changes."""

from __future__ import annotations

import asyncio
import datetime as dt
import subprocess
import sys
import threading
import time
import types
from datetime import timedelta
from pathlib import Path
from unittest import mock

import hypothesis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_customerio.process.clock.time_functions import NAMES
from pytest_customerio.process.clock.timeline import FOREIGN
from pytest_customerio.process.clock.virtual import LONGEST, Clock

pytestmark = pytest.mark.usefixtures("alone")

REAL = {name: getattr(time, name) for name in NAMES}
CLOCKS = [(name, 1e9 if name.endswith("_ns") else 1.0) for name in NAMES if name != "sleep"]


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real functions stand where they stood."""
    yield
    assert {name: getattr(time, name) for name in NAMES} == REAL


@pytest.fixture
def module():
    """An application module that imported the functions by name."""
    made = types.ModuleType("app_of_clock_tests")
    made.sleep, made.time, made.monotonic = time.sleep, time.time, time.monotonic
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def test_sleep_is_instant_and_logged():
    """An hour of sleep takes no time and stands in the log."""
    began = time.perf_counter()
    with Clock() as clock:
        time.sleep(3600)
        time.sleep(0)
        time.sleep(0.25)
        time.sleep(True)
    assert time.perf_counter() - began < 5
    assert clock.waits == [3600.0, 0.0, 0.25, 1.0]


def test_a_wait_without_a_sleep_is_logged():
    """`wait` moves all clocks on and stands in the log like a sleep; `advance` is not logged."""
    with Clock() as clock:
        began = time.monotonic()
        clock.wait(30)
        clock.advance(30)
        assert 60 <= time.monotonic() - began < 80
    assert clock.waits == [30]


def test_a_retry_engine_that_is_not_imported_hides_nothing(monkeypatch):
    """Without tenacity and stamina in the process, only the other ways to a sleep are watched."""
    for name in ("tenacity.nap", "backoff._sync", "backoff._async", "urllib3.util.retry", "stamina"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with Clock() as clock:
        time.sleep(1)
    assert (clock.waits, clock.hidden) == ([1.0], "")


@pytest.mark.parametrize(("name", "unit"), CLOCKS)
def test_the_clocks_move_with_sleep_and_advance(name, unit):
    """Each clock shows what was slept and advanced, in its own unit, and is real again afterwards."""
    before = getattr(time, name)()
    with Clock() as clock:
        time.sleep(100)
        clock.advance(20.5)
        inside = getattr(time, name)()
    after = getattr(time, name)()
    assert 120.5 <= (inside - before) / unit < 125
    assert 0 <= (after - before) / unit < 5
    assert type(inside) is type(before)
    assert clock.waits == [100.0]


def test_now_counts_real_and_virtual_seconds():
    """now() starts at zero and adds both kinds of time, exactly for virtual ones."""
    with Clock() as clock:
        began = clock.now()
        time.sleep(0.1)
        time.sleep(0.2)
        done = clock.now()
    assert 0 <= began < 5
    assert 0.3 <= done - began < 5


@given(st.integers(1, 100))
@settings(deadline=timedelta(seconds=1), max_examples=3)
def test_hypothesis_keeps_real_time(seconds):
    """No example misses its deadline because of virtual waits."""
    with Clock() as clock:
        time.sleep(seconds * 60)
        assert clock.now() >= seconds * 60


def test_a_test_machine_sees_real_time_through_the_module_too():
    """`time.perf_counter()` in a module of pytest's does not see virtual waits; elsewhere it does."""
    folders = [Path(one.__file__).parent for one in (pytest, hypothesis, sys.modules[__name__])]
    namespaces = [{"file": str(folder / "timers.py")} for folder in folders]
    with Clock():
        for namespace in namespaces:
            exec(compile("import time\nbegan = time.perf_counter()", namespace["file"], "exec"), namespace)
        time.sleep(60)
        for namespace in namespaces:
            exec(compile("import time\nspent = time.perf_counter() - began", namespace["file"], "exec"), namespace)
    assert [round(namespace["spent"]) for namespace in namespaces] == [0, 0, 60]


@pytest.mark.parametrize(
    "value", [-1, -0.5, float("nan"), float("inf"), -float("inf"), LONGEST + 1, 1e20, 10**30, "1", None, b"1", []]
)
def test_sleep_refuses_what_the_real_one_refuses(value):
    """A value that the real sleep refuses raises the same exception in the same words, and is not logged."""
    with pytest.raises((TypeError, ValueError, OverflowError)) as real:
        time.sleep(value)
    with Clock() as clock, pytest.raises(type(real.value)) as ours:
        time.sleep(value)
    assert str(ours.value) == str(real.value)
    assert clock.waits == []


def test_modules_that_imported_the_functions_by_name_are_served(module):
    """`from time import sleep, time` is virtual too, and the module gets its own functions back."""
    with Clock() as clock:
        before = module.time(), module.monotonic()
        module.sleep(50)
        assert module.time() - before[0] >= 50
        assert module.monotonic() - before[1] >= 50
    assert clock.waits == [50.0]
    assert (module.sleep, module.time, module.monotonic) == (REAL["sleep"], REAL["time"], REAL["monotonic"])


def test_a_module_that_is_imported_within_gets_the_originals(monkeypatch):
    """A module that is imported meanwhile does not keep the functions of a clock that has stopped."""
    late = types.ModuleType("late_of_clock_tests")
    with Clock():
        late.sleep, late.other, late.now = time.sleep, 1, time.time
        monkeypatch.setitem(sys.modules, late.__name__, late)
    assert (late.sleep, late.other, late.now) == (REAL["sleep"], 1, REAL["time"])


def test_a_function_bound_under_another_name_is_served(module):
    """`from time import sleep as nap` is replaced too."""
    module.nap = time.sleep
    with Clock() as clock:
        module.nap(50)
    assert clock.waits == [50.0]
    assert module.nap is REAL["sleep"]


def test_test_machinery_keeps_real_time():
    """pytest's own timing module keeps the real functions that it imported by name."""
    from _pytest import timing

    with Clock():
        assert timing.sleep is REAL["sleep"]


def test_clocks_cannot_be_nested():
    """A second clock raises an error with a message, and the first one goes on."""
    with Clock() as clock:
        with pytest.raises(RuntimeError, match="replays cannot be nested"), Clock():
            raise AssertionError("entered")
        time.sleep(1)
    assert clock.waits == [1.0]


def test_a_clock_can_be_used_again():
    """Every use starts at zero."""
    clock = Clock()
    for _ in range(2):
        with clock:
            time.sleep(1000)
            assert 1000 <= clock.now() < 1900
    assert clock.waits == [1000.0]


def test_threads_share_the_clock_and_lose_no_wait():
    """Concurrent sleeps are all logged, and pass at the same time."""
    start = threading.Barrier(4)

    def nap():
        start.wait()
        for _ in range(20):
            time.sleep(1)

    with Clock() as clock:
        threads = [threading.Thread(target=nap) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 20 <= clock.now() < 40
    assert clock.waits == [1.0] * 80


def _naps_of_three_threads():
    """The sleeps of three threads and the moments when they woke, in the order of waking."""
    woken, start = [], threading.Barrier(3)

    def nap(seconds):
        start.wait()
        time.sleep(seconds)
        woken.append((seconds, clock.now()))

    with Clock() as clock:
        threads = [threading.Thread(target=nap, args=(seconds,)) for seconds in (300, 100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return woken


def test_threads_wake_in_the_order_of_their_deadlines():
    """A thread that sleeps longer wakes later, whichever began first, and none wakes before its moment."""
    # A starved machine may leave a thread that just started aside until the others have jumped: that is no wrong order.
    runs = ([(seconds, at - seconds) for seconds, at in _naps_of_three_threads()] for _ in range(5))
    assert any([s for s, _ in run] == [100, 200, 300] and all(0 <= late < 5 for _, late in run) for run in runs)


def test_a_child_process_takes_real_time():
    """`Popen.wait(timeout)` polls with `time.sleep`: its polling is not logged, and its timeout takes real time."""
    with Clock() as clock:
        child = subprocess.Popen([sys.executable, "-c", "pass"])
        assert child.wait(timeout=60) == 0
        time.sleep(30)
    assert clock.waits == [30.0]
    assert clock.now() >= 30


def test_polling_for_a_child_process_gives_it_real_time():
    """A loop of ten virtual seconds around `poll` gives a child process real time to end."""
    with Clock():
        child = subprocess.Popen([sys.executable, "-c", "pass"])
        deadline = time.monotonic() + 10
        while child.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    assert child.wait(timeout=60) == 0
    assert time.monotonic() < deadline


def test_polling_for_another_thread_gives_it_real_time():
    """A polling loop of ten virtual seconds gives another thread real time for its work."""
    done = threading.Event()
    timer = threading.Timer(0.05, done.set)
    with Clock():
        timer.start()
        deadline = time.monotonic() + 10
        while not done.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert done.is_set()
    timer.join()


def test_a_mock_that_stands_at_time_sleep_still_counts_its_calls():
    """The test's own mock is called through, its waits are logged, and it stands there again afterwards."""
    with mock.patch("time.sleep") as mocked, Clock() as clock:
        time.sleep(7)
        time.sleep("7")
        assert time.sleep is mocked
    assert mocked.call_args_list == [mock.call(7), mock.call("7")]
    assert clock.waits == [7.0]
    assert clock.hidden == ""


@pytest.mark.parametrize("target", ["time.sleep", "app_of_clock_tests.sleep", "other_of_clock_tests.time"])
def test_a_mock_within_waits_all_the_same(target, module, monkeypatch):
    """A test that replaces sleep while the case is replayed: what the mock is asked for counts as a wait."""
    other = types.ModuleType("other_of_clock_tests")
    other.time = time
    monkeypatch.setitem(sys.modules, other.__name__, other)
    with Clock() as clock:
        with mock.patch(target) as mocked:
            clock.now()
            sleep = mocked.sleep if target.endswith("time") else mocked
            sleep(7)
            sleep.assert_called_once_with(7)
        assert clock.now() >= 7
    assert (clock.waits, clock.hidden) == ([7.0], "")
    sleep(3)
    assert clock.waits == [7.0]


def test_an_engine_cut_off_before_the_start_waits_all_the_same():
    """`mock.patch("tenacity.nap.time")` around the case: what it is asked for counts as a wait."""
    import tenacity.nap

    with mock.patch.object(tenacity.nap, "time"), Clock() as clock:
        tenacity.nap.sleep(7)
    assert (clock.waits, clock.hidden) == ([7.0], "")


def test_waits_that_cannot_be_seen_are_noticed(module):
    """What stands in the place of sleep can be no function that is asked to wait: `hidden` says so."""
    with Clock() as clock, mock.patch("app_of_clock_tests.sleep", new=None):
        clock.now()
    assert clock.hidden == "the test replaced sleep"


def test_stamina_in_testing_mode_is_noticed():
    """stamina.set_testing drops all waits."""
    import stamina

    stamina.set_testing(True)
    try:
        with Clock() as clock:
            pass
    finally:
        stamina.set_testing(False)
    assert clock.hidden == "stamina.set_testing is on"
    with Clock() as clock:
        assert clock.hidden == ""


def test_what_was_patched_over_the_clock_is_left_alone_and_healed_later(module):
    """monkeypatch, undone late, puts a function of a stopped clock back: it passes calls on, and heal() removes it."""
    clock = Clock()
    patch = pytest.MonkeyPatch()
    with clock:
        patch.setattr(time, "sleep", calls := [].append)
        patch.setattr(module, "time", lambda: 1.0)
        clock.heal()  # not while it runs
    assert time.sleep == calls
    patch.undo()
    assert time.sleep is not REAL["sleep"]
    time.sleep(0)
    with pytest.raises(ValueError, match="non-negative"):
        time.sleep(-1)
    assert abs(module.time() - REAL["time"]()) < 5
    assert clock.waits == []
    with Clock() as later:  # builds on the real one, not on the dead one
        time.sleep(5)
    assert later.waits == [5.0]
    assert time.sleep is REAL["sleep"]
    clock.heal()
    assert module.time is REAL["time"]


def test_frozen_time_is_built_on():
    """Under freezegun the clocks stand still but for what is slept; freezegun gets its own functions back."""
    import freezegun

    with freezegun.freeze_time("2026-01-01"):
        frozen = time.time
        with Clock() as clock:
            time.sleep(90)
            assert time.time() == pytest.approx(1767225600 + 90, abs=5)
            assert clock.now() == pytest.approx(90, abs=5)
        assert time.time is frozen
        assert time.time() == 1767225600


def test_freezing_within_the_clock_keeps_waits_and_leaves_nothing():
    """Time that a test freezes inside the case begins at its moment, and moves on by what is slept then."""
    import freezegun

    with Clock() as clock:
        time.sleep(100)
        with freezegun.freeze_time("2026-01-01"):
            time.sleep(30)
            assert time.time() == 1767225630
        assert time.time() - REAL["time"]() == pytest.approx(130, abs=5)
        assert 130 <= clock.now() < 135
    assert (clock.waits, clock.hidden) == ([100.0, 30.0], "")


def test_time_machine_is_built_on():
    """time-machine's travelled time moves with sleep."""
    import time_machine

    with time_machine.travel(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), tick=False), Clock() as clock:
        time.sleep(90)
        assert time.time() == pytest.approx(1767225600 + 90, abs=5)
    assert clock.waits == [90.0]


def _schedule(run):
    with Clock() as clock:
        attempts = []

        def attempt():
            attempts.append(clock.now())
            raise ConnectionError

        with pytest.raises(ConnectionError):
            run(attempt)
    return clock.waits, attempts


def test_tenacity_waits_are_logged():
    """The waits of tenacity's exponential schedule are logged."""
    import tenacity

    policy = tenacity.Retrying(wait=tenacity.wait_exponential(), stop=tenacity.stop_after_attempt(4), reraise=True)
    waits, attempts = _schedule(lambda attempt: policy(attempt))
    assert waits == [1, 2, 4]
    assert attempts[-1] - attempts[0] == pytest.approx(7, abs=5)


def test_stamina_waits_are_logged():
    """The waits of stamina, which sleeps through tenacity, are logged."""
    import stamina

    waits, _ = _schedule(
        lambda attempt: stamina.retry(on=ConnectionError, attempts=4, wait_initial=1, wait_jitter=0)(attempt)()
    )
    assert waits == [1, 2, 4]


def test_backoff_waits_are_logged_and_its_max_time_is_reached():
    """backoff reads its deadline from datetime: virtual waits reach it, or it would never end."""
    import backoff

    before = dt.datetime.now()
    policy = backoff.on_exception(backoff.expo, ConnectionError, max_time=60, jitter=None)
    waits, attempts = _schedule(lambda attempt: policy(attempt)())
    assert waits[:5] == [1, 2, 4, 8, 16]
    assert sum(waits) == pytest.approx(60, abs=5)
    assert len(attempts) == len(waits) + 1
    assert dt.datetime.now() - before < timedelta(seconds=50)


def test_urllib3_waits_are_logged():
    """The waits of urllib3's Retry are logged; its first retry does not wait."""
    import urllib3

    with Clock() as clock:
        retry = urllib3.Retry(total=4, backoff_factor=1)
        for _ in range(3):
            retry = retry.increment("GET", "/", error=urllib3.exceptions.ProtocolError())
            retry.sleep()
    assert clock.waits == [2, 4]


def test_functions_that_stood_there_before(monkeypatch):
    """What the test put in the place of a function that sleeps is still called; what it is asked for is a wait."""
    asked = []

    async def nap(seconds, result=None):
        asked.append(seconds)
        return result

    with monkeypatch.context() as patches:
        patches.setattr(time, "sleep", lambda seconds: asked.append(seconds))
        patches.setattr(asyncio, "sleep", nap)
        with Clock() as clock:
            time.sleep(5)
            assert asyncio.run(asyncio.sleep(7, "done")) == "done"
            assert clock.now() >= 12
    assert (asked, clock.waits) == ([5, 7], [5.0, 7.0])


@pytest.mark.parametrize(
    ("file", "serves", "waits"),
    [
        ("/opt/site-packages/library.py", False, []),
        ("/opt/site-packages/library.py", True, [0.0]),
        ("/opt/project/app.py", False, [0.0]),
    ],
)
def test_a_thread_that_runs_libraries_alone_sleeps_for_real(file, serves, waits):
    """It sleeps for purposes of its own, unless it works for the test."""
    scope = {"time": time, "__name__": "some_module"}
    exec(compile("def run(): time.sleep(0)", file, "exec"), scope)
    with Clock(lambda: serves) as clock:
        thread = threading.Thread(target=scope["run"])
        thread.start()
        thread.join()
    assert clock.waits == waits


def test_a_sleep_of_a_foreign_thread_lets_others_work(monkeypatch):
    """A thread that does not work for the test moves no time while others compute."""
    seen = []
    with Clock(lambda: False) as clock:
        monkeypatch.setattr(clock._timeline, "sleep", lambda span, patience: seen.append(patience))
        time.sleep(1)
    assert seen == [FOREIGN]

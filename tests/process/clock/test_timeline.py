"""Who waits takes turns: the earliest first, and not before others have done what they are at."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest

from pytest_customerio.process.clock import timeline
from pytest_customerio.process.clock.timeline import SLEEP, TIMER, Timeline

pytestmark = pytest.mark.usefixtures("alone")

SECOND = 10**9


def _timeline():
    """One whose real time stands still."""
    return Timeline(lambda: 0)


@pytest.fixture
def other():
    """Start a thread that does what it is told until the test is over."""
    over, threads = threading.Event(), []

    def start(run):
        threads.append(threading.Thread(target=run, args=(over,)))
        threads[-1].start()

    yield start
    over.set()
    for thread in threads:
        thread.join()


def _computes(over):
    while not over.is_set():
        sum(range(1000))


def _waits(over):
    over.wait()


def _waits_for_something_unknown(over):
    lock = threading.Lock()
    lock.acquire()
    while not over.is_set():
        lock.acquire(timeout=0.02)


def _steps(turn):
    """How many real naps a turn takes, at most a thousand."""
    count = 0
    while not turn.is_over() and count < 1000:
        turn.step()
        time.sleep(0)
        count += 1
    return count


def test_one_who_is_alone_sleeps_at_once_and_exactly():
    """Nobody else has anything to do: time jumps by just what was asked for."""
    line = _timeline()
    line.sleep(3600 * SECOND)
    line.advance(5)
    assert line.now() == 3600 * SECOND + 5


def test_a_turn_alone_takes_no_nap():
    """A loop without files and threads beside it jumps at once."""
    line = _timeline()
    with line.turn(5 * SECOND, TIMER) as turn:
        assert turn.is_over()
    assert line.now() == 5 * SECOND
    line.reach(SECOND)
    assert line.now() == 5 * SECOND


def test_what_came_by_itself_needs_no_jump():
    """Real time may reach the deadline first."""
    line = _timeline()
    line.advance(7)
    with line.turn(7, TIMER) as turn:
        assert turn.is_over()
    assert line.now() == 7


def test_the_later_one_lets_the_earlier_one_go_first():
    """A turn is not over before the earlier one, but for `total` seconds at most."""
    line = _timeline()
    with line.turn(2 * SECOND, SLEEP) as late:
        with line.turn(SECOND, SLEEP) as early:
            assert not late.is_over()
            assert early.is_over()
            assert line.now() == SECOND
        assert late.is_over()
        with line.turn(3 * SECOND, SLEEP), line.turn(4 * SECOND, SLEEP) as impatient:
            assert 200 <= _steps(impatient) <= 250
    assert line.now() == 4 * SECOND


def test_parked_threads_cost_two_looks(other):
    """Threads that wait themselves are looked at twice, no longer."""
    other(_waits)
    line = _timeline()
    time.sleep(0.02)
    with line.turn(SECOND, SLEEP) as turn:
        assert 2 <= _steps(turn) <= 10


def test_a_thread_that_computes_is_waited_for(other):
    """A sleep waits for a busy thread no longer than `total`, a timeout as long as it computes."""
    other(_computes)
    line = _timeline()
    with line.turn(SECOND, SLEEP) as turn:
        while not turn.is_over():
            line.pause(turn.step())
    assert line.now() == SECOND
    with line.turn(2 * SECOND, TIMER) as turn:
        for _ in range(20):
            assert not turn.is_over()
            line.pause(turn.step())


def test_a_thread_that_waits_for_something_unknown_is_given_a_while(other):
    """It may wait for something real: `idle` seconds, then time jumps."""
    other(_waits_for_something_unknown)
    line = _timeline()
    time.sleep(0.02)
    began = time.monotonic()
    line.sleep(SECOND)
    assert 0.03 < time.monotonic() - began < 5
    assert line.now() == SECOND


def test_open_files_are_given_a_while():
    """A loop with sockets may get an answer."""
    line = _timeline()
    with line.turn(SECOND, SLEEP, lambda: True) as turn:
        assert not turn.is_over()
        assert _steps(turn) >= 10


def test_child_processes_take_real_time():
    """While a child runs, a timeout never fires before its real time, and a sleep is over after `total`."""
    line, runs = _timeline(), [True]
    line.children.append(lambda: runs[0])
    with line.turn(SECOND, TIMER) as turn:
        assert _steps(turn) == 1000
        runs.clear()
        runs.append(False)
        assert turn.is_over()
    assert not line.has_children()


def test_who_waits_goes_on_when_time_stops(other):
    """The end of the case ends every wait."""
    line = _timeline()
    woke = threading.Event()

    def sleeps(over):
        with line.turn(10**15, TIMER) as turn:
            while not turn.is_over():
                line.pause(turn.step())
        woke.set()

    line.children.append(lambda: True)
    other(sleeps)
    assert not woke.wait(0.02)
    line.stop()
    assert woke.wait(5)


def test_a_thread_that_wakes_gets_to_act_before_the_next():
    """Sixteen threads with the same deadlines come back together, each time, and none before its moment."""
    line = Timeline(time.monotonic_ns)
    start, began, seen = threading.Barrier(16), line.now(), []

    def naps():
        start.wait()
        for _ in range(5):
            line.sleep(SECOND)
            seen.append((line.now() - began) / SECOND)

    threads = [threading.Thread(target=naps) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 80
    assert 5 <= max(seen) < 8


def _frame(*places):
    """A frame from module and function, innermost first."""
    (module, function), back = places[0], _frame(*places[1:]) if places[1:] else None
    return SimpleNamespace(f_globals={"__name__": module}, f_code=SimpleNamespace(co_name=function), f_back=back)


@pytest.mark.parametrize(
    ("frame", "parked"),
    [
        (_frame(("threading", "wait")), True),
        (_frame(("threading", "wait"), ("queue", "get")), True),
        (_frame(("threading", "_bootstrap_inner")), False),
        (_frame(("app", "wait")), False),
        (_frame(("pytest_customerio.process.clock.timeline", "reach")), False),
        (_frame(("selectors", "select"), ("socketserver", "serve_forever")), True),
        # The thread that keeps a pool of processes: the work is done elsewhere.
        (_frame(("selectors", "select"), ("multiprocessing.connection", "wait")), False),
        # A loop that looks whether there is anything, and one that waits.
        (_frame(("selectors", "select"), ("pytest_customerio.process.clock.loops", "select")), False),
        (_frame(("selectors", "select"), ("pytest_customerio.process.clock.loops", "_block")), True),
        # Who waits for a thread to start will go on at once.
        (_frame(("threading", "wait"), ("threading", "wait"), ("threading", "start")), False),
        (_frame(("threading", "wait"), ("threading", "wait"), ("app", "collect")), True),
    ],
)
def test_where_a_thread_stands_tells_whether_it_waits(frame, parked):
    """By module and function of its innermost frames."""
    assert timeline._is_parked(frame) is parked


def test_threads_of_the_test_machinery_are_nobody(monkeypatch):
    """xdist's own thread does not make a sleep take longer."""
    frames = {1: _frame(("execnet.gateway_base", "read")), threading.get_ident(): _frame(("app", "run"))}
    monkeypatch.setattr(timeline, "current_frames", lambda: frames)
    assert _timeline().is_alone()
    frames[2] = _frame(("threading", "wait"))
    assert not _timeline().is_alone()


def test_what_arrives_at_the_last_moment_comes_before_the_jump():
    """The turn is over, time did not jump, and whoever looked has what it waited for."""
    line = _timeline()
    with line.turn(SECOND, TIMER, look=lambda: True) as turn:
        assert turn.is_over()
    assert line.now() == 0

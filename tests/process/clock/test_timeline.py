"""Waits take turns: the earliest ends first, and not before other threads have done their work."""

from __future__ import annotations

import multiprocessing.connection
import queue
import selectors
import socketserver
import threading
import time
from types import SimpleNamespace

import pluggy
import pycares
import pytest
from waiting import until

from pytest_customerio.process.clock import loops, parked, waits
from pytest_customerio.process.clock import timeline as timeline_module
from pytest_customerio.process.clock.loops import Loops
from pytest_customerio.process.clock.timeline import FOREIGN, SLEEP, TIMER, Timeline
from pytest_customerio.process.recognition import code_of

pytestmark = pytest.mark.usefixtures("alone")

SECOND = 10**9


def _timeline():
    """A timeline whose real time stands still."""
    return Timeline(lambda: 0)


@pytest.fixture
def other():
    """Start a thread that runs a function until the test is over."""
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
    """The number of real waits that a turn takes, at most a thousand."""
    count = 0
    while not turn.is_over() and count < 1000:
        turn.step()
        time.sleep(0)
        count += 1
    return count


def test_a_single_thread_sleeps_at_once_and_exactly():
    """Where nothing else runs, time jumps by exactly what was asked for."""
    virtual = _timeline()
    virtual.sleep(3600 * SECOND)
    virtual.advance(5)
    assert virtual.now() == 3600 * SECOND + 5


def test_a_turn_alone_takes_no_nap():
    """A loop without files, and without other threads, jumps at once."""
    virtual = _timeline()
    with virtual.turn(5 * SECOND, TIMER) as turn:
        assert turn.is_over()
    assert virtual.now() == 5 * SECOND
    virtual.reach(SECOND)
    assert virtual.now() == 5 * SECOND


def test_what_came_by_itself_needs_no_jump():
    """Where real time has reached the deadline, time does not jump."""
    virtual = _timeline()
    virtual.advance(7)
    with virtual.turn(7, TIMER) as turn:
        assert turn.is_over()
    assert virtual.now() == 7


def test_the_later_one_lets_the_earlier_one_go_first():
    """A turn does not end before an earlier one, except after five times `total`."""
    virtual = _timeline()
    with virtual.turn(2 * SECOND, SLEEP) as late:
        with virtual.turn(SECOND, SLEEP) as early:
            assert not late.is_over()
            assert early.is_over()
            assert virtual.now() == SECOND
        assert late.is_over()
        with virtual.turn(3 * SECOND, SLEEP), virtual.turn(4 * SECOND, SLEEP) as impatient:
            assert 200 <= _steps(impatient) <= 250
    assert virtual.now() == 4 * SECOND


def test_parked_threads_cost_two_looks(other):
    """Where all other threads wait, two looks are enough."""
    other(_waits)
    virtual = _timeline()
    until(lambda: all(map(parked.is_parked, parked.other_threads())))
    with virtual.turn(SECOND, SLEEP) as turn:
        assert 2 <= _steps(turn) <= 10


def test_a_thread_that_computes_is_waited_for(other):
    """A sleep waits for a busy thread for `total` seconds at most, a timeout for as long as it computes."""
    other(_computes)
    virtual = _timeline()
    with virtual.turn(SECOND, SLEEP) as turn:
        while not turn.is_over():
            virtual.pause(turn.step())
    assert virtual.now() == SECOND
    with virtual.turn(2 * SECOND, TIMER) as turn:
        for _ in range(20):
            assert not turn.is_over()
            virtual.pause(turn.step())


def test_a_thread_that_waits_for_something_unknown_is_given_a_while(other):
    """A thread in an unknown function gets `idle` seconds, then time jumps."""
    other(_waits_for_something_unknown)
    virtual = _timeline()
    time.sleep(0.02)
    began = time.monotonic()
    virtual.sleep(SECOND)
    assert 0.03 < time.monotonic() - began < 5
    assert virtual.now() == SECOND


def test_open_files_are_given_a_while():
    """A loop with open connections waits a while for an answer."""
    virtual = _timeline()
    with virtual.turn(SECOND, SLEEP, lambda: True) as turn:
        assert not turn.is_over()
        assert _steps(turn) >= 10


def test_child_processes_take_real_time():
    """While a child runs, a timeout never fires before its real time, and a sleep is over after `total`."""
    virtual, runs = _timeline(), [True]
    virtual.children.append(lambda: runs[0])
    with virtual.turn(SECOND, TIMER) as turn:
        assert _steps(turn) == 1000
        runs.clear()
        runs.append(False)
        assert turn.is_over()
    assert not virtual.has_children()


def test_every_wait_ends_when_time_stops(other):
    """When the clock stops, every wait ends."""
    virtual = _timeline()
    woke = threading.Event()

    def sleeps(over):
        with virtual.turn(10**15, TIMER) as turn:
            while not turn.is_over():
                virtual.pause(turn.step())
        woke.set()

    virtual.children.append(lambda: True)
    other(sleeps)
    assert not woke.wait(0.02)
    virtual.stop()
    assert woke.wait(5)


def test_a_thread_that_wakes_gets_to_act_before_the_next():
    """Sixteen threads with the same deadlines wake together, each time, and none before its moment.

    One after the other they would take 80 seconds. What a busy machine takes is added.
    """
    virtual = Timeline(time.monotonic_ns)
    start, began, seen = threading.Barrier(16), virtual.now(), []

    def naps():
        start.wait()
        for _ in range(5):
            virtual.sleep(SECOND)
            seen.append((virtual.now() - began) / SECOND)

    threads = [threading.Thread(target=naps) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 80
    assert 5 <= max(seen) < 40


def _frame(*functions):
    """A frame that runs the first of these functions, called by the others; a text is the file of other code."""
    if not functions:
        return None
    code = code_of(functions[0]) or compile("", functions[0], "exec")
    return SimpleNamespace(f_code=code, f_back=_frame(*functions[1:]))


SELECT = selectors.SelectSelector.select
WAIT, EVENT_WAIT = threading.Condition.wait, threading.Event.wait


@pytest.mark.parametrize(
    ("frame", "is_parked"),
    [
        (_frame(WAIT), True),
        (_frame(WAIT, queue.Queue.get), True),
        # Both wait in `SimpleQueue.get`, which has no frame of its own.
        (_frame(waits._taken_in_the_end, "app/worker.py"), True),
        (_frame(pycares._ChannelShutdownManager._run_safe_shutdown_loop), True),
        (_frame(threading.Thread._bootstrap_inner), False),
        (_frame("app/waiting.py"), False),
        (_frame(Timeline.reach), False),
        (_frame(SELECT, socketserver.BaseServer.serve_forever), True),
        # The thread that keeps a pool of processes: the work is done elsewhere.
        (_frame(SELECT, multiprocessing.connection.wait), False),
        # A loop that looks whether there is something to do, and one that waits.
        (_frame(SELECT, Loops._select, "loop"), False),
        (_frame(SELECT, loops._block, Loops._select), True),
        # A thread that waits for another one to start will go on at once.
        (_frame(WAIT, EVENT_WAIT, threading.Thread.start), False),
        (_frame(WAIT, EVENT_WAIT, "app/collecting.py"), True),
    ],
)
def test_the_frames_of_a_thread_say_whether_it_waits(frame, is_parked):
    """Whether a thread waits is known from the code objects of its innermost frames."""
    assert parked.is_parked(frame) is is_parked


def test_threads_of_the_test_machinery_do_not_count(monkeypatch):
    """A thread of pytest-xdist does not make a sleep take longer; a waiting thread of the application does."""
    frames = [_frame(pluggy.PluginManager.register)]
    monkeypatch.setattr(parked, "other_frames", lambda: frames)
    assert _timeline().is_alone()
    frames.append(_frame(WAIT))
    assert not _timeline().is_alone()


def test_what_arrives_at_the_last_moment_comes_before_the_jump():
    """What arrives just before the jump ends the turn, and time does not jump."""
    virtual = _timeline()
    with virtual.turn(SECOND, TIMER, look=lambda: True) as turn:
        assert turn.is_over()
    assert virtual.now() == 0


def test_what_was_waited_counts_once():
    """Waits side by side count once, and the real part of a wait counts too; time without a wait does not."""
    clock = [0]
    virtual = Timeline(lambda: clock[0])
    virtual.advance(10)
    clock[0] = 5
    assert (virtual.now(), virtual.waited) == (15, 10)
    with virtual.turn(20, SLEEP) as first, virtual.turn(30, SLEEP) as second:
        clock[0] = 7
        assert first.is_over()
        assert virtual.waited == 15
    with virtual.turn(30, SLEEP) as second:
        assert second.is_over()
    assert (virtual.now(), virtual.waited) == (30, 25)


def test_a_thread_without_a_processor_is_waited_for(other, monkeypatch):
    """Time does not jump while another thread waits for a processor, though it stands where it waits."""
    other(_waits)
    asked = iter([True] * 20)
    monkeypatch.setattr(timeline_module, "any_runnable", lambda: next(asked, False))
    _timeline().sleep(SECOND)
    assert list(asked) == []


def test_a_foreign_sleep_waits_for_who_works(other):
    """A sleep of a thread that does not work for the test does not end soon while another one computes."""
    other(_computes)
    with _timeline().turn(SECOND, FOREIGN) as turn:
        turn._spent = 2.0
        assert not turn.is_over()

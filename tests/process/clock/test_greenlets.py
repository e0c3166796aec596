"""Greenlets of gevent wait in virtual time. Where gevent replaces threads, the test runs a process of its own."""

from __future__ import annotations

import queue
import subprocess
import sys
import textwrap
import time

import pytest

from pytest_customerio.process.clock import waits
from pytest_customerio.process.clock.greenlets import PARTS
from pytest_customerio.process.clock.virtual import Clock

gevent = pytest.importorskip("gevent")
event = pytest.importorskip("gevent.event")
pytestmark = pytest.mark.usefixtures("alone")

HEAD = """
from gevent import monkey
monkey.patch_all()
import queue, threading, time, gevent, gevent.event, gevent.queue
real = time.perf_counter
from pytest_customerio.process.clock.virtual import Clock

def timed(wait):
    began = real()
    with Clock() as clock:
        wait()
        passed = clock.now()
    assert real() - began < 20, real() - began
    return tens(passed), [tens(wait) for wait in clock.waits], clock.hidden

def tens(seconds):  # what a busy machine takes is added to what passed, and taken from the timeouts of queues
    return round(seconds / 10) * 10
"""


def run(program):
    """Run a program under gevent; it fails where it prints anything on its error output."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + textwrap.dedent(program)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_wait_of_a_greenlet_is_instant():
    """Sleeps, events, locks, queues and timeouts take no time; what the test itself waited for is logged."""
    run("""
    def empty(items):
        try:
            items.get(timeout=30)
        except queue.Empty:
            return
        raise AssertionError("not empty")

    def timeout():
        with gevent.Timeout(30, False):
            gevent.event.Event().wait()

    for wait in (
        lambda: time.sleep(30),
        lambda: gevent.sleep(30),
        lambda: gevent.event.Event().wait(30),
        lambda: threading.Event().wait(30),
        lambda: threading.Semaphore(0).acquire(timeout=30),
        lambda: empty(queue.Queue()),
        lambda: empty(gevent.queue.Queue()),
    ):
        assert timed(wait) == (30, [30], ""), timed(wait)
    assert timed(timeout) == (30, [], "")
    assert timed(lambda: gevent.sleep(0)) == (0, [], "")
    """)


def test_greenlets_wake_each_other():
    """A greenlet that is woken goes on at once; those that sleep wake in the order of their deadlines."""
    run("""
    woken = []

    def nap(seconds):
        gevent.sleep(seconds)
        woken.append(seconds)

    def together():
        gevent.joinall([gevent.spawn(nap, seconds) for seconds in (30, 10, 20)])

    assert timed(together) == (30, [30, 10, 20], "")
    assert woken == [10, 20, 30]
    timed(lambda: gevent.spawn(time.sleep, 5).join())

    def wakes():
        event = gevent.event.Event()
        gevent.spawn(lambda: (gevent.sleep(10), event.set()))
        assert event.wait(100)

    assert timed(wakes) == (10, [10], "")
    """)


def test_threads_of_the_standard_library_wait_for_each_other():
    """A queue of gevent is passed on as ever, and a join ends when the thread ends."""
    run("""
    def work():
        items = queue.Queue()
        thread = threading.Thread(target=lambda: (time.sleep(10), items.put(1)))
        thread.start()
        assert items.get(timeout=60) == 1
        thread.join(60)
        assert not thread.is_alive()

    assert timed(work) == (10, [10], "")
    """)


def _timeout(seconds):
    with gevent.Timeout(seconds, False):
        event.Event().wait()


def _cancelled(seconds):
    with gevent.Timeout(seconds) as timeout:
        assert timeout.pending
        timeout.cancel()
        timeout.start()


def _in_a_greenlet(seconds):
    gevent.spawn(gevent.sleep, seconds).join()


@pytest.mark.parametrize(
    ("wait", "passed", "logged"),
    [
        (gevent.sleep, 30, [30]),
        (lambda seconds: event.Event().wait(seconds), 30, [30]),
        (_timeout, 30, []),
        (_cancelled, 0, []),
        (_in_a_greenlet, 30, [30]),
    ],
)
def test_greenlets_wait_where_threads_are_real(wait, passed, logged, monkeypatch):
    """A project may use gevent and leave the standard library as it is."""
    monkeypatch.setattr(sys.modules[__name__], "nap", gevent.sleep, raising=False)
    run = (lambda seconds: nap(seconds)) if wait is gevent.sleep else wait  # noqa: F821 - replaced by its name
    with Clock() as clock:
        run(30)
        gevent.sleep(0)
        assert passed <= clock.now() < passed + 5
    assert clock.waits == logged


def test_the_sleep_of_gevent_in_the_place_of_time_sleep(monkeypatch):
    """`monkey.patch_time` puts it there: it sleeps in virtual time, and other greenlets run meanwhile."""
    monkeypatch.setattr(time, "sleep", gevent.sleep)
    ran = []
    with Clock() as clock:
        other = gevent.spawn(lambda: ran.append(clock.now()))
        time.sleep(30)
        assert other.dead
        assert 30 <= clock.now() < 35
    assert clock.waits == [30.0]
    assert ran[0] < 5


def test_the_locks_of_gevent_are_left_to_its_timeouts(monkeypatch):
    """Where the locks of threads are no locks of CPython, they are not replaced."""
    monkeypatch.setattr(waits, "is_genuine", lambda: False)
    acquire = vars(type(waits._thread.allocate_lock()))["acquire"]
    with Clock() as clock:
        assert vars(type(waits._thread.allocate_lock()))["acquire"] is acquire
        with pytest.raises(queue.Empty):
            queue.Queue().get(timeout=0.001)
    assert clock.now() < 5


def test_without_gevent_nothing_is_replaced(monkeypatch):
    """A process that has not imported gevent has no part of it."""
    for part in PARTS:
        monkeypatch.delitem(sys.modules, part.module, raising=False)
    with Clock() as clock:
        time.sleep(1)
    assert clock.waits == [1.0]


def test_a_greenlet_that_does_not_serve_the_test_waits_for_real():
    """Where the calling thread does not work for the test, sleeps and timeouts take real time."""
    with Clock(lambda: False) as clock:
        assert not event.Event().wait(0.001)
    assert clock.waits == []
    assert clock.now() < 5

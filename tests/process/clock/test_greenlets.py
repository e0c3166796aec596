"""Greenlets of gevent wait in virtual time. Each test runs a process of its own, because gevent replaces threads for all."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

pytest.importorskip("gevent")

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
    assert real() - began < 5, real() - began
    return round(passed), clock.waits, clock.hidden
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

"""Waits for other threads, with a timeout, take virtual time; who is woken is woken."""

from __future__ import annotations

import queue
import select
import selectors
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for_all

import pytest

from pytest_customerio.process.clock.virtual import Clock

pytestmark = pytest.mark.usefixtures("alone")

LOCK = type(threading.Lock())
PLACES = {
    (owner, name): vars(owner)[name]
    for owner, name in (
        (LOCK, "acquire"),
        (threading._CRLock, "acquire"),
        (queue.SimpleQueue, "get"),
        (threading.Thread, "join"),
        (threading, "_time"),
        (queue, "time"),
        (select, "select"),
    )
}


@pytest.fixture(autouse=True)
def _identity():
    """After every test the real functions stand where they stood."""
    yield
    assert {(owner, name): vars(owner)[name] for owner, name in PLACES} == PLACES


def _event(seconds):
    return threading.Event().wait(seconds)


def _condition(seconds):
    condition = threading.Condition()
    with condition:
        return condition.wait(seconds)


def _wait_for(seconds):
    condition = threading.Condition(threading.Lock())
    with condition:
        return condition.wait_for(lambda: False, seconds)


def _semaphore(seconds):
    return threading.Semaphore(0).acquire(timeout=seconds)


def _lock(seconds):
    lock = threading.Lock()
    lock.acquire()
    return lock.acquire(timeout=seconds)


def _queue(seconds):
    with pytest.raises(queue.Empty):
        queue.Queue().get(timeout=seconds)
    return False


def _full_queue(seconds):
    full = queue.Queue(1)
    full.put(1)
    with pytest.raises(queue.Full):
        full.put(2, timeout=seconds)
    return False


def _simple_queue(seconds):
    with pytest.raises(queue.Empty):
        queue.SimpleQueue().get(timeout=seconds)
    return False


def _select(seconds):
    return any(select.select([], [], [], seconds))


def _select_a_file(seconds):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        return any(select.select([ours], [], [], seconds))


def _selector(seconds):
    with selectors.DefaultSelector() as selector:
        return bool(selector.select(seconds))


WAYS = (
    _event,
    _condition,
    _wait_for,
    _semaphore,
    _lock,
    _queue,
    _full_queue,
    _simple_queue,
    _select,
    _select_a_file,
    _selector,
)


@pytest.mark.parametrize("wait", WAYS)
def test_a_wait_that_nobody_ends_is_instant_and_logged(wait):
    """An hour takes no time, moves all clocks on, and stands in the log once.

    Queues and conditions take from the hour what a busy machine needed before the wait.
    """
    with Clock() as clock:
        began = time.time(), clock.now()
        assert not wait(3600)
        assert 3600 <= time.time() - began[0] < 3660
        assert 3600 <= clock.now() - began[1] < 3660
    assert clock.waits == [pytest.approx(3600, abs=60)]
    assert clock.hidden == ""


@pytest.mark.parametrize("wait", WAYS)
def test_no_time_at_all_is_no_wait(wait):
    """A timeout of zero looks once, as without us."""
    with Clock() as clock:
        assert not wait(0)
    assert clock.waits == []


def _woken(wait, wake):
    """What a wait of 100 seconds returns while another thread, which works for a while, wakes it; and when it does."""

    def work():
        end = time.process_time() + 0.03
        while time.process_time() < end:
            pass
        wake()

    thread = threading.Thread(target=work)
    with Clock() as clock:
        thread.start()
        result = wait(100)
        at = clock.now()
        thread.join()
    assert clock.waits == []
    return result, at


def _put(items):
    return lambda seconds: items.get(timeout=seconds), lambda: items.put("item")


def _set():
    event = threading.Event()
    return event.wait, event.set


def _release():
    lock = threading.Lock()
    lock.acquire()
    return lambda seconds: lock.acquire(timeout=seconds), lock.release


@pytest.mark.parametrize(
    "ways",
    [lambda: _put(queue.Queue()), lambda: _put(queue.SimpleQueue()), _set, _release],
    ids=["queue", "simple", "event", "lock"],
)
def test_a_wait_is_ended_by_another_thread_that_works(ways):
    """`put`, `set` and `release` of a thread that computes end the wait long before its timeout."""
    result, at = _woken(*ways())
    assert result
    assert at < 50


def test_a_wait_for_a_file_ends_when_it_is_ready():
    """What another thread sends ends `select`, and a selector of the application, long before the timeout."""
    for select_by in (lambda file, seconds: select.select([file], [], [], seconds)[0], _by_a_selector):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            ready, at = _woken(lambda seconds: select_by(ours, seconds), lambda: theirs.send(b"x"))
        assert ready
        assert at < 50


def _by_a_selector(file, seconds):
    with selectors.DefaultSelector() as selector:
        selector.register(file, selectors.EVENT_READ)
        return selector.select(seconds)


def test_a_wait_is_ended_by_another_thread_that_sleeps():
    """A thread sleeps for ten virtual seconds and then sets the event: the wait of a hundred ends at ten."""
    event = threading.Event()
    with Clock() as clock:
        thread = threading.Thread(target=lambda: (time.sleep(10), event.set()))
        thread.start()
        assert event.wait(100)
        assert 10 <= clock.now() < 20
        thread.join()
    assert clock.waits == [10.0]


def test_a_join_and_a_result_that_do_not_come_are_no_pause():
    """`join` and `result` with a timeout end at their moment."""
    over = threading.Event()
    with Clock() as clock, ThreadPoolExecutor(1) as pool:
        work = pool.submit(over.wait)
        thread = threading.Thread(target=over.wait)
        thread.start()
        try:
            thread.join(30)
            assert thread.is_alive()
            assert 30 <= clock.now() < 40
            with pytest.raises(TimeoutError):
                work.result(20)
            assert wait_for_all([work], timeout=10).not_done
            assert 60 <= clock.now() < 70
        finally:
            over.set()
        thread.join(30)
        assert not thread.is_alive()
        with pytest.raises(RuntimeError, match="current thread"):
            threading.current_thread().join(1)


def _waits_of_two_threads():
    """The waits of two threads and the moments when they ended, in the order of waking."""
    woken = []

    def wait(seconds):
        threading.Event().wait(seconds)
        woken.append((seconds, clock.now()))

    with Clock() as clock:
        threads = [threading.Thread(target=wait, args=(seconds,)) for seconds in (300, 100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return woken


def test_two_threads_that_wait_wake_in_the_order_of_their_timeouts():
    """Each waits by itself: the shorter wait ends first, at its moment."""
    # A starved machine may leave a thread that just started aside until the other one has jumped: that is no wrong order.
    runs = ([(seconds, at - seconds) for seconds, at in _waits_of_two_threads()] for _ in range(5))
    assert any([s for s, _ in run] == [100, 300] and all(0 <= late < 5 for _, late in run) for run in runs)


def test_a_child_process_is_waited_for_in_real_time():
    """`communicate(timeout)` waits in threads and selectors of the standard library: it takes real time."""
    with Clock() as clock:
        child = subprocess.Popen([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert child.communicate(timeout=60)[0].strip() == b"1"
    assert clock.waits == []


def test_threads_that_do_not_serve_the_test_wait_for_real():
    """Where the calling thread does not work for the test, the wait is real and not logged."""
    with Clock(lambda: False) as clock:
        assert not _event(0.001)
        assert not _simple_queue(0.001)
        assert not _select(0.001)
        assert not _selector(0.001)
    assert clock.waits == []
    assert clock.now() < 10


def test_a_worker_that_waits_for_work_makes_no_pause():
    """The timeouts of a worker at its queue are not logged, and time moves on by them."""
    jobs, simple, seen = queue.Queue(), queue.SimpleQueue(), []

    def work():
        for items in (jobs, simple):
            try:
                items.get(timeout=5)
            except queue.Empty:
                seen.append(clock.now())

    with Clock() as clock:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert clock.waits == []
    assert 5 <= seen[0] < 10 <= seen[1] < 40


def test_waits_that_outlive_the_clock_end_when_their_time_is_over():
    """A wait that began in virtual time goes on in real time, for no longer than its timeout."""
    ended = []

    def wait():
        with pytest.raises(queue.Empty):
            queue.Queue().get(timeout=0.05)
        ended.append(threading.Event().wait(0.001))

    with Clock() as clock:
        clock.advance(3600)
        busy = threading.Thread(target=wait)
        thread = threading.Thread(target=lambda: queue.Queue().get(timeout=7200), daemon=True)
        thread.start()
        busy.start()
    busy.join(10)
    assert ended == [False]


def test_a_wait_for_ever_is_left_alone():
    """A timeout of a day stands for no timeout: only another thread ends such a wait."""
    event = threading.Event()
    timer = threading.Timer(0.05, event.set)
    with Clock() as clock:
        timer.start()
        assert event.wait(24 * 3600)
    assert clock.now() < 3600
    timer.join()


def test_what_is_no_number_is_refused_as_ever():
    """A timeout that the real lock refuses raises the same exception."""
    with Clock(), pytest.raises(TypeError):
        threading.Lock().acquire(timeout="1")
    with Clock(), pytest.raises(ValueError, match="timeout value must be"):
        threading.Lock().acquire(timeout=-2)

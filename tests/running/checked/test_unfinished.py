"""Waits for the work that a test left running, for a limited time, before the test is judged."""

from __future__ import annotations

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest
from analytics import REASON, THERE
from waiting import until

from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.ownership.ownership import Ownership
from pytest_customerio.process.patching import Patches
from pytest_customerio.running.checked import unfinished
from pytest_customerio.running.checked.unfinished import QUEUE, REPLAYED, THREADS, UnfinishedWork

SDK = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


class Watch:
    """A clock that counts how often it is read; each reading after the first is a second later."""

    def __init__(self, step: float = 1.0) -> None:
        self.looks = -1
        self.step = step

    def __call__(self) -> float:
        self.looks += 1
        return self.looks * self.step


@pytest.fixture(autouse=True)
def _own_queues(monkeypatch):
    """Hide the clients that other tests left, because these tests count how often the clock is read."""
    all_queues, before = unfinished.queues, unfinished.queues()
    monkeypatch.setattr(
        unfinished, "queues", lambda: [one for one in all_queues() if all(one is not other for other in before)]
    )


@pytest.fixture
def ownership(alone):
    made, patches = Ownership(), Patches()
    made.watch(patches)
    made.test = "A"
    made.begin_call()
    yield made
    patches.undo()


@pytest.fixture
def loop():
    made = asyncio.new_event_loop()
    yield made
    for task in asyncio.all_tasks(made):
        task.cancel()
        made.run_until_complete(asyncio.wait([task]))
    made.close()


def leave(loop, *works):
    """Start tasks in a loop, which is stopped then."""

    async def main():
        return [asyncio.create_task(work) for work in works]

    return loop.run_until_complete(main())


def test_a_thread_is_waited_for(ownership) -> None:
    """A thread is waited for until it ends, within the limit."""
    gate, done = threading.Event(), []

    class Opening(Watch):
        def __call__(self) -> float:
            gate.set()
            return 0.0

    threading.Thread(target=lambda: (gate.wait(10), done.append(1))).start()
    UnfinishedWork(ownership, Opening()).settle(replayed=False)
    assert done == [1]


@pytest.mark.parametrize(("replayed", "limit"), [(False, THREADS), (True, REPLAYED)])
def test_a_thread_that_never_ends(ownership, replayed: bool, limit: float) -> None:
    """It is waited for up to the limit; the limit is longer while time is virtual, because no thread sleeps then."""
    end, watch = threading.Event(), Watch(0.05)
    threading.Thread(target=end.wait, args=(10,)).start()
    UnfinishedWork(ownership, watch).settle(replayed=replayed)
    assert watch.looks == pytest.approx(limit / 0.05, abs=2)
    end.set()


def test_a_clock_that_stands_still(ownership, monkeypatch) -> None:
    """The test may have stopped every clock, so the steps are counted as well."""
    monkeypatch.setattr(unfinished, "THREADS", 0.005)
    end, watch = threading.Event(), Watch(0.0)
    threading.Thread(target=end.wait, args=(10,)).start()
    UnfinishedWork(ownership, watch).settle(replayed=False)
    assert watch.looks == 5
    end.set()


def test_tasks_are_finished_while_an_error_is_replayed(ownership, loop) -> None:
    """So are the tasks that they start; without a replay none is waited for, because time is real then."""
    done = []

    async def parent() -> None:
        await asyncio.sleep(30)
        tasks.append(asyncio.create_task(child()))

    async def child() -> None:
        await asyncio.sleep(30)
        done.append(1)

    with Clock() as clock:
        tasks = leave(loop, parent())
        UnfinishedWork(ownership).settle(replayed=False)
        assert not tasks[0].done()
        UnfinishedWork(ownership).settle(replayed=True)
        assert done == [1]
        assert clock.waits == [30, 30]


def test_a_task_that_waits_for_ever(ownership, loop) -> None:
    """Ten virtual minutes pass, and no real ones."""
    with Clock() as clock:
        tasks = leave(loop, asyncio.Event().wait())
        UnfinishedWork(ownership).settle(replayed=True)
        assert 600 <= clock.now() < 620
        assert not tasks[0].done()
        assert clock.waits == []


def test_a_task_that_never_waits(ownership, loop) -> None:
    """No virtual time passes while it works, so the limit in real time ends the wait."""
    turns = []

    async def spin() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    leave(loop, spin())
    UnfinishedWork(ownership, Watch(REPLAYED + 1)).settle(replayed=True)
    assert turns


def test_a_worker_that_waits_for_work(ownership, loop) -> None:
    """A task that waits for a queue is not waited for to the end of virtual time."""
    with Clock() as clock:
        leave(loop, asyncio.Queue().get())
        loop.run_until_complete(asyncio.sleep(0))
        UnfinishedWork(ownership).settle(replayed=True)
        assert clock.now() < 60


def test_tasks_of_the_running_loop(ownership, loop) -> None:
    """If the loop ends with the test, the test's last clean-up waits for the tasks, but not for its own task."""
    done = []

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0))
        task.add_done_callback(done.append)
        await UnfinishedWork(ownership).finish_tasks_here()
        assert done == [task]
        await UnfinishedWork(ownership).finish_tasks_here()

    loop.run_until_complete(main())


def test_tests_that_run_in_a_loop_themselves(ownership, loop) -> None:
    """While tests run in a loop, no other loop can run in their thread."""
    tasks = leave(loop, asyncio.sleep(0))

    async def main() -> None:
        UnfinishedWork(ownership).settle(replayed=True)

    asyncio.run(main())
    assert not tasks[0].done()


def test_a_loop_without_tasks_is_not_run(ownership, loop) -> None:
    """A loop without tasks of the test is not run, so that its other callbacks do not run either."""
    loop.run_until_complete(asyncio.sleep(0))
    called = []
    loop.call_soon(called.append, 1)
    UnfinishedWork(ownership).settle(replayed=True)
    assert called == []


@pytest.fixture
def consumer(ownership, monkeypatch, caplog):
    """A client's consumer that takes a message each time it is made to send."""
    if not THERE:
        pytest.skip(REASON)
    from customerio.analytics import consumer as module
    from customerio.analytics.client import Client

    from pytest_customerio.clients import analytics

    caplog.set_level("CRITICAL", "customerio")  # it would show what it drops
    sent, patches = [], Patches()
    monkeypatch.setattr(module.Consumer, "request", lambda _, batch: sent.append(len(batch)))
    monkeypatch.setattr("atexit.register", lambda *_: None)
    analytics.install(SimpleNamespace(sent_from=lambda: "crm.py:3 in buy"), patches)
    client = Client("pk_us_1234567890", upload_interval=60)
    client.sent = sent
    yield client
    for one in client.consumers:
        one.pause()
        until(lambda one=one: (analytics.hurry(client.queue), not one.is_alive())[1])
    patches.undo()


@SDK
def test_an_sdk_s_queue_is_sent_now(ownership, consumer) -> None:
    """The consumer of the SDK is made to send now; without that it would collect messages for a minute."""
    consumer.track("42", "purchase")
    consumer.track("43", "purchase")
    before = time.monotonic()
    UnfinishedWork(ownership).settle(replayed=False)
    assert consumer.queue.unfinished_tasks == 0
    assert sum(consumer.sent) == 2
    assert time.monotonic() - before < 30


@SDK
def test_a_message_that_is_too_large(ownership, consumer) -> None:
    """The SDK drops it without counting down, so that it is waited for once only."""
    consumer.queue.put({"type": "track", "properties": {"x": "y" * 40_000}})
    watch = Watch(0.05)
    unfinished = UnfinishedWork(ownership, watch)
    unfinished.settle(replayed=False)
    assert watch.looks == pytest.approx(QUEUE / 0.05, abs=3)
    consumer.track("42", "purchase")
    unfinished.settle(replayed=False)
    assert consumer.sent == [1]
    assert consumer.queue.unfinished_tasks == 1

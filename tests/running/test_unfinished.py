"""What a test leaves running is waited for, within bounds, before it is judged."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from analytics import REASON, THERE
from waiting import until

from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.ownership import Ownership
from pytest_customerio.process.patching import Patches
from pytest_customerio.running import unfinished
from pytest_customerio.running.unfinished import QUEUE, REPLAYED, THREADS, UnfinishedWork

SDK = pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")


class Watch:
    """A clock that shows how often it was looked at, a second each time but the first."""

    def __init__(self, step: float = 1.0) -> None:
        self.looks = -1
        self.step = step

    def __call__(self) -> float:
        self.looks += 1
        return self.looks * self.step


@pytest.fixture(autouse=True)
def _own_queues(monkeypatch):
    """Clients that other tests left behind are not there: how often the clock is asked is counted."""
    all_queues, before = unfinished.queues, unfinished.queues()
    monkeypatch.setattr(
        unfinished, "queues", lambda: [one for one in all_queues() if all(one is not other for other in before)]
    )


@pytest.fixture
def owners(alone):
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
    """Start tasks in a loop, which then stands still."""

    async def main():
        return [asyncio.create_task(work) for work in works]

    return loop.run_until_complete(main())


def test_a_thread_is_waited_for(owners) -> None:
    """As long as it takes, if that is not long."""
    gate, done = threading.Event(), []

    class Opening(Watch):
        def __call__(self) -> float:
            gate.set()
            return 0.0

    threading.Thread(target=lambda: (gate.wait(10), done.append(1))).start()
    UnfinishedWork(owners, Opening()).settle(replayed=False)
    assert done == [1]


@pytest.mark.parametrize(("replayed", "limit"), [(False, THREADS), (True, REPLAYED)])
def test_a_thread_that_never_ends(owners, replayed: bool, limit: float) -> None:
    """Is given up after a while; longer where waiting is virtual, as it hangs or works then."""
    end, watch = threading.Event(), Watch(0.05)
    threading.Thread(target=end.wait, args=(10,)).start()
    UnfinishedWork(owners, watch).settle(replayed=replayed)
    assert watch.looks == pytest.approx(limit / 0.05, abs=2)
    end.set()


def test_a_clock_that_stands_still(owners, monkeypatch) -> None:
    """Somebody may have stopped all of them: the steps are counted, too."""
    monkeypatch.setattr(unfinished, "THREADS", 0.005)
    end, watch = threading.Event(), Watch(0.0)
    threading.Thread(target=end.wait, args=(10,)).start()
    UnfinishedWork(owners, watch).settle(replayed=False)
    assert watch.looks == 5
    end.set()


def test_tasks_are_finished_while_an_error_is_replayed(owners, loop) -> None:
    """And those that they start; without a replay, time would be real."""
    done = []

    async def parent() -> None:
        await asyncio.sleep(30)
        tasks.append(asyncio.create_task(child()))

    async def child() -> None:
        await asyncio.sleep(30)
        done.append(1)

    with Clock() as clock:
        tasks = leave(loop, parent())
        UnfinishedWork(owners).settle(replayed=False)
        assert not tasks[0].done()
        UnfinishedWork(owners).settle(replayed=True)
        assert done == [1]
        assert clock.waits == [30, 30]


def test_a_task_that_waits_for_ever(owners, loop) -> None:
    """Ten virtual minutes, no real ones."""
    with Clock() as clock:
        tasks = leave(loop, asyncio.Event().wait())
        UnfinishedWork(owners).settle(replayed=True)
        assert 600 <= clock.now() < 620
        assert not tasks[0].done()
        assert clock.waits == []


def test_a_task_that_never_waits(owners, loop) -> None:
    """No virtual time passes: real time ends it."""
    turns = []

    async def spin() -> None:
        while True:
            turns.append(1)
            await asyncio.sleep(0)

    leave(loop, spin())
    UnfinishedWork(owners, Watch(REPLAYED + 1)).settle(replayed=True)
    assert turns


def test_a_worker_that_waits_for_work(owners, loop) -> None:
    """Is not waited for."""
    with Clock() as clock:
        leave(loop, asyncio.Queue().get())
        loop.run_until_complete(asyncio.sleep(0))
        UnfinishedWork(owners).settle(replayed=True)
        assert clock.now() < 60


def test_tasks_of_the_running_loop(owners, loop) -> None:
    """Where the loop ends with the test, the test's last act is to wait; not for itself."""
    done = []

    async def main() -> None:
        task = asyncio.create_task(asyncio.sleep(0))
        task.add_done_callback(done.append)
        await UnfinishedWork(owners).finish_tasks_here()
        assert done == [task]
        await UnfinishedWork(owners).finish_tasks_here()

    loop.run_until_complete(main())


def test_tests_that_run_in_a_loop_themselves(owners, loop) -> None:
    """No other loop can run in their thread."""
    tasks = leave(loop, asyncio.sleep(0))

    async def main() -> None:
        UnfinishedWork(owners).settle(replayed=True)

    asyncio.run(main())
    assert not tasks[0].done()


def test_a_loop_without_leftovers_is_left_alone(owners, loop) -> None:
    """It is not run."""
    loop.run_until_complete(asyncio.sleep(0))
    called = []
    loop.call_soon(called.append, 1)
    UnfinishedWork(owners).settle(replayed=True)
    assert called == []


@pytest.fixture
def consumer(owners, monkeypatch, caplog):
    """A client's consumer that takes what it is hurried to take."""
    if not THERE:
        pytest.skip(REASON)
    from customerio.analytics import consumer as module
    from customerio.analytics.client import Client

    from pytest_customerio.clients import analytics

    caplog.set_level("CRITICAL", "customerio")  # it would show what it drops
    sent, patches = [], Patches()
    monkeypatch.setattr(module.Consumer, "request", lambda _, batch: sent.append(len(batch)))
    monkeypatch.setattr("atexit.register", lambda *_: None)
    analytics.install(None, patches)
    client = Client("pk_us_1234567890", upload_interval=60)
    client.sent = sent
    yield client
    for one in client.consumers:
        one.pause()
        until(lambda one=one: (analytics.hurry(client.queue), not one.is_alive())[1])
    patches.undo()


@SDK
def test_an_sdk_s_queue_is_sent_now(owners, consumer) -> None:
    """Its consumer would gather for a minute."""
    consumer.track("42", "purchase")
    consumer.track("43", "purchase")
    before = time.monotonic()
    UnfinishedWork(owners).settle(replayed=False)
    assert consumer.queue.unfinished_tasks == 0
    assert sum(consumer.sent) == 2
    assert time.monotonic() - before < 30


@SDK
def test_a_message_that_is_too_large(owners, consumer) -> None:
    """The SDK drops it and never counts it off: it is waited for once."""
    consumer.queue.put({"type": "track", "properties": {"x": "y" * 40_000}})
    watch = Watch(0.05)
    unfinished = UnfinishedWork(owners, watch)
    unfinished.settle(replayed=False)
    assert watch.looks == pytest.approx(QUEUE / 0.05, abs=3)
    consumer.track("42", "purchase")
    unfinished.settle(replayed=False)
    assert consumer.sent == [1]
    assert consumer.queue.unfinished_tasks == 1

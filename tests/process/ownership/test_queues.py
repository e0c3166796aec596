"""An item that is taken out of a queue belongs to the test that put it there."""

from __future__ import annotations

import asyncio
import queue

import pytest

from pytest_customerio.process.ownership.queues import QueueWatch
from pytest_customerio.process.patching import Patches


class Dispatcher:
    """The test that puts items now, and the tests whose items were taken."""

    def __init__(self) -> None:
        self.giver: str | None = "A"
        self.taken: list[str | None] = []
        self.works = False

    def take(self, owner) -> bool:
        self.taken.append(owner)
        return self.works

    def put(self, items, item, giver=None):
        self.giver = giver
        items.put_nowait(item)


@pytest.fixture
def dispatcher():
    dispatcher, patches = Dispatcher(), Patches()
    dispatcher.old = {kind: filled(kind) for kind in (queue.Queue, queue.PriorityQueue, asyncio.Queue)}
    dispatcher.queued = QueueWatch(lambda: dispatcher.giver, dispatcher.take)
    dispatcher.queued.watch(patches)
    yield dispatcher
    patches.undo()


def filled(kind):
    made = kind()
    made.put_nowait("before")
    return made


@pytest.mark.parametrize("kind", [queue.Queue, asyncio.Queue])
def test_an_item_belongs_to_the_test_that_put_it(dispatcher, kind) -> None:
    """Items are taken in order, each with the test that put it."""
    jobs = kind(5)
    for giver in ("A", "B", None):
        dispatcher.put(jobs, giver, giver)
    assert [jobs.get_nowait() for _ in range(3)] == ["A", "B", None] == dispatcher.taken


@pytest.mark.parametrize("kind", [queue.Queue, asyncio.Queue])
def test_an_item_from_before_belongs_to_no_test(dispatcher, kind) -> None:
    """An item from before belongs to no test, and the later ones keep their own."""
    jobs = dispatcher.old[kind]
    dispatcher.put(jobs, "new", "A")
    assert [jobs.get_nowait(), jobs.get_nowait()] == ["before", "new"]
    assert dispatcher.taken == [None, "A"]


def test_a_queue_that_is_emptied_by_hand(dispatcher) -> None:
    """Items that were removed without `get` are forgotten."""
    jobs = queue.Queue()
    for giver in "AAB":
        dispatcher.put(jobs, giver, giver)
    jobs.queue.clear()
    dispatcher.put(jobs, "C", "C")
    assert jobs.get_nowait() == "C"
    assert dispatcher.taken == ["C"]


@pytest.mark.parametrize("kind", [queue.PriorityQueue, asyncio.PriorityQueue])
def test_an_item_of_a_heap_belongs_to_the_test_that_put_it(dispatcher, kind) -> None:
    """Items are taken in their own order, each with the test that put it, also where two are the same object."""
    jobs = kind()
    for item, giver in ((3, "C"), (1, "A"), (2, "B"), (1, "D")):
        dispatcher.put(jobs, item, giver)
    assert [jobs.get_nowait() for _ in range(4)] == [1, 1, 2, 3]
    assert dispatcher.taken == ["A", "D", "B", "C"]


def test_a_heap_from_before_and_one_that_is_emptied_by_hand(dispatcher) -> None:
    """An item from before belongs to no test. Items that were removed without `get` are forgotten."""
    jobs, other = dispatcher.old[queue.PriorityQueue], queue.PriorityQueue()
    assert jobs.get_nowait() == "before"
    dispatcher.put(other, 1, "A")
    other.queue.clear()
    dispatcher.put(other, 1, "B")
    assert other.get_nowait() == 1
    assert dispatcher.taken == [None, "B"]


def test_stacks_are_left_alone(dispatcher) -> None:
    """Stacks hold connections, and are not watched."""
    for kind in (queue.LifoQueue, asyncio.LifoQueue):
        jobs = kind()
        dispatcher.put(jobs, 1, "A")
        jobs.get_nowait()
    assert dispatcher.taken == []


def test_queues_that_replace_the_standard_ones(dispatcher, monkeypatch) -> None:
    """gevent replaces `queue.Queue` by a class that cannot be changed: it is passed over."""

    class Foreign(queue.Queue):
        __module__ = "gevent._gevent_cqueue"

    monkeypatch.setattr(queue, "Queue", Foreign)
    patches, taken = Patches(), []
    QueueWatch(lambda: "A", lambda owner: taken.append(owner) or False).watch(patches)
    try:
        jobs = asyncio.Queue()
        jobs.put_nowait(1)
        jobs.get_nowait()
    finally:
        patches.undo()
    assert taken == ["A"]
    assert "_put" not in vars(Foreign)


def test_what_waits_for_a_worker(dispatcher) -> None:
    """An item is waited for only where a worker took one before, because otherwise it may never be taken."""
    jobs, other = queue.Queue(), asyncio.Queue()
    for name in "AAB":
        dispatcher.put(jobs, name, name)
        dispatcher.put(other, name, name)
    jobs.get_nowait()
    assert not dispatcher.queued.waiting(lambda owner: owner == "A")
    dispatcher.works = True
    other.get_nowait()
    assert not dispatcher.queued.waiting(lambda owner: owner == "A")  # a loop that stands still takes nothing
    jobs.get_nowait()
    assert [dispatcher.queued.waiting(lambda owner, name=name: owner == name) for name in "AB"] == [False, True]
    jobs.queue.clear()
    assert not dispatcher.queued.waiting(lambda owner: owner == "B")
    heap = queue.PriorityQueue()
    for name in "AB":
        dispatcher.put(heap, name, name)
    heap.get_nowait()
    assert [dispatcher.queued.waiting(lambda owner, name=name: owner == name) for name in "AB"] == [False, True]

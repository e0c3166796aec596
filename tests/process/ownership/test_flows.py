"""Threads, tasks, greenlets, pieces of work and items of queues are flows of work, each with the flow that began it."""

from __future__ import annotations

import asyncio
import queue
import sys
import threading
import types
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest
import trio

from pytest_customerio.process.ownership import flows
from pytest_customerio.process.ownership.ownership import Ownership
from pytest_customerio.process.patching import Patches


@pytest.fixture
def known():
    """The flows of an ownership that watches a test in its call phase."""
    ownership, patches = Ownership(), Patches()
    ownership.watch(patches)
    ownership.test = "test"
    ownership.begin_call()
    ownership.flows.begin()
    yield ownership.flows
    ownership.flows.end()
    ownership.end()
    patches.undo()


def test_a_thread_descends_from_the_one_that_started_it(known) -> None:
    """It is over when the thread has ended."""
    seen, may_end = [], threading.Event()
    before = known.moment()
    thread = threading.Thread(target=lambda: (seen.append(known.current()), may_end.wait()))
    thread.start()
    while not seen:
        pass
    (flow,) = seen
    assert flow.descends_from(known.current())
    assert not known.current().descends_from(flow)
    assert flow.born > before
    assert not flow.over
    may_end.set()
    thread.join()
    assert flow.over


def test_each_piece_of_work_of_a_pool_is_a_flow(known) -> None:
    """One thread does two pieces of work: two flows, and the first is over when the second begins."""
    with ThreadPoolExecutor(1) as pool:
        first, second = (pool.submit(known.current).result() for _ in range(2))
    assert first is not second
    assert first.over
    assert first.parent is second.parent is known.current()


def test_a_task_descends_from_the_task_that_created_it(known) -> None:
    """Tasks of one loop are flows of their own."""

    async def inner():
        return known.current()

    async def outer():
        return known.current(), await asyncio.create_task(inner())

    flow, child = asyncio.run(outer())
    assert child.descends_from(flow)
    assert child.over


def test_a_worker_goes_on_with_the_flow_of_the_one_that_gave_the_item(known) -> None:
    """Each item that a worker takes begins a flow, which descends from the flow that put the item there."""
    jobs, seen = queue.Queue(), queue.SimpleQueue()

    def work():
        while jobs.get():
            seen.put(known.current())

    worker = threading.Thread(target=work)
    worker.start()
    jobs.put(1)
    first = seen.get(timeout=10)
    jobs.put(1)
    second = seen.get(timeout=10)
    jobs.put(0)
    worker.join()
    assert first is not second
    assert first.over
    assert first.parent is second.parent is known.current()


def test_without_a_case_no_flow_is_noted(known) -> None:
    """Between the cases threads and work have no parent."""
    known.end()
    with ThreadPoolExecutor(1) as pool:
        flow = pool.submit(known.current).result()
    assert (flow.parent, flow.born) == (None, 0)


def test_tasks_of_trio_are_flows(known) -> None:
    """Two tasks of a nursery are two flows in one thread; it is not known when they end."""
    seen = []

    async def note():
        seen.append(known.current())

    async def both():
        async with trio.open_nursery() as nursery:
            nursery.start_soon(note)
            nursery.start_soon(note)

    trio.run(both)
    assert len(set(seen)) == 2
    assert {flow.born for flow in seen} == {0}


class Greenlet:
    """A greenlet of gevent, as far as flows look at it."""

    def __init__(self, spawner: object = None) -> None:
        self.dead = False
        self.spawning_greenlet = weakref.ref(spawner) if spawner is not None else None


def test_greenlets_are_flows(known, monkeypatch) -> None:
    """A greenlet descends from the one that spawned it, or from the main thread; it is over when it is dead."""
    hub = types.SimpleNamespace(weak=None)
    main, parent = type("Main", (), {})(), Greenlet()
    child = Greenlet(parent)
    by_main = Greenlet(main)
    running = [child]
    gevent = types.SimpleNamespace(Greenlet=Greenlet, getcurrent=lambda: running[0], hub=hub)
    monkeypatch.setitem(sys.modules, "gevent", gevent)
    flow = known.current()
    running[0] = parent
    assert flow.parent is known.current()
    parent.dead = True
    assert known.current().over
    running[0] = by_main
    flow = known.current()
    running[0] = main  # no greenlet that was spawned: the thread counts
    assert flow.parent is known.current()
    assert flows.running() is threading.current_thread()


def test_a_thread_that_nobody_saw_begin_takes_an_item(known) -> None:
    """What it did before is unknown; from now on it works for the one that gave the item, until it takes another."""
    giver = known.current()
    thread = threading.Thread(target=lambda: None)
    thread.start()
    thread.join()
    known._known.clear()
    known.take(giver)
    assert known.current().parent is giver
    work = known.child()
    assert not work.over
    work.end()
    assert work.over


def test_without_trio_and_gevent_the_thread_counts(monkeypatch) -> None:
    """A library that is not imported runs nothing."""
    for name in ("trio.lowlevel", "gevent"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert flows.running() is threading.current_thread()

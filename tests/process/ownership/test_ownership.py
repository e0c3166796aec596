"""A thread, a task or a piece of work belongs to the test that started it, even when that test is over."""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from waiting import thread, until

from pytest_customerio.process.ownership.ownership import Ownership
from pytest_customerio.process.patching import Patches


class Stage:
    """Runs tests one after another; `ask(n)` waits at gate `n`, and then notes the test that the caller belongs to."""

    def __init__(self) -> None:
        self.ownership: Ownership[str] = Ownership()
        self.gates = [threading.Event() for _ in range(5)]
        self.said: list[str | None] = []
        self.threads: list[threading.Thread] = []
        self.loops: list[asyncio.AbstractEventLoop] = []

    def begin(self, test: str, *, call: bool = True) -> None:
        self.ownership.end()
        self.ownership.test = test
        if call:
            self.ownership.begin_call()

    def ask(self, gate: int = 0) -> None:
        assert self.gates[gate].wait(10)
        self.said.append(self.ownership.current())

    def start(self, work, *args) -> threading.Thread:
        started = threading.Thread(target=work, args=args, daemon=True)
        self.threads.append(started)
        started.start()
        return started

    def heard(self, gate: int = 0) -> str | None:
        """Open a gate, and return what the next caller notes."""
        known = len(self.said)
        self.gates[gate].set()
        until(lambda: len(self.said) > known)
        return self.said[known]

    def loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        self.loops.append(loop)
        return loop

    async def later(self, event: asyncio.Event) -> None:
        await event.wait()
        self.said.append(self.ownership.current())


@pytest.fixture
def stage(alone):
    stage, patches = Stage(), Patches()
    stage.ownership.watch(patches)
    yield stage
    patches.undo()
    for gate in stage.gates:
        gate.set()
    for one in stage.threads:
        one.join(10)
        assert not one.is_alive()
    for loop in stage.loops:
        for task in asyncio.all_tasks(loop):
            task.cancel()
            loop.run_until_complete(asyncio.wait([task]))
        loop.close()


def test_between_tests_nothing_belongs_to_a_test(stage) -> None:
    """Between tests nothing belongs to a test, and nothing is waited for."""
    assert stage.ownership.current() is None
    stage.begin("A", call=False)
    assert stage.ownership.current() == "A"
    assert not stage.ownership.is_busy()
    assert stage.ownership.tasks() == []
    stage.ownership.end()
    assert stage.ownership.current() is None
    assert not stage.ownership.is_busy()


def test_a_thread_works_for_the_test_that_started_it(stage) -> None:
    """A thread belongs to the test that started it, also while the next test runs. Threads that it starts belong to the
    same test."""
    stage.begin("A")
    stage.start(lambda: (stage.ask(0), stage.start(stage.ask, 1)))
    assert stage.ownership.is_busy()
    stage.begin("B")
    assert stage.ownership.current() == "B"
    assert not stage.ownership.is_busy()
    assert stage.heard(0) == "A"
    assert stage.heard(1) == "A"


def test_a_thread_of_a_fixture_belongs_to_the_test_that_runs(stage) -> None:
    """A thread of a fixture may live longer than one test, and belongs to the test that runs."""
    stage.begin("A", call=False)
    stage.start(stage.ask, 0)
    stage.start(stage.ask, 1)
    stage.ownership.begin_call()
    assert not stage.ownership.is_busy()
    assert stage.heard(0) == "A"
    stage.begin("B")
    assert stage.heard(1) == "B"


def test_work_of_an_executor_belongs_to_the_test_that_submitted_it(stage) -> None:
    """Work belongs to the test that submitted it, not to the test that started the thread. Its callbacks belong to the
    same test."""
    with ThreadPoolExecutor(1) as pool:
        stage.begin("A")
        first = pool.submit(stage.ask, 0)
        first.add_done_callback(lambda _: stage.ask(1))
        pool.submit(stage.ask, 2)
        stage.begin("B", call=False)
        pool.submit(stage.ask, 3)  # by a fixture
        stage.ownership.begin_call()
        pool.submit(stage.ask, 4)
        assert stage.ownership.is_busy()
        assert [stage.heard(gate) for gate in range(5)] == ["A", "A", "A", "B", "B"]
        until(lambda: not stage.ownership.is_busy())


def test_work_that_is_cancelled_is_no_work(stage) -> None:
    """Cancelled work is not waited for."""
    with ThreadPoolExecutor(1) as pool:
        stage.begin("A", call=False)
        pool.submit(stage.ask, 0)
        stage.ownership.begin_call()
        waiting = pool.submit(stage.ask, 1)
        assert stage.ownership.is_busy()
        assert waiting.cancel()
        assert not stage.ownership.is_busy()
        stage.heard(0)


def test_a_worker_belongs_to_the_test_that_queued_its_item(stage) -> None:
    """A worker belongs to the test that queued its item, whichever test started it."""
    jobs: queue.Queue[int | None] = queue.Queue()

    def work() -> None:
        while (gate := jobs.get()) is not None:
            stage.ask(gate)

    stage.begin("A")
    stage.start(work)
    jobs.put(0)
    jobs.put(1)
    until(lambda: jobs.qsize() == 1)
    stage.begin("B")
    assert not stage.ownership.is_busy()
    jobs.put(2)
    assert stage.ownership.is_busy()  # though its worker is not there yet
    assert [stage.heard(gate) for gate in range(3)] == ["A", "A", "B"]
    until(lambda: not stage.ownership.is_busy())
    stage.begin("C", call=False)
    jobs.put(3)
    assert stage.heard(3) == "C"
    jobs.put(None)


def test_a_worker_that_was_there_before(stage) -> None:
    """A worker from before the test that takes an item of the test belongs to it, and is waited for."""
    given = threading.Event()
    jobs: queue.SimpleQueue[int] = queue.SimpleQueue()
    with ThreadPoolExecutor(1) as pool:
        stage.begin("A", call=False)
        worker = pool.submit(threading.current_thread).result()
        until(lambda: worker in idle())
        stage.ownership.begin_call()
        assert not stage.ownership.is_busy()
        pool._work_queue.put(Direct(given, jobs, stage))  # past `submit`: as any pool of one's own
        assert given.wait(10)
        assert stage.ownership.is_busy()
        stage.begin("B")
        jobs.put(0)
        assert stage.heard(0) == "A"
        until(lambda: worker in idle())
        stage.begin("C")
        assert not stage.ownership._threads


def idle():
    from pytest_customerio.process.ownership.idle import idle_threads

    return idle_threads()


class Direct:
    """A piece of work without a future."""

    def __init__(self, given, jobs, stage) -> None:
        self.given, self.jobs, self.stage = given, jobs, stage

    def run(self) -> None:
        self.given.set()
        self.jobs.get()
        self.stage.ask(0)


def test_the_thread_of_a_test_is_never_late(stage) -> None:
    """A test that takes the results of a late thread still runs as itself; so does work that an executor runs in place."""
    results: queue.Queue[str] = queue.Queue()
    stage.begin("A")
    stage.start(lambda: (stage.ask(0), results.put("late")))
    stage.begin("B")
    assert stage.heard(0) == "A"
    assert results.get(timeout=10) == "late"
    assert stage.ownership.current() == "B"
    stage.ownership._owned_by("A", None, stage.ask)()
    stage.begin("C")
    assert stage.ownership.current() == "C"


def test_a_collector_of_the_test_s_own(stage) -> None:
    """A thread that the current test started belongs to it, whatever item it takes."""
    results: queue.Queue[str] = queue.Queue()
    stage.begin("A")
    stage.start(lambda: (stage.ask(0), results.put("late")))
    stage.begin("B")
    stage.start(lambda: (results.get(timeout=10), stage.ask(1)))
    assert [stage.heard(0), stage.heard(1)] == ["A", "B"]


def test_a_task_works_for_the_test_that_started_it(stage) -> None:
    """A task belongs to the test that started it, also in a loop that goes on. Tasks that it starts belong to the same
    test."""
    loop = stage.loop()
    event = asyncio.Event()

    async def parent() -> None:
        await stage.later(event)
        await asyncio.create_task(stage.later(event))

    async def start() -> None:
        tasks.append(asyncio.create_task(parent()))
        await asyncio.sleep(0)

    tasks: list[asyncio.Task[None]] = []
    stage.begin("A")
    loop.run_until_complete(start())
    assert stage.ownership.tasks() == tasks
    assert stage.ownership.still_loops() == [loop]
    assert not stage.ownership.is_busy()  # its loop stands still
    stage.begin("B")
    assert stage.ownership.tasks() == []
    event.set()
    loop.run_until_complete(tasks[0])
    assert stage.said == ["A", "A"]
    assert loop.run_until_complete(asyncio.sleep(0, stage.ownership.current())) == "B"


def test_a_task_of_a_fixture_belongs_to_the_test_that_runs(stage) -> None:
    """A task of a fixture is waited for only where the test gave it work."""
    loop = stage.loop()
    events = [asyncio.Event() for _ in range(2)]
    stage.begin("A", call=False)
    for event in events:
        loop.create_task(stage.later(event))
    loop.run_until_complete(asyncio.sleep(0))
    stage.ownership.begin_call()
    assert stage.ownership.tasks() == []
    for test, event in zip("AB", events, strict=True):
        stage.begin(test)
        event.set()
        loop.run_until_complete(asyncio.sleep(0))
    assert stage.said == ["A", "B"]


def test_a_consumer_goes_on_with_the_work_of_who_queued_its_item(stage) -> None:
    """Tasks of a test that hand an item from one to the next do one piece of work: a retry may be made by another."""
    jobs: asyncio.Queue[int] = asyncio.Queue()
    seen = []

    async def consume() -> None:
        while (tries := await jobs.get()) < 2:
            seen.append(stage.ownership.flows.current())
            jobs.put_nowait(tries + 1)
        jobs.put_nowait(tries)

    async def both() -> None:
        jobs.put_nowait(0)
        await asyncio.gather(consume(), consume())

    stage.begin("A")
    stage.ownership.flows.begin()
    asyncio.run(both())
    first, second = seen
    assert second.descends_from(first)


def test_a_consumer_belongs_to_the_test_that_queued_its_item(stage) -> None:
    """A consumer that the first test started takes an item of the second, and belongs to the second."""
    loop = stage.loop()
    jobs: asyncio.Queue[asyncio.Event] = asyncio.Queue()
    events = [asyncio.Event() for _ in range(4)]

    async def consume() -> None:
        while True:
            await stage.later(await jobs.get())

    def go() -> None:
        loop.run_until_complete(asyncio.sleep(0))
        loop.run_until_complete(asyncio.sleep(0))

    stage.begin("A")
    task = loop.create_task(consume())
    go()
    assert stage.ownership.tasks() == []  # it waits for work
    jobs.put_nowait(events[0])
    jobs.put_nowait(events[1])
    go()
    assert stage.ownership.tasks() == [task]
    stage.begin("B")
    jobs.put_nowait(events[2])
    for event, own in zip(events, ([], [], [task]), strict=False):
        assert stage.ownership.tasks() == own
        event.set()
        go()
    assert stage.said == ["A", "A", "B"]
    assert stage.ownership.tasks() == []
    stage.begin("C")
    jobs.put_nowait(events[3])
    go()
    assert stage.ownership.tasks() == [task]  # it waited when the call began, and was given work
    stage.begin("D")
    events[3].set()
    go()
    assert stage.said == ["A", "A", "B", "C"]
    stage.begin("E", call=False)
    jobs.put_nowait(events[3])
    go()
    assert stage.said[4:] == ["E"]


def test_the_task_of_a_test_is_never_late(stage) -> None:
    """The task of a test may take what a late task left, and still runs as the test."""
    loop = stage.loop()
    results: asyncio.Queue[str] = asyncio.Queue()
    stage.begin("A")
    results.put_nowait("late")
    stage.begin("B")

    async def main() -> str | None:
        await results.get()
        return stage.ownership.current()

    assert loop.run_until_complete(main()) == "B"


def test_a_loop_in_another_thread(stage) -> None:
    """Tasks left in a loop of another thread are waited for, because that loop goes on."""
    loop = stage.loop()
    event = asyncio.Event()
    stage.begin("A", call=False)
    with thread(loop.run_forever, lambda: loop.call_soon_threadsafe(loop.stop)):
        stage.ownership.begin_call()
        asyncio.run_coroutine_threadsafe(stage.later(event), loop)
        until(stage.ownership.tasks)
        assert stage.ownership.is_busy()
        assert stage.ownership.still_loops() == []
        stage.begin("B")
        assert not stage.ownership.is_busy()
        loop.call_soon_threadsafe(event.set)
        until(lambda: stage.said == ["A"])


def test_a_late_thread_with_a_loop_of_its_own(stage) -> None:
    """The tasks of a late thread's loop belong to the same test as the thread."""
    stage.begin("A")

    def work() -> None:
        asyncio.run(main())

    async def main() -> None:
        await asyncio.create_task(asyncio.to_thread(stage.ask, 0))

    stage.start(work)
    stage.begin("B")
    assert stage.heard(0) == "A"


def test_loops_that_are_closed_are_forgotten(stage) -> None:
    """A closed loop has no tasks, and is not remembered."""
    stage.begin("A")
    asyncio.run(asyncio.sleep(0))
    assert stage.ownership.still_loops() == []
    assert stage.ownership.tasks() == []


def test_undo_puts_the_originals_back(stage) -> None:
    """After the patches are undone, nothing is noted any more."""
    before = (threading.Thread.start, ThreadPoolExecutor.submit, asyncio.BaseEventLoop.create_task)
    patches = Patches()
    Ownership[str]().watch(patches)
    assert (threading.Thread.start, ThreadPoolExecutor.submit, asyncio.BaseEventLoop.create_task) != before
    patches.undo()
    assert (threading.Thread.start, ThreadPoolExecutor.submit, asyncio.BaseEventLoop.create_task) == before


def test_who_serves_a_test(stage, monkeypatch) -> None:
    """The thread of the test serves it, and so do threads that it started and greenlets; other threads do not."""
    ownership = stage.ownership
    assert not ownership.serves()
    stage.begin("A")
    assert ownership.serves()
    seen: queue.SimpleQueue[bool] = queue.SimpleQueue()
    mine = threading.Thread(target=lambda: seen.put(ownership.serves()))
    mine.start()
    mine.join()
    assert seen.get()
    monkeypatch.setattr("pytest_customerio.process.ownership.ownership.is_machinery", lambda frame: True)
    other = threading.Thread(target=lambda: seen.put(ownership.serves()))
    other.start()
    other.join()
    assert not seen.get()
    monkeypatch.setattr("pytest_customerio.process.ownership.ownership.running", lambda: "a greenlet")
    monkeypatch.setattr("pytest_customerio.process.ownership.ownership.is_greenlet", lambda one: True)
    assert ownership.serves()

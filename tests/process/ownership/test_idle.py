"""It is known which threads and tasks wait to be given work, and which are busy."""

from __future__ import annotations

import asyncio
import multiprocessing
import queue
import selectors
import socket
import subprocess
import sys
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from multiprocessing.pool import ThreadPool

import anyio
import pytest
from waiting import thread, until

from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.ownership import idle
from pytest_customerio.process.ownership.frames import Functions, current_frames
from pytest_customerio.process.ownership.idle import awaits_work, idle_threads, is_idle


def started_by(make):
    """The result of `make`, and the threads that it started."""
    before = set(threading.enumerate())
    made = make()
    return made, [one for one in threading.enumerate() if one not in before]


def test_a_worker_that_waits_at_its_queue() -> None:
    """A worker at an empty queue is idle; one whose queue has an item is not."""
    jobs: queue.Queue[object] = queue.Queue()
    with thread(jobs.get, lambda: jobs.put(None)) as worker:
        until(lambda: is_idle(worker))
        assert worker in idle_threads()
        with jobs.mutex:
            jobs.queue.append("a job")
            assert not is_idle(worker)
            jobs.queue.clear()
        assert is_idle(worker)
    assert is_idle(worker)  # it has ended


def test_a_worker_that_waits_for_anything_else() -> None:
    """A thread that waits for an event is not idle: it may be a backoff."""
    event = threading.Event()
    with thread(event.wait, event.set) as worker:
        until(lambda: current_frames()[worker.ident].f_code.co_name == "wait")
        assert not is_idle(worker)
        assert worker not in idle_threads()


def test_a_thread_that_was_never_started() -> None:
    """A thread that was never started counts as idle."""
    assert is_idle(threading.Thread())


@pytest.mark.parametrize("error", [AssertionError, RuntimeError("thread is not alive")])
def test_a_thread_that_python_did_not_start(error) -> None:
    """Where it has ended, `is_alive` raises: in CPython 3.11 and 3.12 the first error, in 3.13 the second."""

    class Foreign(threading.Thread):
        def is_alive(self):
            raise error

    assert is_idle(Foreign())


def test_a_thread_that_begins() -> None:
    """A thread that is alive and has no frame yet is not idle."""

    class Begun(threading.Thread):
        def is_alive(self) -> bool:
            return True

    assert not is_idle(Begun())


def test_a_process_with_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no other thread, none is looked at: most tests of most suites start none."""
    monkeypatch.setattr(idle, "active_count", lambda: 1)
    monkeypatch.setattr(idle, "all_threads", lambda: pytest.fail("it looks at threads"))
    assert idle_threads() == []


def test_an_executor_s_threads() -> None:
    """The threads of an executor are idle between two pieces of work."""
    gate = threading.Event()
    pool, workers = started_by(lambda: ThreadPoolExecutor(1))
    with pool:
        done, workers = started_by(lambda: pool.submit(gate.wait))
        assert not is_idle(workers[0])
        gate.set()
        assert done.result()
        until(lambda: is_idle(workers[0]))


def test_a_thread_pool_of_multiprocessing() -> None:
    """The workers and helpers of a pool are idle while no call is under way."""
    gate = threading.Event()
    pool, threads = started_by(lambda: ThreadPool(1))
    with pool:
        until(lambda: all(map(is_idle, threads)))
        result = pool.apply_async(gate.wait)
        assert not all(map(is_idle, threads))
        gate.set()
        assert result.get()
        until(lambda: all(map(is_idle, threads)))


def test_the_feeder_of_a_queue_to_other_processes() -> None:
    """The feeder thread is idle while its buffer is empty."""
    there: multiprocessing.Queue[object] = multiprocessing.Queue()
    _, (feeder,) = started_by(lambda: there.put(None))
    until(lambda: is_idle(feeder))
    there.close()
    there.join_thread()


@pytest.mark.parametrize("clock", [nullcontext, Clock])
def test_a_loop_in_a_thread(clock) -> None:
    """The thread of a loop is idle while it selects, in virtual time too, unless callbacks are ready."""
    loop = asyncio.new_event_loop()
    with clock(), thread(loop.run_forever, lambda: loop.call_soon_threadsafe(loop.stop)) as runner:
        until(lambda: is_idle(runner))
        loop._ready.append(asyncio.Handle(lambda: None, (), loop))  # as before its self-pipe is read
        assert not is_idle(runner)
        loop.call_soon_threadsafe(lambda: None)
        until(lambda: is_idle(runner))
    loop.close()


def test_a_thread_that_accepts() -> None:
    """A server that waits for clients is idle."""
    server = socket.create_server(("127.0.0.1", 0))

    def connect() -> None:
        socket.create_connection(server.getsockname()).close()

    with server, thread(lambda: server.accept()[0].close(), connect) as runner:
        until(lambda: is_idle(runner))


def test_a_thread_that_waits_for_a_process() -> None:
    """A thread that selects in `subprocess` is not idle: it waits for the end of a process."""
    child = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out = []
    stdin, child.stdin = child.stdin, None
    with thread(lambda: out.append(child.communicate()), lambda: (stdin.write(b"\n"), stdin.close())) as runner:
        until(lambda: current_frames()[runner.ident].f_code.co_name == "select")
        assert not is_idle(runner)
    assert out == [(b"", b"")]


def test_a_thread_that_selects_for_itself() -> None:
    """A thread that selects without an event loop is idle."""
    ours, theirs = socket.socketpair()
    with ours, theirs, selectors.DefaultSelector() as selector:
        selector.register(ours, selectors.EVENT_READ)
        with thread(selector.select, lambda: theirs.send(b"x")) as runner:
            until(lambda: is_idle(runner))


def test_trio_s_threads() -> None:
    """The threads that trio keeps for later use are idle."""
    trio = pytest.importorskip("trio")
    gate = threading.Event()

    async def main() -> None:
        await trio.to_thread.run_sync(gate.set)

    _, threads = started_by(lambda: trio.run(main))
    until(lambda: all(map(is_idle, threads)))


@pytest.mark.parametrize(
    ("kind", "waits"),
    [("queue", True), ("filled", False), ("stream", True), ("event", False), ("sleep", False), ("anyio", True)],
)
def test_tasks(kind: str, waits: bool) -> None:
    """A task at a queue or a connection waits for work; one that sleeps, or waits for an event, may be a retry."""

    async def main() -> None:
        jobs: asyncio.Queue[object] = asyncio.Queue()
        reader = asyncio.StreamReader()
        send, receive = anyio.create_memory_object_stream[object](1)
        event = asyncio.Event()

        async def deeper() -> None:
            match kind:
                case "queue" | "filled":
                    await asyncio.wait_for(jobs.get(), None)
                case "stream":
                    await reader.readline()
                case "event":
                    await event.wait()
                case "anyio":
                    await receive.receive()
                case _:
                    await asyncio.sleep(60)

        task = asyncio.create_task(deeper())
        assert not awaits_work(task)  # it has not begun
        for _ in range(3):
            await asyncio.sleep(0)
        if kind == "filled":
            jobs.put_nowait("a job")
        assert awaits_work(task) is waits
        task.cancel()
        await asyncio.wait([task])
        assert not awaits_work(task)
        send.close()
        receive.close()

    asyncio.run(main())


def test_a_task_of_generators() -> None:
    """The frames of generator-based coroutines are looked at too."""

    @types.coroutine
    def old(jobs):
        return (yield from jobs.get())

    async def main() -> None:
        jobs: asyncio.Queue[object] = asyncio.Queue()
        task = asyncio.create_task(asyncio.wait_for(old(jobs), None))
        for _ in range(3):
            await asyncio.sleep(0)
        assert awaits_work(task)
        jobs.put_nowait("a job")
        assert await task == "a job"

    asyncio.run(main())


def test_a_release_that_has_renamed_a_variable(monkeypatch) -> None:
    """A waiting function without the local variable or attribute that is read: its thread counts as busy."""
    gate = threading.Event()

    def wait() -> None:
        gate.wait()

    def renamed(frame: types.FrameType) -> object:
        return frame.f_locals["renamed"]

    monkeypatch.setattr(idle, "THREADS", Functions({}))
    with thread(wait, gate.set) as worker:
        until(lambda: current_frames()[worker.ident].f_code.co_name == "wait")
        idle.THREADS.add(threading.Event.wait, meaning=lambda frame: None)
        until(lambda: is_idle(worker))
        idle.THREADS.add(threading.Event.wait, meaning=renamed)
        assert not is_idle(worker)

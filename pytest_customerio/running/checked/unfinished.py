"""Waits, before a test is judged, for the work that the test left running: an SDK's queue, tasks, threads."""

from __future__ import annotations

import asyncio
import threading
import time
from asyncio import current_task, get_running_loop
from collections.abc import Callable
from queue import Queue
from typing import Any
from weakref import WeakKeyDictionary

from pytest_customerio.clients.analytics import hurry, queues
from pytest_customerio.process.ownership.ownership import Ownership

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# The longest wait, in real seconds: for a queue that is being sent; for threads, which may never end; for tasks and
# threads while time is virtual, because then they never sleep.
QUEUE = 2.0
THREADS = 0.2
REPLAYED = 2.0
STEP = 0.001
# Virtual seconds for tasks: clients give up within a minute or two. They pass only while a task waits.
TASKS = (0.25, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 88.0)


class UnfinishedWork:
    """Waits for what the test started and did not wait for itself; `now` is real time, also while time is virtual."""

    def __init__(self, ownership: Ownership[Any], now: Callable[[], float] = time.monotonic) -> None:
        self._ownership = ownership
        self._now = now
        self._pause = threading.Condition()
        self._stuck: WeakKeyDictionary[Queue[Any], int] = WeakKeyDictionary()

    def settle(self, *, replayed: bool) -> None:
        """Wait for a limited time; for tasks only while an error is replayed, because time is virtual then."""
        if replayed:
            self._finish_tasks()
        self._flush()
        self._await(self._ownership.is_busy, REPLAYED if replayed else THREADS)

    async def finish_tasks_here(self) -> None:
        """Wait for the test's tasks in the running loop, and for the tasks that those start."""
        here, loop = current_task(), get_running_loop()
        end = self._now() + REPLAYED
        for seconds in TASKS:
            tasks = [task for task in self._ownership.tasks() if task.get_loop() is loop and task is not here]
            if not tasks or self._now() > end:
                break
            await asyncio.wait(tasks, timeout=seconds)

    def _finish_tasks(self) -> None:
        """Let the event loops of this thread go on until the test's tasks are done."""
        if asyncio._get_running_loop() is not None:
            return  # the tests themselves run in a loop, so no other loop can run in this thread
        for loop in self._ownership.still_loops():
            if any(task.get_loop() is loop for task in self._ownership.tasks()):
                loop.run_until_complete(self.finish_tasks_here())

    def _flush(self) -> None:
        for queue in queues():
            stuck = self._stuck.get(queue, 0)  # the SDK never counts down for messages that it dropped as too large
            self._await(lambda: _hurried(queue, stuck), QUEUE)  # noqa: B023 - called at once
            self._stuck[queue] = queue.unfinished_tasks

    def _await(self, is_busy: Callable[[], bool], seconds: float) -> None:
        if not is_busy():
            return
        end = self._now() + seconds
        for _ in range(round(seconds / STEP)):  # an end also if the test stopped the real clock, too
            if not is_busy() or self._now() > end:
                break
            with self._pause:  # the virtual clock sees this thread wait here
                self._pause.wait(STEP)


def _hurried(queue: Queue[Any], stuck: int) -> bool:
    """Whether messages are left to send; the SDK is made to send them at once."""
    busy = queue.unfinished_tasks > stuck
    if busy:
        hurry(queue)
    return busy

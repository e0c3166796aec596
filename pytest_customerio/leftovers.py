"""What a test leaves running is waited for before the test is judged: an SDK's queue, tasks, threads."""

from __future__ import annotations

import asyncio
import threading
from queue import Queue
from typing import Any
from weakref import WeakKeyDictionary

from pytest_customerio.owners import Owners
from pytest_customerio.taps.analytics import hurry, queues

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Real seconds for a queue that is sent now; for threads, which may go on for good; and for them where waiting is
# virtual, so that they are at work or hang.
QUEUE = 2.0
THREADS = 0.2
REPLAYED = 2.0
# Virtual seconds for tasks: clients give up within a minute or two.
TASKS = 600.0
STEP = 0.001


class Leftovers:
    """Waits for what the test at work started and did not wait for itself."""

    def __init__(self, owners: Owners[Any]) -> None:
        self._owners = owners
        self._pause = threading.Condition()
        self._stuck: WeakKeyDictionary[Queue[Any], int] = WeakKeyDictionary()

    def settle(self, *, replayed: bool) -> None:
        """Wait, for a while: for tasks only while an error is replayed, as time is virtual then."""
        if replayed:
            self._finish_tasks()
        self._flush()
        self._await(REPLAYED if replayed else THREADS)

    async def finish_tasks_here(self) -> None:
        """Wait for the test's tasks in the running loop."""
        here, loop = asyncio.current_task(), asyncio.get_running_loop()
        tasks = [task for task in self._owners.tasks() if task.get_loop() is loop and task is not here]
        if tasks:
            await asyncio.wait(tasks, timeout=TASKS)

    def _finish_tasks(self) -> None:
        """Let the event loops of this thread go on until the test's tasks are done."""
        for loop in self._owners.still_loops():
            tasks = [task for task in self._owners.tasks() if task.get_loop() is loop]
            if tasks:
                loop.run_until_complete(asyncio.wait(tasks, timeout=TASKS))

    def _flush(self) -> None:
        for queue in queues():
            stuck = self._stuck.get(queue, 0)  # the SDK never counts messages off that it dropped as too large
            left = QUEUE
            while queue.unfinished_tasks > stuck and left > 0:
                hurry(queue)
                left -= self._step()
            self._stuck[queue] = queue.unfinished_tasks

    def _await(self, left: float) -> None:
        while left > 0 and self._owners.is_busy():
            left -= self._step()

    def _step(self) -> float:
        """A real moment, in which this thread stands where the clock takes it for waiting."""
        with self._pause:
            self._pause.wait(STEP)
        return STEP

"""taskiq: its broker in memory runs a task at once, also one that is to be run again after a delay."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import TASKIQ, Part
from pytest_customerio.process.patching import Patches

KICK = Part(
    TASKIQ,
    "taskiq",
    "InMemoryBroker.kick",
    "the delay of tasks that are run again",
    "its retries seem to wait for nothing",
)
PARTS = (KICK,)


def install(log: JobLog, patches: Patches) -> None:
    """Count the delay of each retry as a wait."""
    patches.patch(KICK, functools.partial(_kicking, log))


def _kicking(log: JobLog, original: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
    async def kick(broker: Any, message: Any) -> None:
        if message.labels.get("_retries") and (delay := float(message.labels.get("delay") or 0)):
            log.wait(delay)
        await original(broker, message)

    return kick

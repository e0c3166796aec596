"""procrastinate: a job that fails is run again where the retry strategy of its task says so."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Awaitable, Callable
from typing import Any

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import PROCRASTINATE, Part
from pytest_customerio.process.patching import Patches

_WHY, _WITHOUT = "jobs that are to be run again", "a payload that such a job owes counts as lost"
PROCESS = Part(PROCRASTINATE, "procrastinate.worker", "Worker._process_job", _WHY, _WITHOUT)
DECIDE = Part(PROCRASTINATE, "procrastinate.tasks", "Task.get_retry_exception", _WHY, _WITHOUT)
PARTS = (PROCESS, DECIDE)


def install(log: JobLog, patches: Patches) -> None:
    """Follow each job that a worker of this process runs."""
    importlib.import_module("procrastinate.worker")  # the library imports it when a worker begins
    patches.patch(PROCESS, functools.partial(_processing, log))
    patches.patch(DECIDE, functools.partial(_deciding, log))


def _processing(log: JobLog, original: Callable[[Any, Any], Awaitable[None]]) -> Callable[[Any, Any], Awaitable[None]]:
    async def process(worker: Any, context: Any) -> None:
        with log.running(str(context.job.id)):
            await original(worker, context)

    return process


def _deciding(log: JobLog, original: Callable[..., Any]) -> Callable[..., Any]:
    def decide(task: Any, exception: BaseException, job: Any) -> Any:
        decision = original(task, exception=exception, job=job)
        if decision is None:
            log.fail(str(job.id), job.task_name, exception)
        else:
            log.again(str(job.id), job.task_name)
        return decision

    return decide

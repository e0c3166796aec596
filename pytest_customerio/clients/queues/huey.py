"""huey: a task that fails is run again while it has retries left, or where it raises `RetryTask`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import HUEY, Part
from pytest_customerio.process.patching import Patches

_WHY, _WITHOUT = "tasks that are to be run again", "a payload that such a task owes counts as lost"
EXECUTE = Part(HUEY, "huey.api", "Huey._execute", _WHY, _WITHOUT)
EXECUTED = Part(HUEY, "huey.api", "Huey._run_post_execute", _WHY, _WITHOUT)
AGAIN = Part(HUEY, "huey.api", "Huey._requeue_task", _WHY, _WITHOUT)
PARTS = (EXECUTE, EXECUTED, AGAIN)


def install(log: JobLog, patches: Patches) -> None:
    """Follow each task that runs in this process, by a consumer or at once (`immediate`)."""
    patches.patch(EXECUTE, functools.partial(_executing, log))
    patches.patch(EXECUTED, functools.partial(_executed, log))
    patches.patch(AGAIN, functools.partial(_requeuing, log))


def _executing(log: JobLog, original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(huey: Any, task: Any, *args: Any) -> Any:
        with log.running(task.id):
            return original(huey, task, *args)

    return execute


def _executed(log: JobLog, original: Callable[..., None]) -> Callable[..., None]:
    def executed(huey: Any, task: Any, value: Any, error: BaseException | None) -> None:
        if error is None:
            log.done(task.id, task.name)
        elif not _is_of_huey(error):
            log.fail(task.id, task.name, error)
        original(huey, task, value, error)

    return executed


def _requeuing(log: JobLog, original: Callable[..., None]) -> Callable[..., None]:
    """Note it first: a task that runs at once, without a delay, is run again here."""

    def requeue(huey: Any, task: Any, *args: Any) -> None:
        log.again(task.id, task.name)
        original(huey, task, *args)

    return requeue


def _is_of_huey(error: BaseException) -> bool:
    """Whether a task only says what is to become of it, as by `CancelExecution`."""
    return type(error).__module__.partition(".")[0] == "huey"

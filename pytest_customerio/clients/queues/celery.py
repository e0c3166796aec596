"""Celery: follows the tasks that meet an error, until each is to be run again, has failed, or has ended well."""

from __future__ import annotations

import datetime as dt
import random
import sys
from collections.abc import Callable
from typing import Any

from pytest_customerio.process.parts import CELERY, Part
from pytest_customerio.process.patching import Patches

RETRY = Part(
    CELERY,
    "celery.app.task",
    "Task.retry",
    "tasks that are to be run again",
    "a payload that such a task owes counts as lost",
)
PARTS = (RETRY,)


class Tasks:
    """While it listens, follows the tasks in which an error was met; without Celery there are none.

    `failed` is the exception that ended one of them, even where the application does not ask for the task's result.
    `note` says how it ended. `wait(seconds)` is called for the countdown of an eager task that asks to be run again,
    because Celery runs such a task at once.
    """

    def __init__(self, wait: Callable[[float], None]) -> None:
        self.failed: BaseException | None = None
        self.note = ""
        self._wait = wait
        self._met: set[str] = set()
        self._again: set[str] = set()
        self._silent: set[str] = set()
        self._saved: set[str] = set()
        self._requests_to_retry: list[BaseException] = []
        self._signals: Any = None
        self._patches = Patches()

    @property
    def pending(self) -> bool:
        """Whether a task that met an error is to be run again."""
        return bool(self._again or self._silent)

    def meet(self) -> None:
        """Note that an error is met in this thread, perhaps in a task."""
        if name := _current():
            self._met.add(name)
            self._saved.discard(name)
            self._listen()

    def deliver(self) -> None:
        """Note that a request of this thread succeeds, perhaps one of a task that met an error before."""
        if self._met and (name := _current()):
            self._saved.add(name)

    def asks_to_run_again(self, error: BaseException | None) -> bool:
        """Whether this exception is Celery's own `Retry`, by which a task that met an error asks to be run again.

        With `task_eager_propagates` it leaves `delay`, as no exception of a task does in production.
        """
        return any(error is one for one in self._requests_to_retry)

    def stop(self) -> None:
        """Stop listening."""
        if self._signals is not None:
            self._patches.undo()
            self._signals.task_failure.disconnect(self._failed)
            self._signals.task_success.disconnect(self._done)
            self._signals = None

    def _listen(self) -> None:
        if self._signals is None:
            self._signals = sys.modules["celery.signals"]
            self._patches.patch(RETRY, self._retrying)
            self._signals.task_failure.connect(self._failed, weak=False)
            self._signals.task_success.connect(self._done, weak=False)

    def _retrying(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Note a retry here, because Celery sends no signal of it in two cases: an eager task that hands its exceptions
        to the caller, and `retry(throw=False)`.
        """

        def retry(task: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                again = original(task, *args, **kwargs)
            except sys.modules["celery.exceptions"].Retry as again:
                self._retried(task, again)
                raise
            if task.request.id in self._met:
                self._silent.add(
                    task.request.id
                )  # Celery then sends the signal of success; an eager task is not run again
            return again

        return retry

    def _retried(self, task: Any, again: Any) -> None:
        if task.request.id in self._met:
            self._again.add(task.request.id)
            self._requests_to_retry.append(again)
            if task.request.is_eager:
                self._wait(_jittered(task) or _seconds(again.when))

    def _failed(self, sender: Any, task_id: str, exception: BaseException, **_: object) -> None:
        if task_id in self._met:
            self._again.discard(task_id)
            self.failed = sys.exc_info()[1] or exception  # Celery replaces an exception that cannot be pickled
            self.note = f"{sender.name} failed with {type(self.failed).__name__} after {_retries(sender)}"
            if sender.request.retries == 0 and _autoretry(sender):
                self.note += f": autoretry_for={_autoretry(sender)} does not cover it"

    def _done(self, sender: Any, **_: object) -> None:
        if sender.request.id in self._met:
            self._again.discard(sender.request.id)
            self.note = f"{sender.name} ended in success after {_retries(sender)}"
            saved = sender.request.id in self._saved  # a retry of the SDK's own, beneath the task
            if sender.request.retries == 0 and _autoretry(sender) and not saved:
                self.note += f": autoretry_for={_autoretry(sender)} never saw the error, which was swallowed before"


def _current() -> str:
    """The id of the task that runs in this thread; empty where none does."""
    celery = sys.modules.get("celery")
    task: Any = celery.current_task if celery is not None else None
    return (task.request.id or "") if task else ""


def _retries(task: Any) -> str:
    return f"{task.request.retries} {'retry' if task.request.retries == 1 else 'retries'}"


def _jittered(task: Any) -> float:
    """The wait of a task that retries automatically with full jitter, else 0.

    Celery draws whole seconds, and may draw 0: the waits of one task may not grow though the schedule does.
    """
    factor = getattr(task, "retry_backoff", 0)
    if not factor or not getattr(task, "retry_jitter", True) or not _autoretry(task):
        return 0.0
    longest = getattr(task, "retry_backoff_max", 600)
    bound = min(longest, max(1, int(factor)) * 2**task.request.retries)
    return float(bound * random.uniform(0.5, 1))  # noqa: S311 - a wait


def _autoretry(task: Any) -> str:
    kinds = getattr(task, "autoretry_for", ())
    return f"({', '.join(kind.__name__ for kind in kinds)})" if kinds else ""


def _seconds(when: float | dt.datetime | None) -> float:
    """The wait that a countdown or a due time asks for; Celery takes a time without a zone as UTC."""
    if isinstance(when, dt.datetime):
        due = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
        return max(0.0, (due - dt.datetime.now(dt.UTC)).total_seconds())
    return float(when or 0)

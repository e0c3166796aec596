"""Follows the jobs of one test in which an error was met, whatever queue runs them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# The id of the job that runs here. Tasks of asyncio that a job starts inherit it.
_JOB: ContextVar[str] = ContextVar("pytest_customerio_job", default="")


class JobLog:
    """Which jobs met an error, and how each of them ended.

    `failed` is the exception that ended one of them for good, and `note` says how the last one ended. A job that met no
    error is of no interest. `wait(seconds)` is for the delay of a retry that a queue in memory does not wait for.
    """

    def __init__(self, wait: Callable[[float], None]) -> None:
        self.wait = wait
        self.failed: BaseException | None = None
        self.note = ""
        self._met: set[str] = set()
        self._again: set[str] = set()

    @property
    def pending(self) -> bool:
        """Whether a job that met an error is to be run again."""
        return bool(self._again)

    def has_met(self, job: str) -> bool:
        """Whether an error was met in this job."""
        return job in self._met

    def meet(self) -> None:
        """Note that an error is met here, perhaps in a job."""
        if job := _JOB.get():
            self._met.add(job)

    def begin(self, job: str) -> None:
        """A job begins to run here, perhaps again."""
        _JOB.set(job)
        self._again.discard(job)

    def end(self) -> None:
        """No job runs here any more."""
        _JOB.set("")

    @contextmanager
    def running(self, job: str) -> Iterator[None]:
        """While entered, this job runs here; it may run within another one."""
        outer = _JOB.get()
        self.begin(job)
        try:
            yield
        finally:
            _JOB.set(outer)

    def again(self, job: str, name: str) -> None:
        """A job that failed is to be run again: the queue has retries left for it."""
        if job in self._met:
            self._again.add(job)
            self.failed, self.note = None, f"{name} is to be run again"

    def fail(self, job: str, name: str, error: BaseException) -> None:
        """A job has ended with an exception."""
        if job in self._met:
            self.failed, self.note = error, f"{name} failed with {type(error).__name__}"

    def done(self, job: str, name: str) -> None:
        """A job has ended well."""
        if job in self._met:
            self.note = f"{name} ended in success"

"""What all task queues say of a test: which jobs that met an error are to be run again, and how others ended."""

from __future__ import annotations

import sys
from collections.abc import Callable

from pytest_customerio.clients.queues import dramatiq, huey, procrastinate, rq, taskiq
from pytest_customerio.clients.queues.celery import Tasks
from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import ARQ, DRAMATIQ, HUEY, PROCRASTINATE, Library, Part
from pytest_customerio.process.patching import Patches


def _request(library: Library, module: str, name: str) -> Part:
    why, without = "a job that asks to be run again", "its exception counts as one that the test does not declare"
    return Part(library, module, name, why, without, recognised=True)


# An application raises one of these to ask its queue to run the job again. Where a test calls the function itself, the
# exception reaches the test.
_REQUESTS = (
    _request(ARQ, "arq.worker", "Retry"),
    _request(DRAMATIQ, "dramatiq.errors", "Retry"),
    _request(HUEY, "huey.exceptions", "RetryTask"),
    _request(PROCRASTINATE, "procrastinate.exceptions", "JobRetry"),
)
PARTS = _REQUESTS
_QUEUES = (
    ("dramatiq", dramatiq),
    ("huey", huey),
    ("procrastinate", procrastinate),
    ("rq", rq),
    ("taskiq", taskiq),
)


class Jobs:
    """Between `start` and `stop`, follows the jobs in which an error is met.

    `wait(seconds)` is called for the delay of a retry that a queue does not wait for in a test, as Celery's eager mode.
    """

    def __init__(self, wait: Callable[[float], None]) -> None:
        self.tasks, self.log = Tasks(wait), JobLog(wait)
        self._patches = Patches()

    @property
    def pending(self) -> bool:
        """Whether a job that met an error is to be run again."""
        return self.tasks.pending or self.log.pending

    @property
    def failed(self) -> BaseException | None:
        """The exception that ended a job that met an error, also where the application does not ask for its result."""
        return self.tasks.failed or self.log.failed

    @property
    def note(self) -> str:
        """How the last job ended that met an error."""
        return self.tasks.note or self.log.note

    def start(self) -> None:
        """Listen to the queues that are imported."""
        for name, queue in _QUEUES:
            if name in sys.modules:
                queue.install(self.log, self._patches)

    def stop(self) -> None:
        """Stop listening."""
        self._patches.undo()
        self.tasks.stop()

    def meet(self) -> None:
        """Note that an error is met here, perhaps in a job."""
        self.tasks.meet()
        self.log.meet()

    def asks_to_run_again(self, error: BaseException | None) -> bool:
        """Whether this exception asks a queue to run the job again: that is no failure, and no end."""
        return self.tasks.asks_to_run_again(error) or any(_is_of(request, error) for request in _REQUESTS)


def _is_of(request: Part, error: BaseException | None) -> bool:
    found = request.find()
    return found is not None and isinstance(error, getattr(*found))

"""RQ: a job that fails is run again while it has retries left (`enqueue(…, retry=Retry(max=3))`).

A queue with `is_async=False` runs each job once, at once, and leaves the retries to a worker that never comes: in
production the job would be run again.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import RQ, Part
from pytest_customerio.process.patching import Patches

PERFORM = Part(
    RQ, "rq.job", "Job.perform", "jobs that are to be run again", "a payload that such a job owes counts as lost"
)
PARTS = (PERFORM,)


def install(log: JobLog, patches: Patches) -> None:
    """Follow each job that runs in this process, by a worker or at once."""
    patches.patch(PERFORM, functools.partial(_performing, log))


def _performing(log: JobLog, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def perform(job: Any) -> Any:
        with log.running(job.id):
            try:
                result = original(job)
            except BaseException as error:
                if job.retries_left:
                    log.again(job.id, job.func_name)
                else:
                    log.fail(job.id, job.func_name, error)
                raise
        asks_again = isinstance(result, sys.modules["rq.job"].Retry)
        (log.again if asks_again else log.done)(job.id, job.func_name)
        return result

    return perform

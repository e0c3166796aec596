"""Task queues: the jobs that meet an error are followed to their end. Each queue runs for real, in this process."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import arq.worker
import dramatiq.errors
import fakeredis
import procrastinate
import procrastinate.testing
import pytest
import rq
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Retries
from huey import CancelExecution, MemoryHuey, RetryTask
from taskiq import InMemoryBroker, SmartRetryMiddleware

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.clients.queues.jobs import Jobs


class Refused(Exception):
    """The exception of the application."""


class Shop:
    """An application that sends in a job. The first `errors` attempts meet an error, as where an error is replayed."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.jobs = Jobs(self.waits.append)
        self.errors = 1
        self.sent = 0

    def send(self) -> None:
        self.sent += 1
        if self.sent <= self.errors:
            self.jobs.meet()
            raise Refused(self.sent)

    def swallow(self) -> None:
        with suppress(Refused):
            self.send()

    @property
    def seen(self) -> tuple[bool, str, str]:
        """Whether a job is to be run again, the class of the exception that ended one, and the note."""
        failed = self.jobs.failed
        return self.jobs.pending, type(failed).__name__ if failed else "", self.jobs.note


@contextmanager
def shop() -> Iterator[Shop]:
    """An application whose queues are listened to."""
    one = Shop()
    one.jobs.start()
    try:
        yield one
    finally:
        one.jobs.stop()


SHOP: list[Shop] = []


def rq_job(what: str = "send") -> Any:
    """RQ finds a job by its name."""
    if what == "return":
        SHOP[-1].swallow()
        return rq.Retry(max=1)
    return getattr(SHOP[-1], what)()


@pytest.mark.parametrize(
    ("what", "retry", "seen"),
    [
        ("send", None, (False, "Refused", "test_jobs.rq_job failed with Refused")),
        ("send", rq.Retry(max=3), (True, "", "test_jobs.rq_job is to be run again")),
        ("return", None, (True, "", "test_jobs.rq_job is to be run again")),
        ("swallow", rq.Retry(max=3), (False, "", "test_jobs.rq_job ended in success")),
    ],
)
def test_a_job_of_rq_that_runs_at_once(what: str, retry: Any, seen: Any) -> None:
    """A job with retries left would be run again by a worker; one without has failed."""
    with shop() as one:
        SHOP[:] = [one]
        queue = rq.Queue(is_async=False, connection=fakeredis.FakeStrictRedis())
        queue.enqueue(rq_job, what, retry=retry)
        assert (one.seen[0], one.seen[1], one.seen[2].replace(f"{__name__}.", "test_jobs.")) == seen


def test_a_job_of_rq_that_a_worker_runs_again() -> None:
    """A retry without an interval is taken by the same worker: the job ends in success."""
    with shop() as one:
        SHOP[:] = [one]
        connection = fakeredis.FakeStrictRedis()
        queue = rq.Queue(connection=connection)
        queue.enqueue(rq_job, retry=rq.Retry(max=3))
        rq.SimpleWorker([queue], connection=connection).work(burst=True, logging_level=logging.CRITICAL)
        assert (one.sent, one.seen[:2]) == (2, (False, ""))


@pytest.mark.parametrize(
    ("asked", "error", "seen"),
    [
        ({}, None, (False, "Refused", "send failed with Refused")),
        ({"retries": 2, "retry_delay": 10}, None, (True, "", "send is to be run again")),
        ({"retries": 2}, None, (False, "", "send ended in success")),
        ({"retries": 2}, RetryTask(delay=5), (True, "", "send is to be run again")),
        ({"retries": 2}, CancelExecution(retry=False), (False, "", "")),
    ],
)
def test_a_task_of_huey(asked: Any, error: Exception | None, seen: Any) -> None:
    """A retry with a delay is owed; one without runs at once. What huey itself raises is no failure."""
    huey = MemoryHuey(immediate=True)
    with shop() as one:

        @huey.task(**asked)
        def send() -> None:
            try:
                one.send()
            except Refused:
                raise error or Refused from None

        send()
        assert one.seen == seen


def run_by_dramatiq(work: Callable[[], None], middleware: Any = None, **asked: Any) -> None:
    """One message that a worker takes, to its end. Other middleware of dramatiq starts threads that never end."""
    broker = StubBroker(middleware=[Retries()] if middleware is None else middleware)
    actor = dramatiq.actor(work, broker=broker, actor_name="send", **asked)
    worker = dramatiq.Worker(broker, worker_timeout=10, worker_threads=1)
    worker.start()
    try:
        actor.send()
        broker.join(actor.queue_name, fail_fast=False)
        worker.join()
    finally:
        worker.stop()


@pytest.mark.parametrize(
    ("what", "asked", "seen"),
    [
        ("send", {"max_retries": 0}, (False, "Refused", "send failed with Refused")),
        ("send", {"max_retries": 1, "min_backoff": 20, "max_backoff": 20}, (False, "", "send ended in success")),
        ("swallow", {"max_retries": 0}, (False, "", "send ended in success")),
        ("send", {"middleware": []}, (False, "", "")),
    ],
)
def test_a_message_of_dramatiq(what: str, asked: Any, seen: Any) -> None:
    """A message is processed again after its backoff, which counts as a wait; without `Retries` it is dropped."""
    with shop() as one:
        run_by_dramatiq(getattr(one, what), **asked)
        assert one.seen == seen
        assert len(one.waits) == (one.sent - 1)


def test_a_message_of_dramatiq_between_two_attempts() -> None:
    """The payload is owed while the message waits in its queue."""
    owed: list[bool] = []

    class Watching(dramatiq.Middleware):
        def after_enqueue(self, broker: Any, message: Any, delay: float | None) -> None:
            owed.append(one.jobs.pending)

        def before_delay_message(self, broker: Any, message: Any) -> None:
            owed.append(one.jobs.pending)

    with shop() as one:
        run_by_dramatiq(one.send, [Watching(), Retries(max_retries=1, min_backoff=20, max_backoff=20)])
    assert (owed[0], owed[-1], True in owed) == (False, True, True)


@pytest.mark.parametrize(
    ("what", "retry", "seen"),
    [
        ("send", False, (False, "Refused", "send failed with Refused")),
        ("send", procrastinate.RetryStrategy(max_attempts=2, wait=60), (True, "", "send is to be run again")),
        ("swallow", False, (False, "", "")),
    ],
)
def test_a_job_of_procrastinate(what: str, retry: Any, seen: Any) -> None:
    """The strategy of the task says whether the job is run again."""
    app = procrastinate.App(connector=procrastinate.testing.InMemoryConnector())

    async def run(task: Any) -> None:
        async with app.open_async():
            await task.defer_async()
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    with shop() as one:

        @app.task(retry=retry, name="send")
        def send() -> None:
            getattr(one, what)()

        asyncio.run(run(send))
        assert one.seen == seen


def test_the_delay_of_a_retry_of_taskiq_is_a_wait() -> None:
    """The broker in memory runs it at once. The first run of a task has no delay."""
    retries = SmartRetryMiddleware(default_retry_count=3, default_delay=30, use_jitter=False, use_delay_exponent=True)
    broker = InMemoryBroker(await_inplace=True).with_middlewares(retries)
    with shop() as one:

        @broker.task(retry_on_error=True)
        async def send() -> None:
            one.send()

        one.errors = 2
        asyncio.run(send.kiq())
        assert (one.sent, one.waits) == (3, [30, 60])


def test_an_exception_that_asks_for_a_retry() -> None:
    """Where a test calls the function itself, the request reaches the test: the job would be run again."""
    requests = [arq.worker.Retry(defer=5), dramatiq.errors.Retry(delay=5), RetryTask(delay=5)]
    with shop() as one:
        assert [one.jobs.asks_to_run_again(error) for error in (*requests, Refused(), None)] == [True] * 3 + [False] * 2


def test_an_error_outside_a_job() -> None:
    """What is met outside a job, and how jobs end that met nothing, says nothing."""
    log = JobLog(float)
    log.meet()
    with log.running("1"):
        log.done("1", "send")
        log.fail("1", "send", Refused())
        log.again("1", "send")
    assert (log.pending, log.failed, log.note) == (False, None, "")


def test_queues_that_are_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of their modules is touched."""
    for name in ("dramatiq", "huey", "procrastinate", "rq", "taskiq"):
        monkeypatch.delitem(sys.modules, name)
    with shop() as one:
        assert len(one.jobs._patches) == 0

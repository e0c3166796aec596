"""Celery's tasks that meet an error are followed to their end."""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import suppress

import celery.app.task
import pytest
from celery import Celery, chain, group, signals
from celery.app.trace import build_tracer
from celery.exceptions import Retry

from pytest_customerio.clients.queues.celery import Tasks

NOW = dt.datetime.now


class RateLimited(Exception):
    """The exception of the application."""


class Unpicklable(Exception):
    """An exception that Celery replaces by another one in its signals."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(number)
        self.why = lambda: why


class Shop:
    """A Celery application whose tasks run at once; the first `errors` attempts meet an error."""

    def __init__(self) -> None:
        self.app = Celery("shop", broker="memory://", backend="cache+memory://", set_as_current=False)
        self.app.conf.task_always_eager = True
        self.waits: list[float] = []
        self.tasks = Tasks(self.waits.append)
        self.errors = 2
        self.asked = 0

    def task(self, work, **asked):
        return self.app.task(name="shop.send", **asked)(work)

    def send(self) -> None:
        self.asked += 1
        if self.asked <= self.errors:
            self.tasks.meet()
            raise RateLimited(self.asked)

    def by_hand(self, **asked):
        def send(task):
            try:
                self.send()
            except RateLimited as error:
                raise task.retry(exc=error, **asked) from None

        return self.task(send, bind=True, max_retries=3)

    def by_itself(self, **asked):
        def send():
            self.send()

        return self.task(send, **{"autoretry_for": (RateLimited,), "max_retries": 3, **asked})


@pytest.fixture
def shop():
    retry = celery.app.task.Task.retry
    heard = [len(one.receivers or ()) for one in (signals.task_failure, signals.task_success)]
    shop = Shop()
    yield shop
    shop.tasks.stop()
    shop.tasks.stop()  # again is no mistake
    assert celery.app.task.Task.retry is retry
    assert [len(one.receivers or ()) for one in (signals.task_failure, signals.task_success)] == heard


def test_without_celery(monkeypatch) -> None:
    """Where Celery is not imported, no task is followed."""
    monkeypatch.delitem(sys.modules, "celery")
    tasks = Tasks([].append)
    tasks.meet()
    assert (tasks.pending, tasks.failed, tasks.note) == (False, None, "")


def test_outside_of_a_task(shop) -> None:
    """An error that is met outside of a task is not a task's."""
    shop.tasks.meet()
    shop.errors = 0
    shop.by_itself().delay()
    assert shop.tasks.note == ""


def test_a_task_that_is_called_like_a_function(shop) -> None:
    """A task that is called as a function is not followed: Celery does not run it again."""
    with pytest.raises(RateLimited):
        shop.by_hand()()
    assert (shop.tasks.pending, shop.tasks.note, shop.waits) == (False, "", [])


def test_a_retry_by_hand(shop) -> None:
    """`retry` with a countdown counts as a wait of that many seconds."""
    shop.by_hand(countdown=7).delay()
    assert shop.waits == [7, 7]
    assert shop.tasks.note == "shop.send ended in success after 2 retries"
    assert not shop.tasks.pending
    assert shop.tasks.failed is None


def test_retries_come_to_an_end(shop) -> None:
    """When the retries are used up, the last exception is the task's, even if its result is never asked for."""
    shop.errors = 9
    shop.by_hand(countdown=1).delay()
    assert shop.waits == [1, 1, 1]
    assert isinstance(shop.tasks.failed, RateLimited)
    assert shop.tasks.note == "shop.send failed with RateLimited after 3 retries"
    assert not shop.tasks.pending


def test_celery_s_own_delay(shop) -> None:
    """`retry` without a countdown waits for three minutes, Celery's default."""
    shop.errors = 1
    shop.by_hand().delay()
    assert shop.waits == [180]
    assert shop.tasks.note == "shop.send ended in success after 1 retry"


@pytest.mark.parametrize(
    ("eta", "wait"),
    [
        (lambda: NOW(dt.UTC) + dt.timedelta(minutes=1), 60),
        (lambda: NOW(dt.UTC).replace(tzinfo=None) + dt.timedelta(minutes=1), 60),
        (lambda: NOW(dt.timezone(dt.timedelta(hours=9))) + dt.timedelta(minutes=1), 60),
        (lambda: NOW(dt.UTC) - dt.timedelta(minutes=1), 0),
    ],
    ids=["UTC", "without zone", "another zone", "past"],
)
def test_a_due_time(shop, eta, wait) -> None:
    """`retry` with a due time counts as a wait until then."""
    shop.errors = 1
    shop.by_hand(eta=eta()).delay()
    assert shop.waits == [pytest.approx(wait, abs=10)]


def test_a_retry_by_itself(shop) -> None:
    """`autoretry_for` with backoff: the waits grow, each in the upper half of the range that Celery draws from."""
    shop.errors = 9
    shop.by_itself(retry_backoff=4, retry_backoff_max=10).delay()
    for wait, longest in zip(shop.waits, (4, 8, 10), strict=True):
        assert longest / 2 <= wait <= longest
    assert shop.tasks.note == "shop.send failed with RateLimited after 3 retries"


@pytest.mark.parametrize(("asked", "waits"), [({"retry_backoff": 2, "retry_jitter": False}, [2, 4]), ({}, [180, 180])])
def test_a_retry_by_itself_without_jitter(shop, asked, waits) -> None:
    """Without jitter, the waits are exactly those of Celery."""
    shop.by_itself(**asked).delay()
    assert shop.waits == waits


def test_an_error_that_autoretry_does_not_cover(shop) -> None:
    """The note says that `autoretry_for` does not cover the exception."""
    shop.by_itself(autoretry_for=(KeyError, OSError)).delay()
    assert shop.tasks.note == (
        "shop.send failed with RateLimited after 0 retries: autoretry_for=(KeyError, OSError) does not cover it"
    )


def test_an_error_that_is_swallowed_before_autoretry_sees_it(shop) -> None:
    """The note says that `autoretry_for` never saw the error."""

    def swallow() -> None:
        with suppress(RateLimited):
            shop.send()

    shop.task(swallow, autoretry_for=(RateLimited,)).delay()
    assert shop.tasks.note == (
        "shop.send ended in success after 0 retries:"
        " autoretry_for=(RateLimited) never saw the error, which was swallowed before"
    )


def test_an_exception_that_cannot_be_pickled(shop) -> None:
    """An exception that Celery cannot pickle is reported itself, and not what replaces it."""

    def work() -> None:
        shop.tasks.meet()
        raise Unpicklable(1, "why")

    shop.task(work).delay()
    assert type(shop.tasks.failed) is Unpicklable


def test_the_caller_sees_all_that_an_eager_task_raises(shop) -> None:
    """An eager task whose exceptions reach the caller is not run again, and counts as pending: a worker would run it."""
    shop.app.conf.task_eager_propagates = True
    with pytest.raises(Retry) as caught:
        shop.by_hand(countdown=7).delay()
    assert shop.tasks.pending
    assert shop.waits == [7]
    assert shop.tasks.asks_to_run_again(caught.value)
    assert not any(shop.tasks.asks_to_run_again(other) for other in (None, Retry(), RateLimited()))


def test_an_error_that_a_retry_of_the_client_saves(shop) -> None:
    """A request that succeeds after the error, beneath the task, was not swallowed."""
    shop.tasks.deliver()  # outside of a task, and before any error

    def saved() -> None:
        with suppress(RateLimited):
            shop.send()
        shop.tasks.deliver()

    shop.task(saved, autoretry_for=(RateLimited,)).delay()
    assert shop.tasks.note == "shop.send ended in success after 0 retries"


def test_a_request_that_succeeds_outside_of_the_task(shop) -> None:
    """It saves no task."""
    shop.errors = 9
    shop.by_hand(countdown=1).delay()
    shop.tasks.deliver()
    assert shop.tasks.note == "shop.send failed with RateLimited after 3 retries"


def test_a_retry_that_is_not_raised(shop) -> None:
    """`retry(throw=False)`: the task ends well, and counts as pending."""

    def work(task) -> None:
        try:
            shop.send()
        except RateLimited as error:
            task.retry(exc=error, throw=False)

    shop.task(work, bind=True).delay()
    assert shop.tasks.pending
    assert shop.tasks.note == "shop.send ended in success after 0 retries"


def test_a_task_with_a_worker(shop) -> None:
    """A task that a worker would run again counts as pending."""
    shop.app.conf.task_always_eager = False
    send = shop.by_hand(countdown=7)
    request = {"id": "1", "delivery_info": {"routing_key": "celery"}, "is_eager": False}
    build_tracer(send.name, send, app=shop.app)("1", (), {}, request)
    assert shop.tasks.pending
    assert shop.waits == []


def test_other_tasks_are_their_own(shop) -> None:
    """Tasks that met no error change nothing, whether they are retried or fail."""

    def other(task, error=None):
        if error is None and not task.request.retries:
            raise task.retry(countdown=5)
        if error == "quiet":
            task.retry(throw=False)
        elif error:
            raise KeyError(error)

    other = shop.app.task(name="shop.other", bind=True)(other)
    shop.by_hand(countdown=1).delay()
    for error in (None, "x", "quiet"):
        other.delay(error)
    assert shop.waits == [1, 1]
    assert shop.tasks.failed is None
    assert not shop.tasks.pending
    assert shop.tasks.note == "shop.send ended in success after 2 retries"


@pytest.mark.parametrize("canvas", [lambda one: chain(one, one), lambda one: group([one, one])])
def test_chains_and_groups(shop, canvas) -> None:
    """Each task of a chain or a group is followed."""
    canvas(shop.by_hand(countdown=3).si()).apply_async()
    assert shop.waits == [3, 3]
    assert shop.asked == 4
    assert not shop.tasks.pending

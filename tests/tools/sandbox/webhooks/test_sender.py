"""Posting calls in order."""

from __future__ import annotations

import threading

from pytest_customerio.tools.sandbox.webhooks.calls import WebhookCall
from pytest_customerio.tools.sandbox.webhooks.sender import Sender


def call(number: int, webhook: int = 1) -> WebhookCall:
    """A call."""
    return WebhookCall(number, webhook, "", "email_sent", {}, b"{}")


def test_the_order_within_a_webhook() -> None:
    """A call waits for the one before it; another webhook does not."""
    posted: list[int] = []
    refused = {1}

    def post(one: WebhookCall) -> float | None:
        posted.append(one.number)
        return 3600.0 if one.number in refused else None

    sender = Sender(post)
    sender.add(call(1))
    sender.add(call(2))
    sender.add(call(3, webhook=2))
    sender.settle()
    assert sorted(posted) == [1, 3]
    sender.retry()
    sender.settle()
    assert sorted(posted) == [1, 1, 3]
    refused.clear()
    sender.retry()
    sender.settle()
    assert posted[-2:] == [1, 2]
    sender.stop()


def test_waits_are_scaled() -> None:
    """An hour takes as long as the scale says."""
    posted: list[int] = []

    def post(one: WebhookCall) -> float | None:
        posted.append(one.number)
        return 3600.0 if len(posted) < 3 else None

    sender = Sender(post, 0.0)
    sender.add(call(1))
    while len(posted) < 3:
        sender.settle()
    sender.stop()
    assert posted == [1, 1, 1]


def test_a_call_that_is_forgotten() -> None:
    """After `clear` a call that waits is not posted again, and neither is one that is on its way."""
    on_its_way, may_end = threading.Event(), threading.Event()
    posted: list[int] = []

    def post(one: WebhookCall) -> float | None:
        posted.append(one.number)
        if one.number == 1:
            on_its_way.set()
            may_end.wait()
        return 3600.0 if one.number == 2 else None

    sender = Sender(post)
    sender.add(call(1))
    on_its_way.wait()
    sender.clear()
    may_end.set()
    sender.add(call(2))
    sender.settle()
    sender.clear()
    sender.add(call(3))
    sender.settle()
    assert posted == [1, 2, 3]
    sender.stop()


def test_stopping_ends_its_threads() -> None:
    """A thread that waits for a retry ends, and so does one that has nothing to do."""
    before = set(threading.enumerate())
    sender = Sender(lambda one: 3600.0 if one.webhook == 1 else None)
    sender.add(call(1))
    sender.add(call(2, webhook=2))
    sender.settle()
    sender.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
        assert not thread.is_alive()

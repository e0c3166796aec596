"""The calls to webhooks after a restart."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from receiving import receiving
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.storage import stored_calls
from pytest_customerio.tools.sandbox.storage.data_file import DataFileError
from pytest_customerio.tools.sandbox.storage.persistence import open_persistence
from pytest_customerio.tools.sandbox.storage.stored_calls import StoredCalls
from pytest_customerio.tools.sandbox.webhooks.calls import WebhookCall

Start = Callable[..., SandboxClient]
EMAIL = {"transactional_message_id": 3, "to": "ada@example.com", "identifiers": {"id": "42"}}


def states(service: Service) -> list[tuple[int, str, str, list[int | None]]]:
    """Number, name and state of each call, and what its attempts drew, when all are done or wait."""
    service.webhooks.settle()
    calls = service.webhooks.calls
    return [(each.number, each.name, each.state, [one.result.status for one in each.attempts]) for each in calls]


def test_an_event_that_waits_survives_a_restart(start: Start) -> None:
    """After `kill -9` what was not accepted is posted again at once, in order; what was accepted is only shown."""
    with receiving(200, 500) as receiver:
        first = start()
        first.service.add_webhook(receiver.url, ["email_sent", "email_delivered", "email_bounced"])
        first.body("POST", "/v1/send/email", EMAIL)
        first.service.deliver("bounced")
        waiting = [(2, "email_delivered", "waiting", [500]), (3, "email_bounced", "waiting", [])]
        assert states(first.service) == [(1, "email_sent", "accepted", [200]), *waiting]
        bodies = receiver.bodies[:]
        first.service._current.persistence.abandon()
        first.service._current.persistence.file = None
        first.service.close()
        receiver.statuses.append(500)
        second = start()
        assert states(second.service)[1:] == [(2, "email_delivered", "waiting", [500, 500]), waiting[1]]
        second.service.webhooks.retry()
        done = [(2, "email_delivered", "accepted", [500, 500, 200]), (3, "email_bounced", "accepted", [200])]
        assert states(second.service)[1:] == done
        assert receiver.metrics == ["sent", "delivered", "delivered", "delivered", "bounced"]
        assert receiver.bodies[2:4] == [bodies[1]] * 2
        second.service.close()
        third = start()
        assert states(third.service)[1:] == done
        assert third.service.deliver("opened").calls == ()
        assert third.service.deliver("bounced").calls[0].number == 4
        third.service.webhooks.settle()
        third.service.reset()
        third.service.close()
        assert states(start().service) == []
        assert len(receiver.bodies) == 6


def call(number: int) -> WebhookCall:
    """A call."""
    return WebhookCall(number, 1, "http://127.0.0.1:9/", "email_sent", {}, b"{}")


def test_the_number_of_calls(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the last ones are kept; one that was removed does not come back with its attempt."""
    monkeypatch.setattr(stored_calls, "MAX_WAITING", 2)
    persistence = open_persistence(data)
    calls = StoredCalls(persistence, threading.RLock())
    for number in (1, 2, 3):
        calls.add(call(number))
    calls.change(call(1))
    assert [each.number for each in calls.load()] == [2, 3]
    persistence.abandon()
    for unwritten in (calls.add, calls.change):
        unwritten(call(4))  # the file cannot be written
    persistence.file = None
    for ignored in (calls.add, calls.change):
        ignored(call(4))
    calls.clear()
    assert calls.load() == ()


def test_the_file_is_closed_while_an_attempt_waits_for_the_lock(data: Path) -> None:
    """An attempt that ends as the sandbox stops is not written any more."""
    persistence = open_persistence(data)

    class Closing:
        def __enter__(self) -> None:
            persistence.abandon()
            persistence.file = None

        def __exit__(self, *error: object) -> None:
            pass

    StoredCalls(persistence, Closing()).change(call(1))


def test_a_damaged_call(data: Path, start: Start) -> None:
    """The command ends with a sentence, and the file stays as it is."""
    start().service.close()
    with sqlite3.connect(data) as connection:
        connection.execute("INSERT INTO calls VALUES (1, ?)", (b"damaged",))
    connection.close()
    with pytest.raises(DataFileError, match="damaged"):
        start()

"""An event on its way to a webhook."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.webhooks.calls import CallQueue, WebhookCall
from pytest_customerio.tools.sandbox.webhooks.posting import Result


def call(*, once: bool = False) -> WebhookCall:
    """A call without attempts."""
    return WebhookCall(1, 1, "http://127.0.0.1/", "email_sent", {}, b"{}", once=once)


def test_it_is_accepted() -> None:
    """A 2xx status ends it."""
    one = call()
    assert (one.state, one.status, one.problem) == ("waiting", None, "")
    assert one.note(5.0, Result(500)) == 3600
    assert (one.state, one.status) == ("waiting", 500)
    assert one.note(6.0, Result(problem="timeout", text="no answer")) == 120
    assert one.problem == "no answer"
    assert one.note(7.0, Result(204)) is None
    assert (one.state, one.status, [each.at for each in one.attempts]) == ("accepted", 204, [5.0, 6.0, 7.0])


def test_it_is_given_up() -> None:
    """After seven days of waiting it is given up; a forged request is posted once."""
    one = call()
    while one.note(0.0, Result(500)) is not None:
        assert one.state == "waiting"
    assert (one.state, len(one.attempts)) == ("given up", 8)
    forged = call(once=True)
    assert (forged.note(0.0, Result(401)), forged.state) == (None, "given up")


def test_a_queue_is_bounded() -> None:
    """The oldest calls go where there are too many, or too large ones; the last one stays, however large."""
    queue = CallQueue(2, [queued(1), queued(2), queued(3)], max_weight=100)
    assert [each.number for each in queue] == [2, 3]
    queue.append(queued(4, b"x" * 99))
    assert [each.number for each in queue] == [4]
    queue.append(queued(5, b"x" * 101))
    assert (len(queue), queue.first) == (1, queued(5, b"x" * 101))
    queue.append(queued(6))
    queue.clear()
    assert (len(queue), queue.first) == (0, None)


def queued(number: int, body: bytes = b"{}") -> WebhookCall:
    """A call with this body."""
    return WebhookCall(number, 1, "", "email_sent", {}, body)

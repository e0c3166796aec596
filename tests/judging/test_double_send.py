"""Rules `double-send` and `payload-changed`: what a retry may send again, and what must stay the same."""

from __future__ import annotations

import pytest

from pytest_customerio.core.model import Answer, ErrorCase, Provenance
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.judging.double_send import double_send, payload_changed
from pytest_customerio.judging.judgement import judge

CASE = ErrorCase(
    "500-persists", "500", "app", "persists", Answer(500), True, (), "5xx", "", "", Provenance("synthetic")
)
RESET = CASE._replace(answer=Answer(fault="connection-reset"), kind="fault")
TAKEN = CASE._replace(answer=Answer(fault="accepted-then-reset"), kind="fault", accepted="surely")
RATE = CASE._replace(answer=Answer(429), accepted="never")
REFUSED = CASE._replace(answer=Answer(fault="connection-refused"), kind="fault", accepted="never")
PARTIAL = CASE._replace(answer=Answer(207), kind="partial", accepted="surely", retryable=False)
PERMANENT = CASE._replace(answer=Answer(400), accepted="never", retryable=False)
USELESS = CASE._replace(answer=Answer(200), kind="malformed", accepted="surely", retryable=False)

SEND = Message("send", twice="send")
EVENT = Message("event", twice="event")
KEYED = Message("event", (("id", '"a"'),), twice="event", keyed=True)
PERSON = Message("person")


def seen(case, *said, ok=False):
    """One attempt for each message (or tuple of messages), all met by the case; with `ok` the last is delivered."""
    attempts = [
        Attempt(
            "r",
            "op",
            float(at),
            case.answer.status or None,
            case.answer.fault,
            messages=(one,) if isinstance(one, Message) else one,
            met=True,
        )
        for at, one in enumerate(said)
    ]
    if ok:
        attempts[-1] = attempts[-1]._replace(status=200, fault=None, met=False)
    return Observation(case, attempts)


@pytest.mark.parametrize(
    ("observation", "severity"),
    [
        (seen(CASE, SEND, SEND), "error"),
        (seen(CASE, SEND, SEND, ok=True), "error"),
        (seen(RESET, SEND, SEND, SEND), "error"),
        (seen(TAKEN, SEND, SEND), "error"),
        (seen(USELESS, SEND, SEND), "error"),
        (seen(CASE, SEND), None),
        (seen(RATE, SEND, SEND), None),
        (seen(REFUSED, SEND, SEND), None),
        (seen(PERMANENT, SEND, SEND), None),
        (seen(CASE, EVENT, EVENT, ok=True), "warning"),
        (seen(RATE, EVENT, EVENT, ok=True), None),
        (seen(CASE, KEYED, KEYED, ok=True), None),
        (seen(CASE, PERSON, PERSON, ok=True), None),
        (seen(CASE, (PERSON, EVENT), (PERSON, EVENT), ok=True), "warning"),
        (seen(CASE, (PERSON, EVENT), (PERSON,), ok=True), None),
        (seen(PARTIAL, SEND, SEND), None),
    ],
)
def test_sending_twice(observation, severity):
    """If the service may have accepted it: a second send is an error, a second event without id a warning."""
    found = double_send(observation)
    assert (found and found.severity) == severity
    assert found is None or found.rule == "double-send"


def test_the_text_says_how_often_and_why_it_matters():
    """The hint says what to do in Python."""
    send, event = double_send(seen(RESET, SEND, SEND, SEND)), double_send(seen(CASE, EVENT, EVENT))
    assert (send.expected, send.got) == (
        "no second copy of a send that may have been taken",
        "sent 3 times, although the connection-reset may hide that it was taken",
    )
    assert "retries=0" in send.hint
    assert (event.expected, event.got) == ("a dedupe id in a retried event", "no id, sent 2 times after the 500")
    assert "id=" in event.hint


def made(*anew, case=CASE, ok=True):
    return seen(case, *(Message("event", tuple(one.items()), twice="event", keyed=True) for one in anew), ok=ok)


@pytest.mark.parametrize(
    ("observation", "severity", "got"),
    [
        (made({"id": "1"}, {"id": "1"}), None, None),
        (made({"id": "1"}), None, None),
        (made({"id": "1"}, {"id": "2"}), "error", "id differs between attempts"),
        (made({"id": "1"}, {}), "error", "id differs between attempts"),
        (made({"messageId": "1"}, {"messageId": "2"}, case=RATE), "error", "messageId differs between attempts"),
        (made({"timestamp": "1"}, {"timestamp": "2"}), "error", "timestamp differs between attempts"),
        (
            made({"id": "1", "timestamp": "1"}, {"id": "2", "timestamp": "2"}),
            "error",
            "id, timestamp differ between attempts",
        ),
        (made({"data.retries": "1"}, {"data.retries": "2"}), "warning", "retries differs between attempts"),
        (made({"id": "1", "retry": "1"}, {"id": "2", "retry": "2"}), "error", "id, retry differ between attempts"),
        (made({"id": "1"}, {"id": "1"}, {"id": "3"}), "error", "id differs between attempts"),
        (made({"id": "1"}, {"id": "2"}, case=PERMANENT), None, None),
    ],
)
def test_a_changed_payload(observation, severity, got):
    """A new id or timestamp is an error, a counter of the application a warning; a repair is no retry."""
    found = payload_changed(observation)
    assert (found and (found.rule, found.severity, found.got)) == (got and ("payload-changed", severity, got))


def test_messages_are_compared_with_themselves():
    """A batch in another order has not changed."""
    one, two = Message("a", (("id", "1"),)), Message("b", (("id", "2"),))
    assert payload_changed(seen(CASE, (one, two), (two, one))) is None


def test_one_retry_may_violate_both_rules() -> None:
    """A send that is repeated with another id is reported for each rule."""
    attempts = [
        Attempt("a", "op", 3.0**at, 500, None, messages=(Message("a", (("id", str(at)),), twice="send"),), met=True)
        for at in range(3)
    ]
    found = judge(Observation(CASE, attempts, reported=True))[1]
    assert [(one.rule, one.severity) for one in found] == [("double-send", "error"), ("payload-changed", "error")]

"""The App API's messages: to whom they go, in which state, and with which text."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

ADA: dict[str, Any] = {"identifiers": {"id": "42"}}
MAIL: dict[str, Any] = {**ADA, "to": "ada@example.com", "from": "us@example.com"}
RECEIPT: dict[str, Any] = {**MAIL, "transactional_message_id": "receipt", "message_data": {"total": "23"}}


def sent(ask: SandboxClient, payload: dict[str, Any], channel: str = "email") -> tuple[Delivery, tuple[str, ...]]:
    """The delivery that a send creates, and the notes on it."""
    reply = ask("POST", f"/v1/send/{channel}", payload)
    assert reply.answer.status == 200, reply
    return ask.service.workspace.deliveries[json.loads(reply.answer.body)["delivery_id"]], reply.notes


def test_an_email_of_ones_own(ask: SandboxClient) -> None:
    """The texts of an e-mail without a template are rendered with the person and the data."""
    ask.identify("42", name="Ada")
    payload = {
        **MAIL,
        "subject": "Hi {{customer.name}}",
        "body": "<b>{{trigger.total}}</b>",
        "message_data": {"total": 23},
    }
    delivery, notes = sent(ask, payload)
    assert (delivery.subject, delivery.body, delivery.to) == ("Hi Ada", "<b>23</b>", "ada@example.com")
    assert (delivery.state, delivery.made_here, delivery.queued_at) == ("queued", False, NOW)
    assert delivery.person == ask.person("id", "42").cio_id
    assert notes == ()


def test_a_template(ask: SandboxClient) -> None:
    """The text of a template is unknown; the delivery shows the data that would fill it."""
    delivery, notes = sent(ask, RECEIPT)
    assert (delivery.subject, delivery.made_here) == ("(template receipt)", True)
    assert '"total": "23"' in delivery.body
    assert notes == ("made a new person: nobody had this identifier",)


def test_the_answer(ask: SandboxClient) -> None:
    """The answer contains `send_at` only if it is in the future."""
    assert ask.body("POST", "/v1/send/email", RECEIPT) == {"delivery_id": "delivery-1", "queued_at": NOW}
    later = {**RECEIPT, "send_at": NOW + 60}
    assert ask.body("POST", "/v1/send/email", later)["send_at"] == NOW + 60


@pytest.mark.parametrize(
    ("members", "state", "note"),
    [
        ({"queue_draft": True}, "draft", "not sent: queue_draft waits for somebody to send it"),
        ({"send_to_unsubscribed": False}, "skipped", "not sent: this person is unsubscribed"),
        ({"send_at": NOW - 60}, "queued", "sent at once: send_at lies in the past"),
    ],
)
def test_what_a_200_does_not_tell(ask: SandboxClient, members: dict[str, Any], state: str, note: str) -> None:
    """A draft, an unsubscribed person and a `send_at` in the past are answered with 200; a note says what happens."""
    ask.identify("42", unsubscribed=True)
    delivery, notes = sent(ask, {**RECEIPT, **members})
    assert (delivery.state, notes) == (state, (note,))


def test_a_suppressed_person_and_no_person(ask: SandboxClient) -> None:
    """A message to a suppressed person, or without identifiers, is accepted; a note says so."""
    ask.notes("POST", "/api/v1/customers/42/suppress")
    assert sent(ask, RECEIPT)[1] == ("ignored: this person is suppressed",)
    assert sent(ask, RECEIPT)[0].state == "skipped"
    delivery, notes = sent(ask, {name: value for name, value in RECEIPT.items() if name != "identifiers"})
    assert (delivery.person, notes) == ("", ("goes to nobody's profile: without identifiers",))


def test_other_channels(ask: SandboxClient) -> None:
    """Push, SMS and in-app messages go to a number, an address or the person's display name."""
    ask.identify("42", email="ada@example.com")
    ask.identify("43")
    push, _ = sent(ask, {**ADA, "transactional_message_id": 1, "title": "Hi", "message": "there"}, "push")
    assert (push.subject, push.body, push.to) == ("Hi", "there", "ada@example.com")
    sms, _ = sent(ask, {**ADA, "transactional_message_id": 1, "to": "+12025550123"}, "sms")
    assert (sms.to, sms.made_here) == ("+12025550123", True)
    in_app, _ = sent(ask, {"identifiers": {"id": "43"}, "transactional_message_id": 1}, "in_app")
    assert in_app.to == "43"


TRIGGERS = "/v1/campaigns/12/triggers"


def test_a_broadcast(ask: SandboxClient) -> None:
    """A broadcast creates a delivery for each person, with the data of this person."""
    ask.identify("42", email="ada@example.com")
    ask.identify("43")
    payload = {
        "per_user_data": [{"id": "42", "data": {"voucher": "A"}}, {"email": "ada@example.com"}],
        "data": {"x": 1},
    }
    assert ask.body("POST", TRIGGERS, payload) == {"id": 1}
    assert ask.body("POST", TRIGGERS, {"ids": ["43"]}) == {"id": 2}
    assert ask.body("POST", "/v1/campaigns/13/triggers", {"emails": ["ada@example.com"]}) == {"id": 1}
    deliveries = list(ask.service.workspace.deliveries.values())
    assert [(each.to, each.template) for each in deliveries] == [
        ("ada@example.com", "of broadcast 12"),
        ("ada@example.com", "of broadcast 12"),
        ("43", "of broadcast 12"),
        ("ada@example.com", "of broadcast 13"),
    ]
    assert '"voucher": "A"' in deliveries[0].body
    assert '"x": 1' in deliveries[0].body


def test_a_broadcast_by_filter_and_to_its_own_audience(ask: SandboxClient) -> None:
    """A filter selects the recipients; without one a note says that the audience is not known."""
    ask.identify("42", plan="pro")
    pro = {"attribute": {"field": "plan", "operator": "eq", "value": "pro"}}
    assert ask.notes("POST", TRIGGERS, {"recipients": pro}) == ()
    assert len(ask.service.workspace.deliveries) == 1
    basic = {"attribute": {"field": "plan", "operator": "eq", "value": "basic"}}
    assert ask.notes("POST", TRIGGERS, {"recipients": basic}) == (
        "reaches nobody: nobody here is among the recipients",
    )
    assert ask.notes("POST", TRIGGERS, {"data": {}}) == (
        "reaches nobody here: the audience set in the interface is not known",
    )


def test_a_broadcast_to_an_unknown_person(ask: SandboxClient) -> None:
    """An unknown id draws 422 with the trigger's number and sends nothing, unless unknown ids are ignored."""
    ask.identify("42")
    reply = ask("POST", TRIGGERS, {"ids": ["42", "43"]})
    assert (reply.answer.status, reply.case) == (422, "422-unprocessable")
    (error,) = json.loads(reply.answer.body)["errors"]
    assert error["detail"].endswith("errors endpoint for trigger 1")
    assert ask.body("GET", f"{TRIGGERS}/1/errors") == {"errors": ["line 2: no person has this id"], "next": 0}
    assert ask("GET", f"{TRIGGERS}/2/errors").answer.status == 404
    assert not ask.service.workspace.deliveries
    assert ask.body("POST", TRIGGERS, {"ids": ["42", "43"], "id_ignore_missing": True}) == {"id": 2}
    assert len(ask.service.workspace.deliveries) == 1

"""The page of webhooks, and what the page of a message lets happen."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import MAIL, read

from pytest_customerio.tools.sandbox.pages.message_pages import message_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.webhook_pages import call_row, webhooks_page
from pytest_customerio.tools.sandbox.webhooks.calls import WebhookCall
from pytest_customerio.tools.sandbox.webhooks.posting import Result

NOW = 1_764_000_000
URL = "http://127.0.0.1:5000/hooks"


def call(*results: Result, number: int = 1, **given: Any) -> WebhookCall:
    """A call that drew these results."""
    known: dict[str, Any] = {
        "webhook": 1,
        "endpoint": URL,
        "name": "email_bounced",
        "body": b"{}",
        "delivery": "delivery-1",
    }
    made = WebhookCall(number=number, event={"timestamp": NOW, "metric": "bounced"}, **{**known, **given})
    for result in results:
        made.note(NOW + 1, result)
    return made


def test_without_a_webhook_the_page_says_how_to_begin(ask: Any) -> None:
    """Before there is a webhook the page asks for an address; then for a message."""
    assert "There is no webhook yet." in read("webhooks", webhooks_page(ask.service, Query())).text
    ask.service.add_webhook(URL, name="CRM")
    context = webhooks_page(ask.service, Query())
    assert [(each["endpoint"], each["name"]) for each in context["webhooks"]] == [(URL, "CRM")]
    assert "Nothing was posted yet." in read("webhooks", context).text
    ask.service.add_webhook("http://192.0.2.7/")
    assert "192.0.2.7 is another machine" in read("webhooks", webhooks_page(ask.service, Query())).text
    shown = read("webhooks", webhooks_page(ask.service, Query(), "ftp://x", "no address"))
    assert "no address" in shown.text
    assert shown.all("body") == [{"data-version": ""}]


def test_calls_are_listed_and_searched(ask: Any) -> None:
    """Calls are listed newest first, with the answer and what waits; the words of a search select some."""
    answers = (Result(500, answer="KeyError"), Result(problem="timeout", text="no answer within 4 seconds"))
    for each in (call(Result(200)), call(*answers, number=2, name="email_opened"), call(number=3)):
        ask.service.webhooks.calls.append(each)
    context = webhooks_page(ask.service, Query())
    assert [(each["said"], each["state"], each["level"]) for each in context["calls"]] == [
        ("queued", "waiting", "new"),
        ("no answer within 4 seconds", "waiting", "warning"),
        ("200", "accepted", "ok"),
    ]
    assert context["waiting"] == 2
    shown = read("webhooks", context)
    assert "2 waiting" in shown.text
    assert "KeyError" in shown.text
    assert "Customer.io would try again after" in shown.text
    assert [each["number"] for each in webhooks_page(ask.service, Query(words="OPENED"))["calls"]] == [2]
    assert "No event is like this." in read("webhooks", webhooks_page(ask.service, Query(words="nothing"))).text
    many = call_row(call(*[Result(500)] * 25))
    assert (len(many["attempts"]), many["earlier"]) == (20, 5)


@pytest.mark.parametrize(
    ("result", "level", "state"),
    [
        (Result(200), "error", "took a forged request"),
        (Result(401), "ok", "refused, as it must"),
        (Result(500), "error", "failed over a forged request"),
        (Result(problem="reset", text="reset"), "error", "failed over a forged request"),
    ],
)
def test_a_forged_request(result: Result, level: str, state: str) -> None:
    """An application that takes a forged request, or fails over it, is shown as wrong; one that refuses it as right."""
    row = call_row(call(result, fault="wrong-signature", once=True))
    assert (row["level"], row["state"], row["fault"]) == (level, state, "wrong-signature")


def test_what_can_happen_to_a_message(ask: Any) -> None:
    """The page of a message has a button for what happens often, and a choice of everything and of faults."""
    mail = ask.body("POST", "/v1/send/email", MAIL)["delivery_id"]
    push = ask.body("POST", "/v1/send/push", {"identifiers": {"id": "42"}, "transactional_message_id": 5, "to": "all"})
    context = message_page(ask.service, mail)
    assert context is not None
    assert [word for _, word in context["simulation"]["often"]] == [
        *("delivered", "opened", "clicked", "bounced", "complained", "unsubscribed")
    ]
    shown = read("message", context)
    assert {"name": "metric", "value": "spammed"} in shown.all("button")
    assert any(each.get("value") == "wrong-signature" for each in shown.all("option"))
    assert "No webhook is told of it yet" in shown.text
    other = message_page(ask.service, push["delivery_id"], "it cannot")
    assert other is not None
    assert ("spammed", "complained") not in other["simulation"]["often"]
    assert "it cannot" in read("message", other).text


def test_what_was_posted_about_a_message(ask: Any) -> None:
    """The page of a message lists the calls about it, and only those."""
    mail = ask.body("POST", "/v1/send/email", MAIL)["delivery_id"]
    ask.service.add_webhook(URL)
    assert "Nothing was posted about this message yet." in read("message", message_page(ask.service, mail)).text
    for each in (call(Result(200), delivery=mail), call(Result(200), number=2, delivery="another")):
        ask.service.webhooks.calls.append(each)
    context = message_page(ask.service, mail)
    assert context is not None
    assert [each["number"] for each in context["simulation"]["calls"]] == [1]
    assert "email_bounced" in read("message", context).text

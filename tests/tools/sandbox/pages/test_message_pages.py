"""The pages of messages."""

from __future__ import annotations

from typing import Any

from sandbox_pages import MAIL, read

from pytest_customerio.tools.sandbox.pages.formatting import show_time
from pytest_customerio.tools.sandbox.pages.frame import PAGE_SIZE
from pytest_customerio.tools.sandbox.pages.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.pages.query import Query

NOW = 1_764_000_000


def test_a_message_shows_what_it_would_have_said(ask: Any) -> None:
    """Subject and body are rendered with the person; the body is in a frame without any permission."""
    ask.identify("42", first_name="Ada")
    sent = ask.body("POST", "/v1/send/email", MAIL)
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    assert "Hello Ada" in shown.text
    assert "Shop <shop@example.com>" in shown.text
    assert [(each["sandbox"], each["srcdoc"]) for each in shown.all("iframe")] == [
        ("", '<base target="_blank"><h1>Hello, Ada!</h1>')
    ]


def test_the_links_of_an_email_are_listed(ask: Any) -> None:
    """Links of an e-mail are listed with their address, and open without a referrer."""
    body = '<a href="https://shop.example/confirm?a=1&amp;b=2">Confirm</a> <a href="javascript:alert(1)">no</a>'
    sent = ask.body("POST", "/v1/send/email", {**MAIL, "body": body})
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    outward = {"href": "https://shop.example/confirm?a=1&b=2", "target": "_blank", "rel": "noopener noreferrer"}
    assert [each for each in shown.all("a") if "target" in each] == [outward]


def test_a_message_whose_template_lies_elsewhere_is_text(ask: Any) -> None:
    """A message whose template is stored in Customer.io is shown as text, without a frame."""
    sent = ask.body(
        "POST", "/v1/send/email", {key: MAIL[key] for key in ("to", "identifiers", "transactional_message_id")}
    )
    shown = read("message", message_page(ask.service, sent["delivery_id"]))
    assert shown.all("iframe") == []
    assert "lies in Customer.io" in shown.text


def test_what_became_of_a_message(ask: Any) -> None:
    """The page shows when a message is to be sent and its metrics; a deleted person is left out."""
    sent = ask.body("POST", "/v1/send/email", {**MAIL, "send_at": NOW + 3600})
    ask.notes("POST", "/api/v1/metrics", {"delivery_id": sent["delivery_id"], "metric": "delivered", "timestamp": NOW})
    ask.notes("DELETE", "/api/v1/customers/42")
    context = message_page(ask.service, sent["delivery_id"])
    assert context is not None
    assert (context["send_at"], context["person"]) == (show_time(NOW + 3600), None)
    assert [(each.word, each.at) for each in context["life"]] == [("scheduled", NOW), ("delivered", NOW)]
    assert "delivered" in read("message", context).text
    assert message_page(ask.service, "delivery-999") is None


def test_messages_are_searched_and_paged(ask: Any) -> None:
    """Messages of every kind are searched and shown in pages; an empty result says so."""
    ask.body(
        "POST",
        "/v1/send/push",
        {"identifiers": {"id": "42"}, "transactional_message_id": 5, "title": "Shipped", "message": "x"},
    )
    for number in range(PAGE_SIZE + 2):
        ask.body("POST", "/v1/send/email", {**MAIL, "subject": f"Receipt {number}"})
    first = messages_page(ask.service, Query(words="receipt"))
    assert (len(first["messages"]), first["first"]) == (PAGE_SIZE, "")
    assert first["next"] == f"/_sandbox/inbox/messages?q=receipt&start={PAGE_SIZE}"
    rest = messages_page(ask.service, Query(words="receipt", start=PAGE_SIZE))
    assert (len(rest["messages"]), rest["next"], rest["first"]) == (2, "", "/_sandbox/inbox/messages?q=receipt")
    assert [each["kind"] for each in messages_page(ask.service, Query(words="shipped"))["messages"]] == ["push"]
    assert "No message is like this." in read("messages", messages_page(ask.service, Query(words="nothing"))).text
    ask.service.reset()
    assert "No message has been asked for yet." in read("messages", messages_page(ask.service, Query())).text

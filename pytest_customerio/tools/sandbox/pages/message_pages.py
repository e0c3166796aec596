"""The page of all messages, and the page of one message."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.email_html import make_inert
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_payload, show_time, show_value
from pytest_customerio.tools.sandbox.pages.frame import MAX_WHOLE, MESSAGES, Context, frame
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.scanning import scan
from pytest_customerio.tools.sandbox.pages.story import life
from pytest_customerio.tools.sandbox.pages.webhook_pages import simulation
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

_FACTS = ("from", "reply_to", "cc", "bcc", "preheader")  # members of the payload that the page of a message shows
MOST_METRICS = 30
_KINDS = {
    "app.send_email": "email",
    "app.send_push": "push",
    "app.send_sms": "SMS",
    "app.send_in_app": "in-app",
    "app.send_inbox_message": "inbox",
    "app.send_whatsapp": "WhatsApp",
    "app.trigger_broadcast": "broadcast",
}


def messages_page(service: Service, query: Query) -> Context:
    """The messages that contain the words of a query, newest first."""
    found = scan(reversed(service.workspace.deliveries.values()), _searched_text, query)
    links = found.links(query, MESSAGES)
    return {**frame(service, "messages", query), "messages": [message_row(each) for each in found.entries], **links}


def message_page(service: Service, delivery_id: str, error: str = "") -> Context | None:
    """One message. The body of an e-mail is HTML, which the page shows in a frame.

    `error` says why what was asked for cannot happen to the message.
    """
    delivery = service.workspace.deliveries.get(delivery_id)
    if delivery is None:
        return None
    html = delivery.body if delivery.operation == "app.send_email" and not delivery.made_here else ""
    person = service.workspace.people.find(("cio_id", delivery.person))
    return {
        **frame(service, "messages"),
        "message": message_row(delivery),
        "facts": list(_facts(delivery)),
        "person": {"cio_id": person.cio_id, "name": person.display_name} if person else None,
        "template": delivery.template,
        "send_at": show_time(delivery.send_at) if delivery.send_at else None,
        "life": life(delivery, MOST_METRICS),
        "earlier": max(0, len(delivery.metrics) - MOST_METRICS),
        "simulation": simulation(service, delivery, error),
        "html": make_inert(html) if html else "",
        "html_with_links": html[:MAX_WHOLE],
        "body": delivery.body[:MAX_WHOLE],
        "plain": delivery.plain[:MAX_WHOLE],
        "made_here": delivery.made_here,
        "payload": show_payload(delivery.payload, MAX_WHOLE),
    }


def message_row(delivery: Delivery) -> Context:
    """A message in a list; its state is the last metric that was reported, if there is one."""
    return {
        "id": delivery.id,
        "kind": _KINDS.get(delivery.operation, delivery.operation),
        "to": shorten(delivery.to, 80),
        "subject": shorten(delivery.subject, 160),
        "state": delivery.metrics[-1][0] if delivery.metrics else delivery.state,
        "at": show_time(delivery.queued_at),
    }


def _facts(delivery: Delivery) -> Iterator[tuple[str, str]]:
    for name in _FACTS:
        if delivery.payload.get(name):
            yield name.replace("_", " "), shorten(show_value(delivery.payload[name]), 300)


def _searched_text(delivery: Delivery) -> str:
    texts = (delivery.to, delivery.subject, delivery.body, delivery.plain, delivery.template, delivery.operation)
    return " ".join(texts)

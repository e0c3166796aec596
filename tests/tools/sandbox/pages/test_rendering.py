"""The HTML of every page, and its Content-Security-Policy."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_pages import MAIL, RENDERER, ReadPage, read

from pytest_customerio.tools.sandbox.pages.message_pages import message_page, messages_page
from pytest_customerio.tools.sandbox.pages.object_pages import object_page, objects_page
from pytest_customerio.tools.sandbox.pages.people_pages import people_page, person_page
from pytest_customerio.tools.sandbox.pages.query import Query
from pytest_customerio.tools.sandbox.pages.requests.request_pages import FaultForm, request_page, requests_page
from pytest_customerio.tools.sandbox.pages.segment_pages import segment_page, segments_page

EVENTS = "/api/v1/customers/42/events"
SCRIPT = "<script>alert(1)</script>"


HOSTILE = (
    SCRIPT,
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "</pre></iframe><svg onload=alert(1)>",
    "javascript:alert(1)",
)


# The elements of our templates; no other ever stands on a page.
OURS = {
    "html",
    "head",
    "meta",
    "title",
    "link",
    "style",
    "body",
    "a",
    "header",
    "p",
    "span",
    "nav",
    "ul",
    "li",
    "main",
    "div",
    "section",
    "h1",
    "h2",
    "h3",
    "form",
    "label",
    "select",
    "option",
    "optgroup",
    "input",
    "button",
    "ol",
    "details",
    "summary",
    "time",
    "bdi",
    "dl",
    "dt",
    "dd",
    "code",
    "pre",
    "strong",
    "aside",
    "datalist",
    "br",
    "footer",
    "script",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "iframe",
}


def requests(ask: Any, query: Query | None = None, form: FaultForm | None = None) -> dict[str, Any]:
    """The values of the page of requests."""
    return requests_page(ask.service, {"CUSTOMERIO_SITE_ID": "site"}, query or Query(), form)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_an_application_sends_is_text(ask: Any, text: str) -> None:
    """Hostile text in every place that an application can fill is escaped on every page."""
    ask.identify("42", **{text: text, "name": text, "nested": {text: [text]}})
    ask("PUT", "/api/v1/customers/" + text.replace("/", "%2F"), {"email": "h@example.com"}, {"user-agent": text})
    for name, shown in everything(ask, text).items():
        assert {tag for tag, _ in shown.elements} <= OURS, name
        assert len(shown.all("script")) == 1, name
        assert not [key for _, given in shown.elements for key in given if key.startswith("on")], name
        assert all(
            (each.get("href") or "").startswith(("/", "#", "data:,", "?", "https://docs.customer.io/"))
            or each["href"] == ""
            for each in [*shown.all("a"), *shown.all("link")]
        ), name
        assert text in shown.text or name in ("people", "unknown"), name


def everything(ask: Any, text: str) -> dict[str, ReadPage]:
    """Every page of a sandbox whose person, event, device and e-mail contain this text."""
    made = {"segment": {"name": text, "description": text}}
    segment = ask.body("POST", "/v1/segments", made)["segment"]["id"]
    ask("POST", f"/api/v1/segments/{segment}/add_customers", {"ids": ["42"]})
    short = {text[:50]: text[:500]}
    related = [
        {"identifiers": {"id": "42"}, "relationship_attributes": short},
        {"identifiers": {"anonymous_id": text[:50]}},
    ]
    target = {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": text[:50]}}
    ask(
        "POST",
        "/api/v2/batch",
        {"batch": [{**target, "attributes": short, "cio_relationships": related}, {text: text}]},
    )
    ask("POST", "/v1/track", {"anonymousId": text, "event": text})
    ask("POST", EVENTS, {"name": text, "type": text, "data": {text: text}})
    ask("PUT", "/api/v1/customers/42/devices", {"device": {"id": text, "platform": "ios", "last_used": text}})
    sent = ask.body(
        "POST",
        "/v1/send/email",
        {**MAIL, "preheader": text, "subject": text, "body": text, "body_plain": text, "message_data": {text: text}},
    )
    ask("GET", f"/{text}")
    ask.service.fault("429-retry-after", 1, "track.merge")
    number = ask.service.log.number
    cio_id = ask.person("id", "42").cio_id
    return {
        "requests": read("requests", requests(ask, Query(words="x", person=text), FaultForm(text, text, text, text))),
        "all": read("requests", requests(ask)),
        "request": read("request", request_page(ask.service, number - 3, "http://localhost")),
        "batch": read("request", request_page(ask.service, number - 4, "http://localhost")),
        "unknown": read("request", request_page(ask.service, number, "http://localhost")),
        "people": read("people", people_page(ask.service, Query(words=""))),
        "person": read("person", person_page(ask.service, cio_id, Query())),
        "messages": read("messages", messages_page(ask.service, Query())),
        "searched": read("messages", messages_page(ask.service, Query(words=text))),
        "message": read("message", message_page(ask.service, sent["delivery_id"])),
        "objects": read("objects", objects_page(ask.service, Query())),
        "object": read("object", object_page(ask.service, "ob1", Query())),
        "segments": read("segments", segments_page(ask.service, Query())),
        "segment": read("segment", segment_page(ask.service, segment, Query())),
    }


@pytest.mark.parametrize("text", ["\u202eevil", "👩‍👩‍👧‍👦 שלום", "\ud83d", "\x00\x1b[31m", "x" * 10_000])
def test_odd_text_is_shown_all_the_same(ask: Any, text: str) -> None:
    """Text from right to left, emoji, half a surrogate pair, control characters and long text are rendered."""
    ask("PUT", "/api/v1/customers/42", {"name": text})
    ask.identify("42")
    assert all(each.all("main") for each in everything(ask, text).values())


def test_a_message_may_bring_its_own_style_and_nothing_else() -> None:
    """Both policies forbid foreign scripts and frames; only that of a message allows inline style."""
    for policy in (RENDERER.policy, RENDERER.message_policy):
        rules = dict(each.strip().split(" ", 1) for each in policy.split(";"))
        assert rules["default-src"] == "'none'"
        assert rules["script-src"].startswith("'sha256-")
        assert "unsafe" not in rules["script-src"]
        assert rules["img-src"] == "data:"
        assert rules["frame-src"] == "'none'"
    assert "unsafe" not in RENDERER.policy
    assert "style-src 'unsafe-inline'" in RENDERER.message_policy

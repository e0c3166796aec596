"""The story of a person."""

from __future__ import annotations

from typing import Any

from sandbox_pages import MAIL

from pytest_customerio.tools.sandbox.pages import story as story_module
from pytest_customerio.tools.sandbox.pages.story import life, story

EVENTS = "/api/v1/customers/42/events"
NOW = 1_764_000_000


def titles(ask: Any, kind: str = "") -> list[tuple[str, str, str]]:
    """The story of person 42, oldest first: kind, word and title."""
    moments = story(ask.service, ask.person("id", "42"), kind).moments[::-1]
    return [(each.kind, each.word, each.title) for each in moments]


def test_everything_in_the_order_of_time(ask: Any) -> None:
    """Within one second, too, things stand in the order in which they happened."""
    ask.identify("42", email="ada@example.com")
    ask.later(0.1)
    ask.notes("POST", EVENTS, {"name": "first"})
    ask.later(0.1)
    ask.body("POST", "/v1/send/email", MAIL)
    ask.later(0.1)
    ask.entity("add_device", identifiers={"id": "42"}, device={"token": "t", "platform": "ios"})
    ask.later(0.1)
    event = {"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": "in a batch"}
    ask.notes("POST", "/api/v2/batch", {"batch": [event]})
    ask.later(0.1)
    ask.notes("POST", "/v1/page", {"userId": "42", "name": "Pricing"})
    assert titles(ask) == [
        ("requests", "request", "track.identify"),
        ("events", "event", "first"),
        ("messages", "queued", "Hello "),
        ("requests", "request", "track_v2.person_add_device"),
        ("events", "event", "in a batch"),
        ("requests", "request", "track_v2.batch"),
        ("events", "page", "Pricing"),
    ]
    assert [each[2] for each in titles(ask, "events")] == ["first", "in a batch", "Pricing"]
    assert [each[1] for each in titles(ask, "messages")] == ["queued"]
    assert len(titles(ask, "requests")) == 6
    assert titles(ask, "nothing") == titles(ask)


def test_a_request_that_went_wrong_is_part_of_it(ask: Any) -> None:
    """A request without effect is shown with its status, and so is a fault of the network."""
    ask.identify("42")
    ask("POST", EVENTS, {"name": "x", "timestamp": 1})
    ask("POST", EVENTS, {"name": "x" * 200})
    ask.service.fault("connection-reset", 1, "pipelines.track")
    ask("POST", "/v1/track", {"userId": "42", "event": "y"})
    marks = [(each.title, each.mark) for each in story(ask.service, ask.person("id", "42"), "requests").moments]
    assert marks == [
        ("pipelines.track", "connection-reset"),
        ("track.event", "400"),
        ("track.event", ""),
        ("track.identify", ""),
    ]


def test_events_with_a_meaning_are_requests(ask: Any) -> None:
    """An event that registers a device is no event of the person, so the request is shown."""
    device = {"context": {"device": {"token": "t", "type": "ios"}}}
    ask.notes("POST", "/v1/track", {"userId": "42", "event": "Device Created or Updated", **device})
    ask.notes("POST", "/v1/track", {"userId": "42", "event": "bought", "properties": {"note": "x" * 5000}})
    assert titles(ask) == [("events", "event", "bought"), ("requests", "request", "pipelines.track")]
    (bought,) = story(ask.service, ask.person("id", "42"), "events").moments
    assert bought.detail.endswith("…")
    assert (bought.link, bought.shown_at.iso[:4]) == ("", "2025")


def test_a_visitor_who_became_a_person(ask: Any) -> None:
    """What the person did as a visitor belongs to the story."""
    ask.notes("POST", "/v1/screen", {"anonymousId": "v1"})
    ask.later(1)
    ask.notes("POST", "/v1/page", {"anonymousId": "v1", "properties": {"path": "/"}})
    ask.later(1)
    ask.notes("POST", "/v1/identify", {"anonymousId": "v1", "userId": "42", "traits": {}})
    assert titles(ask) == [
        ("events", "screen", "(no name)"),
        ("events", "page", "/"),
        ("requests", "request", "pipelines.identify"),
    ]


def test_the_life_of_a_message(ask: Any) -> None:
    """A message has the moments that were reported, in the order of time; those before its queueing come first."""
    delivery_id = ask.body("POST", "/v1/send/email", MAIL)["delivery_id"]
    for metric, at in (("opened", NOW + 9), ("delivered", NOW + 5)):
        ask.notes("POST", "/api/v1/metrics", {"delivery_id": delivery_id, "metric": metric, "timestamp": at})
    moments = life(ask.service.workspace.deliveries[delivery_id], 2)
    assert [(each.word, each.detail) for each in moments] == [
        ("queued", "to ada@example.com"),
        ("delivered", ""),
        ("opened", ""),
    ]
    assert {each.link for each in moments} == {f"/_sandbox/inbox/messages/{delivery_id}"}


def test_what_happens_at_once_comes_after_the_message(ask: Any) -> None:
    """What happens to a message in its own second stands after it, although its time has no fraction."""
    ask.later(0.3)
    ask.identify("42")
    ask.later(0.3)
    ask.body("POST", "/v1/send/email", MAIL)
    ask.service.deliver("sent")
    ask.later(0.1)
    ask.service.deliver("bounced")
    assert [each[1] for each in titles(ask)] == ["request", "queued", "sent", "bounced"]


def test_many_messages(ask: Any, monkeypatch: Any) -> None:
    """Of many messages to one person, the story has the last ones."""
    monkeypatch.setattr(story_module, "MOST_MESSAGES", 2)
    for number in range(4):
        ask.body("POST", "/v1/send/email", {**MAIL, "subject": f"m{number}"})
        ask.later(1)
    assert [each[2] for each in titles(ask, "messages")] == ["m2", "m3"]

"""Personal data is found in any request; what a log may contain is not taken for personal data."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Interaction, WireRequest
from pytest_customerio.core.payload import Payload
from pytest_customerio.core.personal import contacts, personal

CATALOG = Catalog.load()
TRACK = "https://track.customer.io/api/v1/customers/"
ENTITY = "https://track.customer.io/api/v2/entity"
SEND = "https://api.customer.io/v1/send/email"
PIPELINES = "https://cdp.customer.io/v1/track"


def found(operation, url, payload):
    """The personal texts in one request, without their quoted forms."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return personal(CATALOG.operations[operation], WireRequest("POST", url, {}, body))


def of_person(**attributes):
    return set(found("track.identify", f"{TRACK}42", attributes))


@pytest.mark.parametrize(
    "attributes",
    [
        {"email": "ada@example.com"},
        {"note": "write to ada@example.com, please"},
        {"deep": [{"er": ["ada@example.com"]}]},
    ],
)
def test_an_address_is_found_anywhere(attributes):
    """Addresses inside a longer text are found too."""
    assert "ada@example.com" in of_person(**attributes)


@pytest.mark.parametrize(
    "value",
    [
        "+1 555 123 4567",
        "+15551234567",
        "123-45-6789",
        "Ada Lovelace",
        "DE89370400440532013000",
        "https://example.com/login?token=3f9a",
        "12 Long Street, London",
        "your parcel will be with you on monday",
        "Jané Müller",
    ],
)
def test_values_that_do_not_occur_by_chance(value):
    """Several words, digits between capitals, URLs with a query, and prose are personal."""
    assert value in of_person(some_value=value)


@pytest.mark.parametrize(
    "value",
    [
        "basic",
        "42",
        "true",
        "Premium",
        "internationalisation",
        "pro-2024",
        "free plan",
        "EUR",
        "ACTIVE_USER",
        "PLAN_2",
        "23.45",
        "2026-01-02",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.678+01:00",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "123e4567-e89b-12d3-a456-426614174000",
        "https://example.com/pricing",
        "/pricing/monthly",
        "text/html; charset=utf-8",
        "",
        "   ",
    ],
)
def test_values_that_say_nothing_about_anybody(value):
    """Plans, kinds, numbers, dates, technical ids and URLs without a query are not personal."""
    assert of_person(some_value=value) == set()


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"first_name": "Lovelace"}, {"Lovelace"}),
        ({"lastname": "Byron"}, {"Byron"}),
        ({"name": "Ada"}, set()),
        ({"name": "basic plan"}, set()),
        ({"phone": 15551234567}, {"15551234567"}),
        ({"phone": 42}, set()),
        ({"phone": True}, set()),
        ({"mobile": "(555) 123-4567"}, {"(555) 123-4567"}),
        ({"id": "Ada Lovelace 1815"}, set()),
        ({"orderId": "AB 12345678 X"}, set()),
        ({"device_token": "AB 12345678 X"}, set()),
        (
            {
                "order_number": "A1B2C3D4E5",
                "planName": "Pro Plan",
                "items": ["Earl Grey Tea"],
                "utm_source": "Google Ads",
            },
            set(),
        ),
        ({"products": [{"name": "Earl Grey Tea"}], "friends": [{"name": "Ada Lovelace"}]}, {"Ada Lovelace"}),
        ({"status": "Blocked by ada@example.com"}, {"ada@example.com"}),
        ({"page": "https://example.com/login?token=3f9a"}, {"https://example.com/login?token=3f9a"}),
        ({"created_at": 1764000000, "score": 1.5, "nothing": None}, set()),
    ],
)
def test_a_key_says_that_a_value_is_personal(attributes, expected):
    """A name or a phone number is known by its key; an id is not personal."""
    assert {text for text in of_person(**attributes) if "%" not in text} == expected


@pytest.mark.parametrize(
    ("operation", "url", "payload", "expected"),
    [
        (
            "track.event",
            f"{TRACK}42/events",
            {"name": "Order Completed 2026", "data": {"gift": "Blue Socks"}},
            {"Blue Socks"},
        ),
        ("track.event", f"{TRACK}ada%40example.com/events", {"name": "a"}, {"ada@example.com"}),
        (
            "track_v2.person_event",
            ENTITY,
            {"type": "person", "identifiers": {"id": "Ada Lovelace 1"}, "name": "Order Completed"},
            set(),
        ),
        (
            "track_v2.person_event",
            ENTITY,
            {"identifiers": {"id": "+15551234567"}, "attributes": {"a": "Blue Socks"}},
            {"+15551234567", "Blue Socks"},
        ),
        (
            "app.send_email",
            SEND,
            {"to": "Ada <ada@example.com>", "from": "shop@example.org", "message_data": {"a": "Blue Socks"}},
            {"ada@example.com", "Ada <ada@example.com>", "Blue Socks"},
        ),
        (
            "app.send_email",
            SEND,
            {"reply_to": "shop@example.org", "subject": "Your Receipt", "transactional_message_id": "Receipt 1"},
            set(),
        ),
        (
            "pipelines.track",
            PIPELINES,
            {
                "userId": "Ada Lovelace 1",
                "event": "Order Completed",
                "properties": {"a": "Blue Socks"},
                "context": {"library": {"name": "Some Library 1"}},
            },
            {"Blue Socks"},
        ),
        ("track.event", f"{TRACK}42/events", b"not json, ada@example.com", {"ada@example.com"}),
        ("track.event", f"{TRACK}42/events", b"", set()),
    ],
)
def test_where_values_stand(operation, url, payload, expected):
    """Attributes, data, traits and message data are searched; names of events, ids and the sender are not."""
    plain = {text for text in found(operation, url, payload) if "%" not in text}
    assert plain == expected


def test_every_form_in_which_it_may_show():
    """A text is found as sent, URL-quoted, and escaped as in JSON and in a repr."""
    forms = of_person(a='Jané "J" O\'Neil', email="ada+1@example.com")
    assert forms >= {
        'Jané "J" O\'Neil',
        'Jan\\u00e9 \\"J\\" O\'Neil',
        "Jan%C3%A9%20%22J%22%20O%27Neil",
        'Jané "J" O\\\'Neil',
    }
    assert forms >= {"ada+1@example.com", "ada%2B1%40example.com", "ada%2B1@example.com"}


def test_a_payload_too_deep_to_walk_still_has_its_address(monkeypatch):
    """The address in the path is found, and no exception is raised."""
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    monkeypatch.setattr("pytest_customerio.core.model.decode", lambda headers, body: Payload("json", deep))
    assert "ada@example.com" in found("track.identify", f"{TRACK}ada%40example.com", b"1")


def test_of_a_long_text_its_beginning_is_looked_for():
    """A text of ten megabytes is searched once."""
    text = "Dear Ada, " * 1_000_000
    assert text[:200] in of_person(a=text, b="a" * 10_000_000)


leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
payloads = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)


@given(payloads)
def test_any_payload_can_be_searched(payload):
    """No found text is short, except for a name that is known by its key."""
    texts = found("track.identify", f"{TRACK}42", payload)
    assert all(len(text) >= 5 for text in texts)


@given(st.from_regex(r"[a-z]{1,12}(_[a-z]{1,12})?", fullmatch=True), st.sampled_from(["plan", "kind", "state"]))
def test_plain_words_are_never_personal(word, key):
    """A single word is never personal."""
    assert of_person(**{key: word}) == set()


def test_an_address_in_a_form_is_found():
    """The members of a form are unquoted before they are searched."""
    assert "ada@example.com" in found("track.event", f"{TRACK}42/events", b"name=x&email=ada%40example.com")


def test_contacts_are_addresses_and_phone_numbers_only():
    """They are personal wherever they are written; a product or a name may stand in any log."""
    body = b'{"name": "Ada Lovelace", "data": {"email": "ada@example.com", "product": "Blue Suede Shoes", "phone": "5551234567"}}'
    request = Interaction(
        "requests", "POST", "https://track.customer.io/api/v1/customers/bob%40example.com/events", {}, body
    )
    found = contacts(request)
    assert {"ada@example.com", "bob@example.com", "bob%40example.com", "5551234567"} <= set(found)
    assert not any("Ada" in text or "Blue" in text for text in found)

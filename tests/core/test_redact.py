"""Values are shown by their shape, without personal data and credentials."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.core.redact import cut, figure, is_personal, json_path, mask, meant, safe_url, shape, word


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (1764000000000, "number of 13 digits"),
        (4711, "number of 4 digits"),
        (0, "number of 1 digit"),
        (-7, "negative number of 1 digit"),
        (float("nan"), "NaN"),
        (float("-inf"), "-Infinity"),
        (10**500, "number of 501 digits"),
        (10**15 - 1, "number of 15 digits"),
        (1.5, "number with a fraction of 1 digit"),
        ("", "empty text"),
        ("  ", "blank text"),
        ("None", '"None"'),
        ("a", "text of 1 character"),
        ("ada@example.com", "text of 15 characters"),
        ("é" * 501, "text of 501 characters, 1002 bytes"),
        ("\ud800", "text of 1 character, 3 bytes"),
        ({"a": 1}, "object with 1 member"),
        ({}, "object with 0 members"),
        ([1, 2], "list of 2 items"),
        (object(), "object"),
    ],
)
def test_mask_shows_the_shape(value: object, shown: str) -> None:
    """Texts, numbers and containers are described."""
    assert mask(value) == shown


@given(st.text(min_size=1).filter(lambda text: text.strip() and text.lower() not in {"none", "null", "undefined"}))
def test_mask_never_repeats_text(text: str) -> None:
    """The description of a text has its length and nothing of its content."""
    assert mask(text) in {mask("x" * len(text)), mask("x" * len(text)) + f", {len(text.encode())} bytes"}


def test_a_long_number_is_cut() -> None:
    """The description of any value is not longer than the limit."""
    assert figure(10**200, 20) == "1" + "0" * 18 + "…"
    assert figure("Jane") == "text of 4 characters"
    assert figure(True) == "true"


def test_word_shows_a_vocabulary_but_no_person() -> None:
    """Names of actions, events and types are quoted; addresses, numbers and long text are described."""
    assert word("User Deleted") == '"User Deleted"'
    assert word("ada@example.com") == 'text of 15 characters, "xxx@xxxxxxx.xxx"'
    assert word("call 5551234567") == 'text of 15 characters, "xxxx 0000000000"'
    assert word("y" * 41) == f'text of 41 characters, "{"x" * 41}"'
    assert word(5) == "number of 1 digit"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("identfy", '"identfy"'),
        ("Identify ", 'text of 9 characters, "Xxxxxxxx "'),
        ("event", '"event"'),
        ("Jane", 'text of 4 characters, "Xxxx"'),
        ("ada@example.com", 'text of 15 characters, "xxx@xxxxxxx.xxx"'),
        (4711, "number of 4 digits"),
        (None, "null"),
    ],
)
def test_a_wrong_word_is_shown_if_it_is_nearly_a_known_one(value: object, shown: str) -> None:
    """A mistyped word and another word of the API are quoted; anything else may be somebody's name."""
    assert meant(value, ["identify", "track", None], {"event"}) == shown


def test_cut_stays_on_one_line() -> None:
    """Line ends and lone surrogates are escaped; a text that is cut ends with an ellipsis."""
    assert cut("a\nb\ud800") == "a\\nb\\ud800"
    assert cut("x" * 81) == "x" * 79 + "…"
    assert cut("x" * 80) == "x" * 80


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        ([], "$"),
        (["batch", 3, "timestamp"], "$.batch[3].timestamp"),
        (["odd key"], '$["odd key"]'),
        (['quo"te'], '$["quo\\"te"]'),
        (["ada@example.com"], '$["…"]'),
        (["+15551234567"], '$["…"]'),
        (["attachments", "Ada Bell 7.pdf"], '$.attachments["Xxx Xxxx 0.xxx"]'),
        (["batch", 0, "attachments"], "$.batch[0].attachments"),
        (["a\nb"], '$["a\\nb"]'),
        (["k" * 41], '$["' + "k" * 39 + '…"]'),
        (["cio_subscription_preferences.topics.topic_1"], '$["cio_subscription_preferences.topics.top…"]'),
    ],
)
def test_json_path_reads_like_jsonpath(parts: list[str | int], path: str) -> None:
    """A name follows a dot, any other key is quoted, and a key with personal data is replaced."""
    assert json_path(parts) == path


@pytest.mark.parametrize(
    "name",
    [
        "ada@example.com",
        "+4915",
        "call 5551234",
        "0455-716-6966",
        "(976) 740 5883",
        "976.740.5883",
        "5f2a9c81d37be604",
        "key_9D1C7E5B3A2F48606C4E",
        "296259c8-a4a9-15d0-2ad6-4ce91ea77228",
        "sk_live_7tOtHWnsCGRl",
        "ghp_dJjPZ6zfKN7xVGkj",
        "AKIANLGTETOD4UYETIAY",
        "eyJhbGciOiJIUzI1NiJ9.C6vWCBiJ",
        "x-7tO4tHW0nsCG9RlrwZbq",
    ],
)
def test_a_name_that_is_not_shown(name: str) -> None:
    """An address, a phone number in any writing, and a token: neither in a path nor as a word."""
    assert is_personal(name)
    assert json_path([name]) == '$["…"]'
    assert name not in word(name)


@pytest.mark.parametrize(
    "name",
    [
        "order_paid",
        "Step 1 of 3",
        "black_friday_2025_11_28",
        "newsletter 2025-11-28",
        "webinar 28.11.2025",
        "2025-11-28T10:30",
        "SubscriptionRenewalReminderV2Day30",
        "deadbeef",
        "feedfacecafebabefeed",
        "v1.2.3",
        "utm_source",
        "a" * 50,
        "sku_A12_B34_C56_D78",
        "sk_liveness",
        "eyJ",
    ],
)
def test_a_name_that_is_shown(name: str) -> None:
    """Names of events and members with numbers, dates and versions in them are those of a developer."""
    assert not is_personal(name)


@given(st.lists(st.text() | st.integers(0, 10**6)))
def test_json_path_can_always_be_printed(parts: list[str | int]) -> None:
    """Any keys make a path that is one line of UTF-8."""
    path = json_path(parts)
    assert path.encode()
    assert len(path.splitlines()) == 1


def test_safe_url_keeps_the_place_and_drops_the_person() -> None:
    """The request line has no credentials, e-mail, phone, query value or fragment."""
    url = "https://site:key@track.customer.io:443/api/v1/customers/ada%40example.com/events?email=x%40y.z&+1555=2#top"
    assert safe_url(None, "POST", url) == "POST https://track.customer.io:443/…/…/…/…/…?email=…&…=…"
    assert request_line(None, "POST", url) == "POST https://track.customer.io:443/api/v1/customers/…/events?email=…&…=…"
    operation = Catalog.load().operations["track.event"]
    plain = "https://track.customer.io/api/v1/customers/42/events"
    assert safe_url(operation, "post", plain) == f"POST {plain.replace('42', '…')}"


def test_a_method_that_is_no_word_is_not_shown() -> None:
    """An application may send a value in its place."""
    url = "https://track.customer.io/api/v1/customers/42"
    assert safe_url(None, "0455-716-6966", url).startswith("… https://")
    assert safe_url(None, "ada@example.com", "https://[") == "… an address that cannot be read"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/api/v1/customers/jane/events", "/api/v1/customers/…/events"),
        ("/api/v1/customers/jane/event", "/api/v1/customers/…/event"),
        ("/api/v1/customers/acme/jane/events", "/api/v1/customers/…/…/events"),
        ("/api/v1/customers/None", "/api/v1/customers/None"),
        ("/api/v1/customers/", "/api/v1/customers/"),
        ("/api/v1/custmers/jane", "/api/v1/custmers/…"),
        ("/api/v1/customers/events", "/api/v1/customers/events"),
        ("/api/v3/anything", "/api/v3/…"),
        ("/api/v1/unheard", "/api/v1/unheard"),
        ("/api/v1/jane%40corp.org", "/api/v1/…"),
        ("/cio/api/v1/customers/jane", "/cio/api/v1/customers/…"),
        ("/customers/usr-4711", "/customers/…"),
        ("", ""),
    ],
)
def test_what_may_be_an_identifier_is_not_shown(path: str, shown: str) -> None:
    """A segment is shown if it is a word of the API, nearly one, or stands where no identifier can."""
    url = f"https://track.customer.io{path}"
    assert request_line(None, "PUT", url) == f"PUT https://track.customer.io{shown}"
    operation = Catalog.load().operations["track.identify"]
    if path.startswith("/api/v1/customers/jane"):
        assert request_line(operation, "PUT", url).startswith("PUT https://track.customer.io/api/v1/customers/…")


def test_safe_url_survives_what_is_no_url() -> None:
    """An address that urllib refuses is not shown at all."""
    assert safe_url(None, "GET", "https://[::1/ada@example.com") == "GET an address that cannot be read"


@given(st.text(), st.text())
def test_safe_url_never_fails(method: str, url: str) -> None:
    """Any text gives one short line that can be printed."""
    line = safe_url(None, method, "https://track.customer.io/" + url)
    assert len(line) <= 160
    assert json.dumps(line)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (" ada@example.com", 'text of 16 characters, " xxx@xxxxxxx.xxx"'),
        ("Ada <ada@example.com>", 'text of 21 characters, "Xxx <xxx@xxxxxxx.xxx>"'),
        ("zoë@example.com\n", 'text of 16 characters, 17 bytes, "xxé@xxxxxxx.xxx\\n"'),
        ("+49 171 5551", 'text of 12 characters, "+00 000 0000"'),
        ("", "empty text"),
        ("  ", "blank text"),
        ("None", '"None"'),
        (5, "number of 1 digit"),
    ],
)
def test_a_shape_shows_what_is_wrong_and_nobody(value, shown):
    """Blanks and signs are shown, letters and digits are not."""
    assert shape(value) == shown

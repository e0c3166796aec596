"""What scrubbing leaves, what it replaces, and that no personal value is left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from for_each import for_each
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from pytest_customerio.cassettes.recording.fakes import Fakes, Names, is_fake
from pytest_customerio.cassettes.recording.positions import in_payload
from pytest_customerio.cassettes.recording.scrub import Exchange, Scrubber
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.core.credentials import credentials
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.record.canary import contains_any

CATALOG = Catalog.load()
TRACK = "https://track.customer.io/api/v1"
SLOW = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None, max_examples=60
)


def scrubber(known: tuple[str, ...] = ()) -> Scrubber:
    return Scrubber(CATALOG, Fakes(), known)


def request(
    method: str = "PUT", url: str = f"{TRACK}/customers/42", payload: Any = None, **headers: str
) -> WireRequest:
    body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
    return WireRequest(method, url, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def answer(payload: Any = None, *headers: tuple[str, str], status: int = 200, reason: str = "OK") -> Answer:
    body = payload if isinstance(payload, bytes) else b"" if payload is None else json.dumps(payload).encode()
    return Answer(status, reason, headers, body)


def sent(payload: Any, url: str = f"{TRACK}/customers/42", method: str = "PUT") -> Any:
    """A payload, scrubbed."""
    return json.loads(scrubber().request(request(method, url, payload)).body)


def scrubbed_answer(payload: Any, first: Any = None) -> Any:
    """The body of an answer to a request with this payload, scrubbed."""
    return json.loads(scrubber().exchange(Exchange(request(payload=first), answer(payload))).answer.body)


def test_headers_that_stay() -> None:
    """A header stays if its name is listed and its value has the form of such a header."""
    found = scrubber().request(
        request(
            authorization="Basic abc", content_type="application/json; charset=utf-8", x_strict_mode="1", cookie="a=b"
        )
    )
    assert found.headers == {"Content-Type": "application/json; charset=utf-8", "X-Strict-Mode": "1"}
    odd = scrubber().request(request(content_type="jane@example.org", x_strict_mode="jane"))
    assert odd.headers == {}
    listed = (("RETRY-AFTER", "30"), ("Set-Cookie", "a=b"), ("X-Request-Id", "7"), ("X-RateLimit-Limit", "10"))
    assert scrubber().answer(answer({}, *listed)).headers == (("Retry-After", "30"), ("X-RateLimit-Limit", "10"))


def test_what_is_personal_keeps_its_form() -> None:
    """A fake has the form of the value: an address for an address, a number for a number."""
    given = {
        "email": "jane@corp.org",
        "first_name": "Jane",
        "phone": "+49 170 1234567",
        "mobile": "0170-1234567",
        "created_at": 1_764_000_000,
        "birth_date": "1990-05-17",
        "seen": "2026-11-23T10:00:00Z",
        "visited_at": "2026-11-23T10:00:00Z",
        "trial_ends": 1_764_000_000,
        "account_id": 77,
        "zip": "94107",
        "income": 123_456,
        "latitude": 52.520008,
        "half": 1_000_000.5,
        "price": 23.45,
        "logins": 3,
        "page": "https://corp.org/jane",
        "uid": "6f0c2b1e-8d4a-4a55-9a52-0c1f2d3e4b5a",
        "ulid": "01HV4R5QN1NHZQW5CX2Y5WJGAV",
        "empty": "",
        "nothing": None,
        "vip": True,
        "jane@corp.org": {"Jane Doe 4711": []},
        "person": "cio_0300",
    }
    assert sent(given) == {
        "email": "person-1@example.com",
        "first_name": "text-1",
        "phone": "+12025550001",
        "mobile": "+12025550002",
        "created_at": 1_764_000_000,
        "birth_date": "0001-01-01",
        "seen": "1900-01-01T00:00:00.000001Z",
        "visited_at": "1900-01-01T00:00:00.000001Z",
        "trial_ends": 900_000_000_000_002,
        "account_id": 900_000_000_000_003,
        "zip": "900000000000004",
        "income": 900_000_000_000_005,
        "latitude": 900_000_000_000_006.5,
        "half": 900_000_000_000_007.5,
        "price": 900_000_000_000_008.5,
        "logins": 900_000_000_000_009,
        "page": "https://example.com/page-1",
        "uid": "00000000-0000-4000-8000-000000000001",
        "ulid": "00000000000000000000000001",
        "empty": "",
        "nothing": None,
        "vip": True,
        "person-1@example.com": {"key-1": []},
        "person": "cio_id-1",
    }


def test_the_same_value_is_the_same_fake() -> None:
    """One value gets one fake in path, query, payload and answer, as a number and as text."""
    given = request("GET", "https://api.customer.io/v1/customers/4711/attributes?id_type=id&q=4711", None)
    found = scrubber().exchange(Exchange(given, answer({"customer": {"id": "4711", "number_id": 4711}})))
    fake = "900000000000001"
    assert found.request.url == f"https://api.customer.io/v1/customers/{fake}/attributes?id_type=id&q={fake}"
    assert json.loads(found.answer.body) == {"customer": {"id": fake, "number_id": int(fake)}}


@pytest.mark.parametrize(
    ("url", "left_of_it"),
    [
        (f"{TRACK}/customers/jane%40corp.org/events", f"{TRACK}/customers/person-1@example.com/events"),
        (f"{TRACK}/customers/a%2Fb/events#jane", f"{TRACK}/customers/id-1/events"),
        ("https://u:p@track-eu.customer.io/api/v1/events", "https://track-eu.customer.io/api/v1/events"),
        (
            f"{TRACK}/segments/7/add_customers?id_type=email",
            f"{TRACK}/segments/900000000000001/add_customers?id_type=email",
        ),
        (f"{TRACK}/customers/cio_0300/events", f"{TRACK}/customers/cio_id-1/events"),
        (f"{TRACK}/unheard/of/jane/", f"{TRACK}/id-1/id-2/id-3/"),
        ("http://elsewhere.corp.org/api/jane", "https://track.customer.io/api/id-1"),
        ("http://proxy.corp.org/api/v1/events", "https://track.customer.io/api/v1/events"),
        ("https://api.customer.io/v2/what", "https://api.customer.io/v2/id-1"),
    ],
)
def test_addresses(url: str, left_of_it: str) -> None:
    """Of an address stays what the catalogue knows; its host is that of the operation."""
    known = Catalog.load(["http://proxy.corp.org"])
    assert Scrubber(known, Fakes()).request(request("POST", url)).url == left_of_it


def test_events_keep_their_names() -> None:
    """The name of an event stays; the address of a page and the name of a person do not."""
    event = {"name": "order placed", "data": {"name": "Jane"}}
    assert sent(event, f"{TRACK}/customers/42/events", "POST") == {"name": "order placed", "data": {"name": "text-1"}}
    assert sent({"name": "Jane 4711"}, f"{TRACK}/customers/42/events", "POST") == {"name": "text-1"}
    assert sent({"name": "Jane"}) == {"name": "text-1"}
    item = {"type": "person", "action": "event", "identifiers": {"id": "abc"}, "name": "bought"}
    assert sent(
        {"batch": [item, {**item, "action": "identify"}]}, "https://track.customer.io/api/v2/batch", "POST"
    ) == {
        "batch": [
            {**item, "identifiers": {"id": "id-1"}},
            {**item, "identifiers": {"id": "id-1"}, "action": "identify", "name": "text-1"},
        ]
    }
    tracked = {"event": "Order Placed", "userId": "u-1", "traits": {"event": "Jane"}}
    assert sent(tracked, "https://cdp.customer.io/v1/track", "POST") == {
        "event": "Order Placed", "userId": "id-1", "traits": {"event": "text-1"}
    }  # fmt: skip
    assert sent({"name": "purchase"}, "https://api.customer.io/v1/send/email", "POST") == {"name": "text-1"}


def test_addresses_in_one_text() -> None:
    """Several addresses in one text stay several addresses."""
    assert sent({"to": '"Jane" <jane@corp.org>, joe@corp.org', "bio": "I am jane@corp.org"}) == {
        "to": "person-1@example.com, person-2@example.com",
        "bio": "text-1",
    }


def test_sentences_of_customer_io_stay() -> None:
    """A sentence of Customer.io's stays, without values of the request and words that its sentences do not have."""
    payload = {"first_name": "Jane", "cell": "+49 170 1234567", "shoe": "x"}
    found = scrubbed_answer(
        {
            "meta": {"errors": ["Jane (jane@corp.org) has shoe x", "value for attribute cannot be longer than 1000 bytes"]},
            "errors": [
                {"reason": "invalid", "field": "attributes.first_name", "message": "property JANE of dGVzdA12345xyz 12345678 is bad"},
                {"reason": "jane", "field": "attributes.Jane", "message": "unauthorized", "source": {"pointer": "/data/email"}},
            ],
        },
        payload,
    )  # fmt: skip
    assert found == {
        "meta": {
            "errors": [
                "text-1 (person-1@example.com) has shoe text-2",
                "value for attribute cannot be longer than 1000 bytes",
            ]
        },
        "errors": [
            {
                "reason": "invalid",
                "field": "attributes.first_name",
                "message": "property text-1 of id-1 900000000000002 is bad",
            },
            {"reason": "text-1", "field": "id-2", "message": "unauthorized", "source": {"pointer": "/data/email"}},
        ],
    }


def test_addresses_in_an_answer() -> None:
    """An address of Customer.io's in an answer stays one; any other address gets a fake."""
    moved = answer(b"", ("Location", f"{TRACK.replace('track.', 'track-eu.')}/customers/jane"), status=301)
    assert scrubber().answer(moved).headers == (("Location", "https://track-eu.customer.io/api/v1/customers/id-1"),)
    away = answer(
        {"url": "https://track.customer.io", "next": "https://corp.org"}, ("Location", "https://corp.org/jane")
    )
    found = scrubber().answer(away)
    assert found.headers == (("Location", "https://example.com/page-1"),)
    assert json.loads(found.body) == {"url": "https://track.customer.io", "next": "https://example.com/page-2"}


@pytest.mark.parametrize("body", [b"jane@corp.org", b"<html>Jane</html>", b'{"a": ', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_replaced_whole(body: bytes) -> None:
    """A form, a page of HTML, half a payload and unreadable bytes are replaced as one text."""
    found = scrubber().exchange(Exchange(request(payload=body), answer(body)))
    assert (found.request.body, found.answer.body) == (b"text-1", b"text-1")


@pytest.mark.parametrize("depth", [700, 3000])
def test_what_is_nested_too_deep_is_replaced_whole(depth: int) -> None:
    """JSON that is nested too deep is replaced as one text; the limit depends on Python."""
    body = b"[" * depth + b"]" * depth
    found = scrubber().exchange(Exchange(request(payload=body), answer(body)))
    assert {found.request.body, found.answer.body} <= {body, b"text-1"}


@pytest.mark.parametrize("body", [b'"jane"', b"null", b"[1, 2.5, NaN]", b"true"])
def test_any_json_is_scrubbed(body: bytes) -> None:
    """A body that is a list, a text or a number is scrubbed too."""
    expected = body.replace(b"jane", b"text-1").replace(b" ", b"")
    found = scrubber().exchange(Exchange(request(payload=body), answer(body)))
    assert (found.request.body, found.answer.body) == (expected, expected)


def test_the_name_of_a_file_is_own_data() -> None:
    """The members of `attachments` are replaced, also where they look like names of members."""
    mail = WireRequest(
        "POST",
        "https://api.customer.io/v1/send/email",
        {},
        b'{"attachments":{"JaneDoe.pdf":"eA==","attributes":"eA=="}}',
    )
    assert json.loads(scrubber().request(mail).body) == {"attachments": {"key-1": "text-1", "key-2": "text-1"}}


def test_a_reason_that_is_no_phrase_is_dropped() -> None:
    """A reason that is no phrase of HTTP is dropped: it could hold anything."""
    assert scrubber().answer(answer(reason="Not Found")).reason == "Not Found"
    assert scrubber().answer(answer(reason="Jane Doe")).reason == ""
    assert scrubber().answer(answer(reason="jane@corp.org")).reason == ""


def test_known_values_stand() -> None:
    """A value that is given as known stays."""
    given = Exchange(
        request(payload={"plan": "basic", "n": 77_777}), answer({"plan": "basic", "message": "no basic1234567"})
    )
    found = scrubber(("basic", "42", "77777", "basic1234567")).exchange(given)
    assert found.request.url.endswith("/customers/42")
    assert json.loads(found.request.body) == {"plan": "basic", "n": 77_777}
    assert json.loads(found.answer.body) == {"plan": "basic", "message": "no basic1234567"}


def test_a_fake_in_the_text_is_not_given_to_another_value() -> None:
    """A fake that the text contains already is not given to another value."""
    fakes = Fakes()
    fakes.reserve('{"a": "id-3", "b": "person-7%40example.com"}')
    found = Scrubber(CATALOG, fakes).request(request(payload={"a_id": "abc", "email": "jane@corp.org"}))
    assert json.loads(found.body) == {"a_id": "id-4", "email": "person-8@example.com"}


def test_names_for_comparing() -> None:
    """Named for comparing, requests that differ in people and times are equal."""
    live = {"email": "jane@corp.org", "ref": "jane@corp.org", "at": 1_764_000_000, "n": 3, "income": 99_999, "x": 9e9}
    other = {"email": "joe@corp.org", "ref": "joe@corp.org", "at": 1_764_000_999, "n": 3, "income": 88_888, "x": 8e9}
    mixed = {**other, "ref": "somebody@corp.org"}
    names = [Names() for _ in range(4)]
    recorded = scrubber().request(request(payload=live))
    found = [
        Scrubber(CATALOG, name).request(one)
        for name, one in zip(
            names, [request(payload=live), recorded, request(payload=other), request(payload=mixed)], strict=True
        )
    ]
    assert found[0] == found[1] == found[2] != found[3]
    assert names[0].values[:2] == ["42", "jane@corp.org"]
    assert all(map(is_fake, names[1].values))


PEOPLE = st.one_of(
    st.from_regex(r"[a-z]{3,8}\.[a-z]{3,8}@[a-z]{4,8}\.(org|net)", fullmatch=True),
    st.from_regex(r"\+49 1[5-7]\d \d{7}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{4,9} [A-Z][a-z]{4,9}", fullmatch=True),
    st.from_regex(r"usr_[0-9a-f]{12}", fullmatch=True),
    st.from_regex(r"[A-Za-z \"\\'äöü%&+/=]{8,20}x", fullmatch=True),
)
KEYS = st.one_of(
    st.sampled_from(["email", "id", "name", "type", "phone", "to", "data", "at", "url", "message", "errors", "field"]),
    st.from_regex(r"[a-z_]{1,12}", fullmatch=True),
    st.text(max_size=8),
)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=30), PEOPLE)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
PATHS = st.sampled_from(
    [
        "api/v1/customers/{}",
        "api/v1/customers/{}/events",
        "api/v1/forms/{}/submit",
        "somewhere/{}",
        "api/v1/events?who={}",
    ]
)


def exchanges(payload: Any, said: Any, path: str, planted: str) -> Exchange:
    token = {"authorization": f"Bearer {planted}", "x-user": planted, "content-type": "application/json"}
    url = "https://track.customer.io/" + path.format(quote(planted, safe=""))
    return Exchange(request("POST", url, payload, **token), answer(said, ("X-Echo", planted), ("Content-Type", "a/b")))


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted(json.dumps(shape(one)) for one in value.values())
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__


@SLOW
@given(payload=JSON, said=JSON, planted=PEOPLE, path=PATHS)
def test_nothing_planted_survives(payload: Any, said: Any, planted: str, path: str) -> None:
    """A planted value is replaced in an address, header, payload and answer, and inside a sentence of Customer.io's."""
    assume(not contains_any(["".join(map(json.dumps, (payload, said)))], [planted]))
    body = {"mine": payload, "bio": planted, "people": [{"email": planted, "type": planted}]}
    reply = {"errors": [f"no {planted} here"], "data": [planted, said]}
    found = scrubber().exchange(exchanges(body, reply, path, planted))
    texts = [
        found.request.url,
        *found.request.headers.values(),
        found.request.body.decode(),
        found.answer.body.decode(),
    ]
    assert not contains_any([*texts, *(value for _, value in found.answer.headers)], [planted])
    assert not contains_any(texts, credentials({"authorization": f"Bearer {planted}"}))


@SLOW
@given(payload=JSON, said=JSON, planted=PEOPLE, path=PATHS)
def test_scrubbing_twice_is_scrubbing_once(payload: Any, said: Any, planted: str, path: str) -> None:
    """Scrubbing a scrubbed exchange changes nothing."""
    given_ = exchanges(payload, said, path, planted)
    fakes = Fakes()
    for text in (given_.request.url, given_.request.body.decode(), given_.answer.body.decode()):
        fakes.reserve(text)
    once = Scrubber(CATALOG, fakes).exchange(given_)
    again = scrubber().exchange(once)
    assert (again.request.url, again.request.headers, again.request.body) == (
        once.request.url,
        once.request.headers,
        once.request.body,
    )
    assert again.answer == once.answer


@SLOW
@given(payload=JSON, path=PATHS, planted=PEOPLE)
def test_a_recording_reads_like_its_request(payload: Any, path: str, planted: str) -> None:
    """Named for comparing, a scrubbed request equals the request that it was made of."""
    given_ = exchanges(payload, None, path, planted)
    fakes = Fakes()
    fakes.reserve(given_.request.url + given_.request.body.decode())
    recorded = Scrubber(CATALOG, fakes).request(given_.request)
    one, other = (Scrubber(CATALOG, Names()).request(each) for each in (given_.request, recorded))
    assert (one.url, one.body) == (other.url, other.body)


@SLOW
@given(payload=JSON)
def test_the_shape_stays(payload: Any) -> None:
    """A scrubbed payload has as many members and items as before, with values of the same types."""
    fakes = Fakes()
    fakes.reserve(json.dumps(payload))
    found = Scrubber(CATALOG, fakes).request(request(payload={"data": payload}))
    assert shape(json.loads(found.body)) == shape({"data": payload})


# Values that say something about a person, in the forms in which people and services write them.
PLANTED = (
    "Zelda Quillfeather",
    "zelda.quillfeather@corp.example",
    "Zelda%20Quillfeather",
    "zelda.quillfeather%40corp.example",
    "+49 171 1234567",
    "1711234567",
    "4111 1111 1111 1111",
    "1987-03-21",
    "192.0.2.77",
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
    "Quillfeatherstrasse 12",
    "O&#39;Quillfeather",
    1_711_234_567,
    543_456_000,
    4711,
    17.25,
)
EXAMPLES = [
    (operation, example)
    for operation in CATALOG.operations.values()
    for example in document_of(operation.id).get("examples", ())
    if isinstance(example, dict)
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The place of every text and number in a payload."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield path


def planted_at(value: Any, path: tuple[Any, ...], planted: Any) -> Any:
    """A copy of the payload with another value at this place."""
    if not path:
        return planted
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = planted_at(value[path[0]], path[1:], planted)
    return copy


def is_left(planted: Any, text: str) -> bool:
    """Whether a planted value, or a word of it, is left in a text."""
    parts = re.findall(r"[\w.]{4,}", planted) if isinstance(planted, str) else [json.dumps(planted)]
    return any(part in text for part in (str(planted), *parts) if part != "corp.example")


@for_each(("operation", "example"), EXAMPLES, ids=lambda value: getattr(value, "id", ""))
def test_nothing_planted_in_own_data_survives(operation: Operation, example: Any) -> None:
    """Every planted value at every place of the application's own data is replaced, in each example of each operation."""
    url = f"https://{operation.hosts['us']}{operation.path}"
    root = in_payload(CATALOG, CATALOG.match(operation.method, url, example))
    for path in places(example):
        position = root
        for step in path:
            position = position.item() if isinstance(step, int) else position.member(step)
        if position.kind == "own":
            for planted in PLANTED:
                given_ = request(operation.method, url, planted_at(example, path, planted))
                assert not is_left(planted, scrubber().request(given_).body.decode()), (path, planted)


@for_each(("operation", "example"), EXAMPLES, ids=lambda value: getattr(value, "id", ""))
def test_no_text_planted_anywhere_survives(operation: Operation, example: Any) -> None:
    """Every planted text that is neither a time nor a name of an event is replaced, at every place."""
    url = f"https://{operation.hosts['us']}{operation.path}"
    for path in places(example):
        for planted in PLANTED:
            if isinstance(planted, str) and planted not in ("1711234567", "1987-03-21", "Zelda Quillfeather"):
                given_ = request(operation.method, url, planted_at(example, path, planted))
                assert not is_left(planted, scrubber().request(given_).body.decode()), (path, planted)


ECHOES = (
    {"meta": {"error": "attribute {} is not valid"}},
    {"meta": {"errors": ["{} cannot be longer than 1000 bytes", "{}"]}},
    {"errors": [{"detail": "identifier {} is required", "status": "400", "field": "attributes.{}", "reason": "{}"}]},
    {"error": "{}", "message": "no {} here", "title": "{}", "description": "{}"},
    {"customer": {"id": "{}", "attributes": {"title": "{}", "message": "{}", "reason": "{}", "pin": "{}"}}},
    {"results": [{"title": "{}", "description": "about {}"}], "next": "{}"},
)


@for_each("echo", ECHOES, ids=str)
@for_each("planted", [one for one in PLANTED if isinstance(one, str)])
def test_nothing_planted_in_an_answer_survives(echo: Any, planted: str) -> None:
    """What an answer repeats is replaced, also where the request did not contain it or contained it in another form."""
    said = json.loads(json.dumps(echo).replace("{}", planted))
    for first in (None, {"mine": planted}):
        assert not is_left(planted, json.dumps(scrubbed_answer(said, first)))

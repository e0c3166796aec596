"""The identity of a message: the same in each attempt, whatever the attempt makes anew."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest
from pytest_customerio.core.payload import Payload
from pytest_customerio.replay.identity import UNNAMED, changed, messages, whole

CATALOG = Catalog.load()
TRACK = "https://track.customer.io/api/v1/customers/42"
EVENTS = f"{TRACK}/events"
ENTITY = "https://track.customer.io/api/v2/entity"
BATCH = "https://track.customer.io/api/v2/batch"
PIPELINES = "https://cdp.customer.io/v1/"
SEND = "https://api.customer.io/v1/send/email"


def sent(operation, url, payload, method="POST", headers=None):
    """The messages of one request."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return messages(CATALOG.operations[operation], WireRequest(method, url, headers or {}, body))


def event(**body):
    (one,) = sent("track.event", EVENTS, {"name": "purchase", **body})
    return one


# Identity.


@pytest.mark.parametrize(
    ("first", "second", "anew"),
    [
        ({}, {}, ()),
        ({"id": "a"}, {"id": "b"}, ("id",)),
        ({"timestamp": 1}, {"timestamp": 2}, ("timestamp",)),
        ({"timestamp": 1}, {}, ("timestamp",)),
        ({"data": {"total": 10, "a": [1.0]}}, {"data": {"total": 10.0, "a": [1]}}, ()),
        ({"data": {"total": float("inf")}}, {"data": {"total": float("inf")}}, ()),
        ({"data": {"retries": 1}}, {"data": {"retries": 2}}, ("retries",)),
        ({"data": {"a": [{"timestamp": 1}]}}, {"data": {"a": [{"timestamp": 2}]}}, ("timestamp",)),
        ({"event_id": "a", "data": {"a": 1, "b": 2}}, {"data": {"b": 2, "a": 1}, "event_id": "b"}, ("event_id",)),
        ({"sentAt": 1, "data": {"sentAt": 1}}, {"sentAt": 2, "data": {"sentAt": 2}}, ()),
    ],
)
def test_what_an_attempt_makes_anew_is_no_part_of_it(first, second, anew):
    """The identity stays; `changed` names the members that differ, without those of the attempt alone."""
    before, after = event(**first), event(**second)
    assert before.identity == after.identity
    assert changed(before, after) == anew


@pytest.mark.parametrize(
    "other",
    [{"name": "other"}, {"data": {"total": 3}}, {"data": {"id": "a"}}, {"data": {"event_id": "a"}}, {"type": "page"}],
)
def test_everything_else_is_part_of_it(other):
    """Another name, other data or another id inside the data makes another message."""
    assert event(**other).identity != event().identity


def test_an_id_is_an_events_own_only_at_its_top():
    """In an identify, an id is an attribute of the person, and belongs to the identity."""
    (one,), (two,) = (sent("track.identify", TRACK, {"id": name}, "PUT") for name in "ab")
    assert one.identity != two.identity


def test_address_and_method_count_the_host_does_not():
    """A redirect leads to another host; another person or method makes another request."""
    (here,) = sent("track.identify", TRACK, {"plan": "basic"}, "PUT")
    (there,) = sent("track.identify", TRACK.replace("track.", "track-eu."), {"plan": "basic"}, "PUT")
    (other,) = sent("track.identify", TRACK.replace("42", "43"), {"plan": "basic"}, "PUT")
    assert here.identity == there.identity
    assert here.identity != other.identity


def test_a_batch_is_its_messages():
    """A message has one identity in any batch and alone, in Track v2 and Pipelines; the time of sending is left out."""
    items = [
        {"type": "person", "action": "identify", "identifiers": {"id": str(n)}, "attributes": {"plan": "basic"}}
        for n in range(2)
    ]
    both = sent("track_v2.batch", BATCH, {"batch": items})
    assert [one.identity for one in both] == [
        one.identity for item in items for one in sent("track_v2.person_identify", ENTITY, item)
    ]
    tracks = [{"type": "track", "userId": str(n), "event": "visit", "messageId": f"m{n}"} for n in range(2)]
    both = sent("pipelines.batch", f"{PIPELINES}batch", {"batch": tracks, "sentAt": "2026-01-01T00:00:00Z"})
    alone = [{key: value for key, value in item.items() if key != "type"} for item in tracks]
    assert [one.identity for one in both] == [
        one.identity for item in alone for one in sent("pipelines.track", f"{PIPELINES}track", item)
    ]
    (page,) = sent("pipelines.page", f"{PIPELINES}page", alone[0])
    assert page.identity != both[0].identity


@pytest.mark.parametrize("payload", [{"batch": []}, {"batch": {}}, {}, [], 7])
def test_a_batch_that_is_none_is_one_message(payload):
    """A payload without a list of items is one message."""
    assert len(sent("track_v2.batch", BATCH, payload)) == 1


def test_items_that_are_no_objects_are_messages_too():
    """Such items are messages as well, so that indexes stay right."""
    assert len({one.identity for one in sent("pipelines.batch", f"{PIPELINES}batch", {"batch": [1, None, "a"]})}) == 3


@pytest.mark.parametrize(
    ("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (lambda body: body, "identity")]
)
def test_compressed_bodies_are_unpacked(pack, encoding):
    """Compressed or not, the message has one identity; a gzip header holds a time, which must not count."""
    body = json.dumps({"name": "purchase"}).encode()
    (one,) = sent("track.event", EVENTS, pack(body), headers={"content-encoding": encoding})
    assert one.identity == event().identity


@pytest.mark.parametrize(
    ("body", "headers", "value"),
    [
        (b"", {}, None),
        (b"a=1", {}, "a=1"),
        (b"\xff", {}, "\ufffd"),
        (b"\x1f\x8bxx", {"content-encoding": "gzip"}, "\x1f\ufffdxx"),
        (b"[" * 100_000, {}, "[" * 100_000),
    ],
)
def test_a_body_that_is_not_json_is_one_message(body, headers, value):
    """A form, broken compression, JSON that is nested too deep and an empty body each make one message."""
    assert WireRequest("POST", EVENTS, headers, body).payload.value == value
    assert len(sent("track.event", EVENTS, body, headers=headers)) == 1


def test_what_can_be_read_but_not_walked_is_taken_as_it_is(monkeypatch):
    """A payload too deep for Python's stack has its bytes as identity."""
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    monkeypatch.setattr("pytest_customerio.core.model.decode", lambda headers, body: Payload("json", {"a": deep}))
    (one,), (two,) = (sent("track.event", EVENTS, body) for body in (b"1", b"2"))
    assert one.identity != two.identity
    assert one.anew == ()


names = st.text("abcdef", min_size=1, max_size=4)
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(names, payloads), st.integers(), st.text(), st.randoms())
def test_order_and_fresh_members_never_matter(payload, time, key, random):
    """Another order, timestamp or id leaves the identity of any payload; another member changes it."""
    shuffled = list(payload.items())
    random.shuffle(shuffled)
    first, second = event(data=payload), event(data=dict(shuffled) | {"timestamp": time}, timestamp=time, id=key)
    assert first.identity == second.identity
    assert event(data=payload | {"another": 1}).identity != first.identity


# The whole request.


def test_the_whole_request_is_all_its_messages():
    """All messages in order make it; with `timed` another timestamp makes another request, another id does not."""
    first, second = event(timestamp=1, id="a"), event(timestamp=2, id="a")
    assert whole((first,)) == whole((second,))
    assert whole((first,), timed=True) != whole((second,), timed=True)
    assert whole((first,), timed=True) == whole((event(timestamp=1, id="b"),), timed=True)
    assert whole((first, event(name="b"))) != whole((event(name="b"), first))


# What a second copy does.


@pytest.mark.parametrize(
    ("operation", "url", "payload", "twice", "keyed"),
    [
        ("app.send_email", SEND, {"to": "a@example.com"}, "send", False),
        ("app.send_sms", SEND, {"to": "+15551234567"}, "send", False),
        ("app.trigger_broadcast", "https://api.customer.io/v1/campaigns/7/triggers", {}, "send", False),
        ("track.event", EVENTS, {"name": "a"}, "event", False),
        ("track.event", EVENTS, {"name": "a", "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, "event", True),
        ("track.event", EVENTS, {"name": "a", "id": ""}, "event", False),
        ("track.event", EVENTS, {"name": "a", "id": None}, "event", False),
        ("track.event", EVENTS, {"name": "a", "data": {"messageId": "x"}}, "event", False),
        ("track.anonymous_event", "https://track.customer.io/api/v1/events", {"name": "a"}, "event", False),
        ("track.identify", TRACK, {"id": "42"}, "", False),
        ("track_v2.person_event", ENTITY, {"type": "person", "action": "event", "id": "x"}, "event", True),
        ("track_v2.person_identify", ENTITY, {"type": "person", "action": "identify"}, "", False),
        ("track_v2.person_page", ENTITY, {"type": "person", "action": "page"}, "event", False),
        ("pipelines.track", f"{PIPELINES}track", {"event": "a", "messageId": "x"}, "event", True),
        ("pipelines.identify", f"{PIPELINES}identify", {"userId": "42"}, "", False),
    ],
)
def test_what_a_second_copy_does(operation, url, payload, twice, keyed):
    """It sends a second message, adds a second event, or does nothing; a dedupe id prevents the first two."""
    (one,) = sent(operation, url, payload)
    assert (one.twice, one.keyed) == (twice, keyed)


# What stays when it is repaired.

ITEM = {"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": "buy", "attributes": {"a": "x" * 9}}


@pytest.mark.parametrize(
    ("repaired", "alike", "unnamed"),
    [
        ({**ITEM, "attributes": {"a": "x"}}, True, True),
        ({**ITEM, "identifiers": {"email": "a@example.com"}}, True, False),
        ({**ITEM, "name": "bought"}, True, True),
        ({**ITEM, "name": "bought", "attributes": {}}, False, True),
        ({**ITEM, "action": "page"}, False, False),
        ({**ITEM, "identifiers": {"id": "43"}, "attributes": {}}, False, False),
    ],
)
def test_a_repaired_payload_is_known_by_whom_or_what_it_is_about(repaired, alike, unnamed):
    """By type and action, and by person and name or by the attributes; by the person alone if the name was wrong."""
    (before,), (after,) = (sent("track_v2.person_event", ENTITY, one) for one in (ITEM, repaired))
    shared = before.likeness & after.likeness
    assert before.identity != after.identity
    assert any(not one.startswith(UNNAMED) for one in shared) is alike
    assert any(one.startswith(UNNAMED) for one in shared) is unnamed


def test_v1_says_in_its_path_what_v2_says_in_its_payload():
    """An item of a v2 batch may be repaired by a v1 call of the SDK."""
    (v2,) = sent("track_v2.person_event", ENTITY, {**ITEM, "identifiers": {"email": "a/b@example.com"}})
    (v1,) = sent("track.event", f"{TRACK[:-2]}a%2Fb%40example.com/events", {"name": "buy"})
    (person,) = sent("track.identify", TRACK, {"name": "Ada"}, "PUT")
    (item,) = sent(
        "track_v2.person_identify", ENTITY, {"type": "person", "action": "identify", "identifiers": {"id": "42"}}
    )
    (odd,) = sent("track_v2.person_identify", ENTITY, {"type": "person", "action": "identify", "identifiers": "42"})
    assert v1.likeness & v2.likeness
    assert person.likeness & item.likeness
    assert not v1.likeness & item.likeness
    assert not odd.likeness

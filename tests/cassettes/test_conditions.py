"""Which requests can draw an error case, by what they hold."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.conditions import CONDITIONS, lacking
from pytest_customerio.cassettes.document import Document
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest

CATALOG = Catalog.load()
V1 = "https://track.customer.io/api/v1/customers/42"
V2 = "https://track.customer.io/api/v2/entity"


def holds(name: str, operation: str, body: Any = None, url: str = V1, headers: dict[str, str] | None = None) -> bool:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    request = WireRequest("POST", url, headers or {}, raw)
    return CONDITIONS[name].holds(CATALOG.operations[operation], request)


@pytest.mark.parametrize(
    ("header", "expected"), [({}, False), ({"x-strict-mode": "1"}, True), ({"x-strict-mode": "0"}, False)]
)
def test_strict_mode(header: dict[str, str], expected: bool) -> None:
    """The header of the request decides, and nothing in its payload."""
    assert holds("strict-mode", "pipelines.track", {"event": "x"}, headers=header) is expected
    assert holds("no-strict-mode", "pipelines.track", {"event": "x"}, headers=header) is not expected


@pytest.mark.parametrize(
    ("operation", "body", "url", "expected"),
    [
        ("track.identify", {"plan": "free"}, V1, False),
        ("track.identify", {"email": "ada@example.com"}, V1, True),
        ("track.identify", {"email": None}, V1, True),
        ("track.identify", {}, "https://track.customer.io/api/v1/customers/ada%40example.com", True),
        ("track.merge", {"primary": {"id": "1"}, "secondary": {"email": "ada@example.com"}}, V1, True),
        ("track.merge", {"primary": {"id": "1"}, "secondary": {"id": "2"}}, V1, False),
        ("track.submit_form", b"data%5Bemail%5D=ada", V1, True),
        ("track_v2.person_identify", {"identifiers": {"id": "1"}, "attributes": {"email": "x"}}, V2, True),
        ("track_v2.person_event", {"identifiers": {"id": "1"}, "attributes": {"email": "x"}}, V2, False),
        ("track_v2.person_event", {"identifiers": {"email": "x"}}, V2, True),
        ("app.send_email", {"to": "ada@example.com"}, "https://api.customer.io/v1/send/email", True),
        ("track.identify", ["plan"], V1, False),
        ("track.identify", b"{broken", V1, True),
    ],
)
def test_an_e_mail_address(operation: str, body: Any, url: str, expected: bool) -> None:
    """An address may be malformed where there is one: in the path, or in a member that the service reads as one."""
    assert holds("email", operation, body, url) is expected


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("track.event", {"name": "purchase"}, False),
        ("track.event", {"name": "purchase", "timestamp": 1}, True),
        ("track.identify", {"created_at": 1}, True),
        ("track.identify", {"plan": "free"}, False),
        ("track.add_device", {"device": {"id": "a", "last_used": 1}}, True),
        ("track_v2.person_identify", {"attributes": {"created_at": 1}}, True),
        ("track_v2.person_event", {"attributes": {"created_at": 1}}, False),
        ("app.send_email", {"send_at": 1}, True),
        ("track.identify", None, False),
    ],
)
def test_a_timestamp(operation: str, body: Any, expected: bool) -> None:
    """A timestamp may be in milliseconds where there is one."""
    assert holds("time", operation, body) is expected


@pytest.mark.parametrize(
    ("operation", "body", "expected"),
    [
        ("track.identify", {"plan": "free"}, True),
        ("track.identify", {"plan": None}, True),
        ("track.identify", {"logins": 5, "active": True, "score": 1.5}, False),
        ("track.identify", {}, False),
        ("track.identify", [1], False),
        ("track_v2.person_identify", {"type": "person", "attributes": {"plan": "free"}}, True),
        ("track_v2.person_identify", {"type": "person", "attributes": {"logins": 5}}, False),
        ("track_v2.person_identify", {"type": "person"}, False),
    ],
)
def test_a_text_among_the_attributes(operation: str, body: Any, expected: bool) -> None:
    """A value can be too long where it is no number."""
    assert holds("text-attribute", operation, body) is expected


@pytest.mark.parametrize(
    ("name", "operation", "body", "expected"),
    [
        ("body-id", "track.identify", {"id": "42"}, True),
        ("body-id", "track.identify", {"plan": "free"}, False),
        ("recipients", "app.trigger_broadcast", {"recipients": {}}, True),
        ("recipients", "app.trigger_broadcast", {"ids": ["42"]}, False),
        ("event-data", "track.event", {"name": "purchase", "data": {}}, True),
        ("event-data", "track.event", {"name": "purchase", "data": None}, True),
        ("event-data", "track.event", {"name": "purchase"}, False),
        ("event-data", "track.event", ["data"], False),
        ("several-items", "track_v2.batch", {"batch": [{}, {}]}, True),
        ("several-items", "track_v2.batch", {"batch": [{}]}, False),
    ],
)
def test_a_member(name: str, operation: str, body: Any, expected: bool) -> None:
    """What is wrong with a member takes that member."""
    assert holds(name, operation, body) is expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"authorization": "Bearer app-key-1234"}, False),
        ({"authorization": "Bearer sa_live_1234"}, True),
        ({"authorization": "Bearer sa_live_1234", "x-workspace-id": "7"}, False),
    ],
)
def test_a_service_account_names_its_workspace(headers: dict[str, str], expected: bool) -> None:
    """Only its token needs the other header."""
    assert holds("service-account", "app.send_email", {}, headers=headers) is expected


@pytest.mark.parametrize("name", ["email", "time", "text-attribute", "body-id", "recipients", "event-data"])
def test_a_payload_that_cannot_be_read_may_hold_anything(name: str) -> None:
    """An unknown encoding hides the members; the case is replayed."""
    assert holds(name, "track.identify", b"xyz", headers={"content-encoding": "unknown"})


def test_what_is_lacking() -> None:
    """The first condition that does not hold is named; nothing where all hold."""
    request = WireRequest("PUT", V1, {}, b'{"email": "ada@example.com"}')
    identify = CATALOG.operations["track.identify"]
    assert lacking({"email": "", "time": "", "body-id": ""}, identify, request) == "a timestamp"
    assert lacking({"email": ""}, identify, request) == ""


def test_every_condition_is_used_with_its_source() -> None:
    """Each condition belongs to a shipped case; each case says where its conditions are described."""
    cassettes = Cassettes(CATALOG)
    variants = [cassettes.variant(case, name) for case in cassettes.cases() for name in case.operations]
    assert {name for case in variants for name in case.when} == set(CONDITIONS)
    assert all(source.startswith("https://") for case in variants for source in case.when.values())


def test_the_recorded_request_can_draw_its_case() -> None:
    """The request of each shipped cassette meets the conditions of its case; only credentials are not in cassettes."""
    cassettes = Cassettes(CATALOG)
    for (surface, name), path in cassettes.files().items():
        cases = {case.cassette: case for case in cassettes.cases() if case.surface == surface}
        for interaction in Document(path).data["interactions"] if name in cases else ():
            sent = interaction["request"]
            headers = {key.lower(): values[0] for key, values in sent["headers"].items()}
            request = WireRequest(sent["method"], sent["uri"], headers, (sent["body"] or "").encode())
            operation = CATALOG.match(sent["method"], sent["uri"], request.payload.value).operation
            if operation is not None and operation.id in cases[name].operations:
                when = dict(cassettes.variant(cases[name], operation.id).when)
                when.pop("service-account", None)
                assert lacking(when, operation, request) == "", path

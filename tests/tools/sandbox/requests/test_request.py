"""Reading a request: operation, region, payload."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from sandbox_client import NOW

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.tools.sandbox.requests.request import (
    ANY_HOST,
    ApiRequest,
    HttpRequest,
    batch_entities,
    entity_operation,
    read_request,
)

CUSTOMER = "/api/v1/customers/42"
CATALOG = Catalog.load([ANY_HOST])
CONTRACT = Contract(CATALOG)


def read(method: str, target: str, body: bytes = b"", **headers: str) -> ApiRequest:
    """A request as a call of the API."""
    return read_request(CATALOG, CONTRACT, HttpRequest(method, target, headers, body), NOW)


@pytest.mark.parametrize(
    ("target", "host", "region", "base"),
    [
        (CUSTOMER, "", None, "http://127.0.0.1"),
        (f"/eu{CUSTOMER}", "", "eu", "http://127.0.0.1"),
        (CUSTOMER, "track-eu.customer.io:443", "eu", "https://track-eu.customer.io"),
        (CUSTOMER, "track.customer.io", "us", "https://track.customer.io"),
        (f"/eu{CUSTOMER}", "localhost:8025", "eu", "http://127.0.0.1"),
    ],
)
def test_the_region(target: str, host: str, region: str | None, base: str) -> None:
    """The region is the prefix of the path, or that of a host of Customer.io."""
    request = read("PUT", target, b"{}", host=host)
    assert (request.region, request.base, request.operation.id) == (region, base, "track.identify")


@pytest.mark.parametrize(
    ("method", "target", "body", "name"),
    [
        ("PUT", CUSTOMER, b"{}", "track.identify"),
        ("GET", "/v1/workspaces", b"", "app.list_workspaces"),
        ("POST", "/api/v2/entity", b'{"type": "person", "action": "event"}', "track_v2.person_event"),
        ("GET", "/nowhere", b"", None),
    ],
)
def test_the_name(method: str, target: str, body: bytes, name: str | None) -> None:
    """The name is the id of the operation, if it is known."""
    assert read(method, target, body).name == name


def test_an_operation_that_the_payload_leaves_open() -> None:
    """The first operation with the address stands for it."""
    request = read("POST", "/api/v2/entity", b"{}")
    assert (request.known_operation, request.operation.surface) == (None, "track_v2")


@pytest.mark.parametrize(
    ("body", "encoding", "payload"),
    [
        (b"", "", None),
        (b'{"a": 1}', "", {"a": 1}),
        (gzip.compress(b'{"a": 1}', mtime=0), "gzip", {"a": 1}),
        (b"{", "", "{"),
        (b"{}", "br", "{}"),
    ],
)
def test_the_payload(body: bytes, encoding: str, payload: Any) -> None:
    """The payload is the parsed JSON, or the text of the body if that cannot be read."""
    headers = {"content-encoding": encoding} if encoding else {}
    assert read("PUT", CUSTOMER, body, **headers).payload == payload


def test_a_payload_nested_too_deep() -> None:
    """A payload nested too deep is stored as its text."""
    body = b"[" * 150 + b"]" * 150
    request = read("PUT", CUSTOMER, body)
    assert (request.unstorable, request.payload) == ("nested too deep", body.decode())


def test_the_strict_mode() -> None:
    """The header X-Strict-Mode: 1 asks for it."""
    assert read("POST", "/v1/track", **{"x-strict-mode": "1"}).strict
    assert not read("POST", "/v1/track").strict


def test_the_entities_of_a_batch() -> None:
    """An entity that is not an object counts as an empty one; a payload without a list has none."""
    assert list(batch_entities({"batch": [{"a": 1}, 2]})) == [{"a": 1}, {}]
    assert list(batch_entities({"batch": {}})) == list(batch_entities([])) == []


@pytest.mark.parametrize(
    ("surface", "entity", "name"),
    [
        ("track_v2", {"type": "person", "action": "event"}, "track_v2.person_event"),
        ("track_v2", {"type": "spaceship"}, None),
        ("pipelines", {"type": "track"}, "pipelines.track"),
        ("pipelines", {"type": "launch"}, None),
    ],
)
def test_the_operation_of_an_entity(surface: str, entity: dict[str, str], name: str | None) -> None:
    """Track v2 distinguishes by type and action, Pipelines by type."""
    operation = entity_operation(CATALOG, surface, entity)
    assert (operation and operation.id) == name

"""The operation of a request is found by method, URL and payload."""

from __future__ import annotations

from pathlib import Path

import pytest
from for_each import for_each
from hypothesis import given
from hypothesis import strategies as st

from pytest_customerio.contract.catalog.catalog import LONGEST_REMEMBERED, Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

CATALOG = Catalog.load()
PERSON = {"type": "person", "action": "event"}
OPERATIONS = {
    "track": "region identify delete add_device delete_device suppress unsuppress unsubscribe event anonymous_event "
    "submit_form merge metrics push_metrics add_to_segment remove_from_segment",
    "track_v2": "person_identify person_delete person_event person_page person_screen person_viewed_content "
    "person_clicked_content person_add_relationships "
    "person_delete_relationships person_add_device person_delete_device person_merge person_suppress "
    "person_unsuppress object_identify object_identify_anonymous object_delete object_add_relationships "
    "object_delete_relationships delivery_event batch",
    "app": "send_email send_push send_sms send_in_app send_inbox_message send_whatsapp trigger_broadcast "
    "broadcast_errors find_by_email search_people person_attributes people_by_id person_relationships list_segments "
    "create_segment get_segment list_exports",
    "pipelines": "identify track page screen group alias batch",
}


def test_every_operation_is_there() -> None:
    """The ids do not change: reports, marks and cassettes contain them."""
    expected = {f"{surface}.{name}" for surface, names in OPERATIONS.items() for name in names.split()}
    assert set(CATALOG.operations) - set(read_routes(data.schemas()).operations) == expected
    assert CATALOG.surfaces == ("app", "pipelines", "track", "track_v2")


@for_each("operation", CATALOG.operations.values(), ids=CATALOG.operations)
@for_each("region", ["us", "eu"])
def test_every_operation_recognises_its_own_request(operation: object, region: str) -> None:
    """Method, host of either region and path template lead back to the operation, with its variant in the payload."""
    each = CATALOG.operations[operation.id]  # type: ignore[attr-defined]
    url = f"https://{each.hosts[region]}{each.path}"
    match = CATALOG.match(each.method, url, dict(each.variant))
    assert match.operation == each
    assert (match.region, match.endpoint, match.surface) == (region, (each.surface, each.path), each.surface)


def test_parameters_are_decoded_exactly_once() -> None:
    """%2540 is a literal %40, + is a space in a query and itself in a path."""
    match = CATALOG.match("GET", "https://api.customer.io/v1/customers/a%2540b+c/attributes?id_type=em%61il&x=a+b")
    assert match.params == {"customer_id": "a%40b+c"}
    assert match.query == {"id_type": "email", "x": "a b"}


@pytest.mark.parametrize(
    ("payload", "problem", "where"),
    [
        (None, "body-not-object", ""),
        ([], "body-not-object", ""),
        ({}, "unknown-type", "type"),
        ({"type": ["person"], "action": "event"}, "unknown-type", "type"),
        ({"type": "person"}, "unknown-action", "action"),
        ({"type": "object", "action": "event"}, "action-not-for-type", "action"),
    ],
)
def test_a_broken_entity_still_has_its_endpoint(payload: object, problem: str, where: str) -> None:
    """A broken payload has no operation; the endpoint, the broken rule and the key are known."""
    match = CATALOG.match("POST", "https://track.customer.io/api/v2/entity", payload)
    assert (match.operation, match.problem, match.where) == (None, problem, where)
    assert match.endpoint == ("track_v2", "/api/v2/entity")


def test_an_unknown_endpoint_has_no_operation_and_no_surface() -> None:
    """A wrong path and an unknown host have no candidates."""
    for url in ("https://track.customer.io/api/v1/people", "https://example.com/api/v1/events", "https://[::1/"):
        match = CATALOG.match("POST", url)
        assert (match.operation, match.endpoint, match.surface, match.problem) == (None, None, None, "unknown-endpoint")


def test_literal_segments_come_before_parameters() -> None:
    """/v1/customers/attributes is the look-up of several people, not a person with the id attributes."""
    assert CATALOG.match("POST", "https://api.customer.io/v1/customers/attributes").operation is not None
    crossing = Catalog([CATALOG.operations["app.get_segment"], CATALOG.operations["app.list_segments"]])
    assert crossing.match("GET", "https://api.customer.io/v1/segments").operation.id == "app.list_segments"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("host", "concerned"),
    [
        ("track.customer.io", True),
        ("TRACK.Customer.IO.", True),
        ("customer.io", True),
        ("beta-api.customer.io", True),
        ("customer.io.evil.com", False),
        ("notcustomer.io", False),
        ("proxy.example", False),
        ("", False),
    ],
)
def test_only_customer_io_is_of_concern(host: str, concerned: bool) -> None:
    """The domain and its subdomains belong to Customer.io, in any case; a host that only ends alike does not."""
    assert CATALOG.concerns(host) is concerned
    assert CATALOG.concerns_url(f"https://{host}/x") is concerned


def test_own_base_urls_count_too() -> None:
    """A proxy's prefix is stripped, and any surface's path matches behind it."""
    proxied = Catalog.load(hosts=["https://Proxy.example/cio/", "gateway.example"])
    assert proxied.concerns("proxy.example", 8443)
    event = proxied.match("POST", "https://proxy.example/cio/api/v1/customers/5/events")
    assert (event.operation.id, event.params["identifier"]) == ("track.event", "5")  # type: ignore[union-attr]
    assert (event.region, event.address.foreign) == (None, True)
    assert proxied.match("POST", "https://gateway.example/v1/send/email").operation.id == "app.send_email"  # type: ignore[union-attr]
    assert proxied.match("POST", "https://proxy.example/other/v1/send/email").operation is None
    assert proxied.match("POST", "https://proxy.example/ciobatch/v1/send/email").operation is None
    assert proxied.concerns_url("https://proxy.example/cio")
    assert not proxied.concerns_url("https://proxy.example/other")


def test_a_port_in_a_base_url_leaves_other_ports_alone() -> None:
    """A base URL with a port stands for this port only."""
    local = Catalog.load(hosts=["http://localhost:8080/cio", "[::1]:9"])
    assert (local.concerns("localhost", 8080), local.concerns("localhost", 9090)) == (True, False)
    assert local.match("POST", "http://localhost:8080/cio/v1/batch").operation.id == "pipelines.batch"  # type: ignore[union-attr]
    for url in ("http://localhost:9090/cio/v1/batch", "http://localhost:port/cio/v1/batch"):
        assert local.match("POST", url).operation is None


def test_memory_of_urls_is_bounded() -> None:
    """The result for a URL is cached, except for a very long URL."""
    short, long = "https://track.customer.io/api/v1/events", "https://track.customer.io/" + "x" * LONGEST_REMEMBERED
    assert CATALOG.place("POST", short) is CATALOG.place("POST", short)
    assert CATALOG.place("POST", long) is not CATALOG.place("POST", long)


def test_a_broken_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken schema file is refused with its path, line and cause."""
    (tmp_path / "track").mkdir()
    monkeypatch.setattr("pytest_customerio.core.data.schemas", lambda: tmp_path)
    for text, line in (('{\n"x-cio": ]', 2), ('{"x-cio": {}}', None), ("[]", None)):
        (tmp_path / "track" / "event.json").write_text(text, "utf-8")
        with pytest.raises(DataError, match="not a schema of an operation") as caught:
            Catalog.load()
        assert (caught.value.path.name, caught.value.line) == ("event.json", line)


@given(st.text(), st.text(), st.none() | st.dictionaries(st.text(), st.text() | st.integers()))
def test_matching_never_fails(method: str, url: str, payload: object) -> None:
    """No text raises an exception."""
    for start in ("", "https://", "https://track.customer.io/", "https://track.customer.io/api/v2/entity"):
        match = CATALOG.match(method, start + url, payload)
        assert match.operation is None or match.operation.id in CATALOG.operations


@for_each("host", ["track.customer.io", "track-eu.customer.io", "cdp.customer.io", "example.com", "localhost"])
@for_each(
    "path",
    [
        "/",
        "/api/v1/customers/42/events",
        "/api/v1/customers/a@b.c",
        "/x;y=1&z",
        "//x",
        "/[a]",
        "/%20",
        "/~a|b",
        "/v1/api/x",
    ],
)
@for_each("scheme", ["http", "https"])
def test_a_usual_address_is_read_as_by_urllib(scheme: str, host: str, path: str) -> None:
    """The short way through a usual URL finds the parts that urllib finds; an empty fragment takes the long way."""
    url = f"{scheme}://{host}{path}"
    assert CATALOG.address(url) == CATALOG.address(f"{url}#")

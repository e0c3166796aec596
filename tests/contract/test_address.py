"""A wrong address is named together with the right one."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.address import judge_address, judge_verification
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Violation

CATALOG = Catalog.load()
TRACK = "https://track.customer.io"


def judged(request: str, region: str | None = None, catalog: Catalog = CATALOG) -> list[Violation]:
    """What is wrong with a request line."""
    method, url = request.split(" ", 1)
    url = url if "://" in url else TRACK + url
    return list(judge_address(catalog, catalog.place(method, url), method, url, region))


def only(request: str, region: str | None = None) -> Violation:
    """The one thing that is wrong with a request line."""
    (found,) = judged(request, region)
    return found


@pytest.mark.parametrize(
    "request_line",
    [
        "PUT /api/v1/customers/a%2Fb%3Fc%40d%20e%2Bf%40x.com",
        "PUT /api/v1/customers/ada@example.com",
        "POST /api/v1/customers/5/events/",
        "POST /api/v1/customers/5/events?a=b",
        "POST https://api.customer.io/v1/send/email",
        "POST https://cdp-eu.customer.io/v1/batch",
    ],
)
def test_right_addresses_pass(request_line: str) -> None:
    """A right address has no violation."""
    assert judged(request_line) == []


@pytest.mark.parametrize(
    ("request_line", "rule", "expected"),
    [
        ("POST /api/v1/customers/5", "wrong-method", "PUT /api/v1/customers/{identifier}"),
        ("POST /api/v1/customers", "wrong-method", "PUT /api/v1/customers/{identifier}"),
        ("GET /api/v1/customers?per_page=200", "wrong-method", "PUT /api/v1/customers/{identifier}"),
        ("PUT /api/v2/entity", "wrong-method", "POST /api/v2/entity"),
        ("PUT /api/v1/events", "unknown-endpoint", "PUT /api/v1/customers/{identifier}"),
        ("DELETE /api/v1/metrics", "unknown-endpoint", "DELETE /api/v1/customers/{identifier}"),
        (
            "POST /api/v1/customers/5/event",
            "unknown-endpoint",
            "POST track.customer.io/api/v1/customers/{identifier}/events",
        ),
        ("GET https://cdp.customer.io/v1/track", "wrong-method", "POST /v1/track"),
        ("POST /api/v1/entity", "unknown-endpoint", "POST track.customer.io/api/v2/entity"),
        ("POST /v1/send/email", "wrong-host", "api.customer.io"),
        ("PUT https://track-eu.customer.io/v1/send/email", "wrong-host", "api-eu.customer.io"),
        ("PUT https://api.customer.io/api/v1/customers/5", "wrong-host", "track.customer.io"),
        ("GET https://app.customer.io/v1/segments", "wrong-host", "api.customer.io"),
        ("PUT /api/v1/customers", "missing-identifier", "an identifier"),
        (
            "PUT /v1/customers/42",
            "unknown-endpoint",
            "PUT track.customer.io/api/v1/customers/{identifier}",
        ),
        (
            "POST https://api-eu.customer.io/v1/merge_customers",
            "unknown-endpoint",
            "POST track-eu.customer.io/api/v1/merge_customers",
        ),
        ("GET https://docs.customer.io/", "unknown-endpoint", "an operation of the catalogue"),
    ],
)
def test_the_nearest_operation_is_named(request_line: str, rule: str, expected: str) -> None:
    """A wrong method, host or path is reported with the right one."""
    found = only(request_line)
    assert (found.rule, found.expected) == (rule, expected)


def test_the_right_host_is_in_the_declared_region() -> None:
    """The expected host is the one of the declared region."""
    wrong = [each for each in judged("POST /v1/send/email", "eu") if each.rule == "wrong-host"]
    assert wrong[0].expected == "api-eu.customer.io"


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://api.customer.io/v1/newsletters/5/drafts", "inferred"),
        ("https://api.customer.io/v1/api/newsletters/5/drafts", "inferred"),
        ("https://docs.customer.io/files/x.json", "inferred"),
        ("https://api.customer.io/v1/customers/5/devices", "inferred"),
        ("https://api.customer.io/v1/segment", "documented"),
        ("https://api.customer.io/v1/customers/5/attribute", "documented"),
        ("https://api.customer.io/v1/api/customer", "documented"),
        ("https://api.customer.io/", "documented"),
        ("https://api.customer.io/v1", "documented"),
        ("https://cdp.customer.io/v1/v1/batch", "documented"),
    ],
)
def test_what_the_catalogue_does_not_cover_is_a_warning(url: str, source: str) -> None:
    """Other endpoints of the App API, and hosts that are no API, draw a warning instead of an error."""
    found = only(f"GET {url}")
    assert (found.rule, found.source) == ("unknown-endpoint", source)


@pytest.mark.parametrize(
    ("request_line", "rule", "where"),
    [
        ("PUT /api/v1/customers/a/b", "unescaped-path-segment", "path.identifier"),
        ("POST /api/v1/customers/a/b/c/events", "unescaped-path-segment", "path.identifier"),
        ("DELETE /api/v1/customers/5/devices/a/b", "unescaped-path-segment", "path.device_id"),
        ("PUT /api/v1/customers/50%", "unescaped-path-segment", "path.identifier"),
        ("PUT /api/v1/customers/..", "unescaped-path-segment", "path.identifier"),
        ("PUT /api/v1/customers/a#b", "unescaped-path-segment", "path"),
        ("PUT /api/v1/customers/a?b", "unescaped-path-segment", "path"),
        ("PUT /api/v1/customers/a%2540b", "double-encoded-path-segment", "path.identifier"),
    ],
)
def test_identifiers_are_encoded_once(request_line: str, rule: str, where: str) -> None:
    """An identifier that is not encoded, encoded in part, or encoded twice is reported with its place."""
    found = only(request_line)
    assert (found.rule, found.where, found.source) == (rule, where, "inferred")


@pytest.mark.parametrize("segment", ["50%25ab", "50%2541", "100%25", "%25%", "a%25zz", "%25ff%25fe"])
def test_a_percent_sign_that_is_encoded_is_no_double_encoding(segment: str) -> None:
    """What is left after decoding once is no text that an encoder writes: no UTF-8, or a letter."""
    rules = {each.rule for each in judged(f"PUT /api/v1/customers/{segment}")}
    assert "double-encoded-path-segment" not in rules


@pytest.mark.parametrize("segment", ["a%2540b", "a%2Fb%252Fc", "%25C3%25A9", "%25e2%2582%25ac", "a%2520b"])
def test_what_is_encoded_twice(segment: str) -> None:
    """What is left after decoding once is text that an encoder writes, in either case."""
    assert only(f"PUT /api/v1/customers/{segment}").rule == "double-encoded-path-segment"


def test_a_typo_is_no_identifier_with_a_slash() -> None:
    """`devise` reads like devices: the endpoint is unknown, the identifier is fine."""
    assert only("PUT /api/v1/customers/5/devise").rule == "unknown-endpoint"
    assert only("PUT /api/v1/customers/" + "a/" * 30).rule == "unknown-endpoint"


def test_plain_http_is_reported_beside_everything_else() -> None:
    """http is reported whatever else is wrong; a base URL of the ini cio_hosts may use http."""
    assert [each.rule for each in judged("POST http://track.customer.io/api/v1/customers/5")] == [
        "not-https",
        "wrong-method",
    ]
    proxied = Catalog.load(hosts=["http://localhost:8080/cio"])
    assert judged("POST http://localhost:8080/cio/api/v1/events", "eu", proxied) == []


def test_a_call_that_is_not_published_has_no_suggestion() -> None:
    """The text says that Customer.io may know the call. Another method of a published path is a mistake."""
    found = only("GET https://api.customer.io/v1/customers/5/devices")
    assert (found.rule, found.severity, found.error) == ("unknown-endpoint", "warning", "")
    assert found.expected == "a published call of the App API"
    assert found.hint == "Customer.io may know it, but has not published it: not judged any further"
    assert only("POST https://api.customer.io/v1/exports").rule == "wrong-method"


def test_a_published_call_at_the_older_prefix() -> None:
    """Below /v1/api/ the App API is the same one."""
    assert judged("POST https://api.customer.io/v1/api/campaigns/12/triggers") == []
    assert judged("GET https://api-eu.customer.io/v1/api/campaigns") == []


def test_a_retired_host() -> None:
    """A retired host is the App API of old: a published call draws one warning, another one a second."""
    assert only("POST https://beta-api.customer.io/v1/api/customers/attributes").rule == "retired-host"
    found = judged("GET https://beta-api.customer.io/v1/api/anything")
    assert [(each.rule, each.severity) for each in found] == [
        ("retired-host", "warning"),
        ("unknown-endpoint", "warning"),
    ]


def test_the_region_is_judged_only_where_it_is_declared() -> None:
    """Without a declared region any host is right; the call that asks for the region may go to any."""
    assert judged("PUT /api/v1/customers/5") == []
    assert judged("PUT /api/v1/customers/5", "us") == []
    assert only("PUT /api/v1/customers/5", "eu").rule == "wrong-region"
    assert judged("GET /api/v1/accounts/region", "eu") == []


@pytest.mark.parametrize(
    ("base", "fault"),
    [
        ("https://track.customer.io:44333", "connection-refused"),
        ("http://track.customer.io:8080", "connection-refused"),
        ("https://track.customer.io:80", "tls-failure"),
    ],
)
def test_a_port_where_nothing_answers(base: str, fault: str) -> None:
    """Only 443, and 80 in clear text, answer: any other port is an error, and connecting to it fails."""
    url = f"{base}/api/v1/customers/5"
    found = [each for each in judged(f"PUT {url}") if each.rule == "wrong-host"]
    assert [(each.severity, each.where, each.expected) for each in found] == [("error", "url", "port 443")]
    assert found[0].got == f"port {base.rpartition(':')[2]}"
    assert CATALOG.address(url).fault == fault


@pytest.mark.parametrize(
    "base", ["https://track.customer.io", "https://track.customer.io:443", "http://localhost:44333"]
)
def test_a_port_that_answers(base: str) -> None:
    """The documented port has no fault, nor has a host that is not Customer.io's."""
    assert CATALOG.address(f"{base}/api/v1/customers/5").fault is None
    host, _, port = base.partition("://")[2].partition(":")
    assert CATALOG.closed(host, int(port) if port else None) is False


def test_a_port_in_clear_text_is_judged_by_its_own_rule() -> None:
    """Port 80 answers: that it is not https is an error of its own."""
    assert only("PUT http://track.customer.io:80/api/v1/customers/5").rule == "not-https"


def test_a_port_of_the_ini_cio_hosts_answers() -> None:
    """A base URL of the project's may have any port, even on a host of Customer.io."""
    catalog = Catalog.load(["https://track.customer.io:44333", "https://api.customer.io"])
    for url in ("https://track.customer.io:44333/api/v1/customers/5", "https://api.customer.io:8443/v1/segments"):
        assert catalog.address(url).fault is None
    assert not catalog.closed("track.customer.io", 44333)
    assert not catalog.closed("api.customer.io.", 8443)
    assert catalog.closed("track.customer.io", 44334)


@pytest.mark.parametrize(
    ("url", "rules"),
    [
        ("https://track.customer.io/api/v1/customers/5", ["tls-not-verified"]),
        ("http://track.customer.io/api/v1/customers/5", []),
        ("https://localhost:8000/api/v1/customers/5", []),
        ("https://example.com/", []),
    ],
)
def test_a_certificate_that_is_not_checked(url: str, rules: list[str]) -> None:
    """It is a warning for Customer.io's own hosts, not for clear text or for a base URL of the project's."""
    catalog = Catalog.load(["https://localhost:8000"])
    found = list(judge_verification(catalog.place("PUT", url)))
    assert [each.rule for each in found] == rules
    assert {each.severity for each in found} <= {"warning"}

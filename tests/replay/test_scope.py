"""Which requests an error case belongs to."""

from __future__ import annotations

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, ErrorCase, Provenance, WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.replay.scope import OTHER_REGION, draws, lacks, scope, timed

EVENT = Catalog.load().operations["track.event"]


def case(cassette, status, kind="status"):
    return ErrorCase(
        cassette,
        cassette,
        "track",
        "once",
        Answer(status),
        False,
        (),
        str(status),
        "",
        "",
        Provenance("synthetic"),
        kind=kind,
    )


def said(name, timestamp):
    return (Message(name, (("timestamp", timestamp),)),)


@pytest.mark.parametrize(
    ("cassette", "status", "payload", "time"),
    [
        ("400-malformed", 400, False, True),
        ("413-too-large", 413, False, True),
        ("422-unprocessable", 422, False, True),
        ("400-invalid-timestamp", 400, False, False),
        ("401-unauthorized", 401, True, True),
        ("429-rate-limited", 429, True, True),
    ],
)
def test_an_error_belongs_to_a_payload_or_to_the_operation(cassette, status, payload, time):
    """Another payload, or another timestamp, meets the error or does not."""
    found = case(cassette, status)
    first = scope(found, EVENT, said("a", "1"))
    assert (first == scope(found, EVENT, said("b", "1"))) is payload
    assert (first == scope(found, EVENT, said("a", "2"))) is time


def test_before_a_case_is_met_no_timestamp_counts():
    """Before a case is met, a timestamp cannot repair anything."""
    assert not timed(None)
    assert timed(case("400-invalid-timestamp", 400))


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("dropped", "1", False),
        ("dropped", "true", False),
        ("dropped", "0", True),
        ("dropped", "", True),
        ("status", "1", True),
    ],
)
def test_strict_mode_drops_nothing(kind, value, expected):
    """In strict mode Pipelines answers with an error instead of dropping the payload."""
    request = WireRequest("POST", "https://cdp.customer.io/v1/track", {"x-strict-mode": value}, b"")
    assert draws(case("200-dropped", 200, kind), request) is expected


IDENTIFY = Catalog.load().operations["track.identify"]
MOVED = Answer(301, headers=(("Location", "https://track-eu.customer.io/"),))


def sent(host="track.customer.io", body=b""):
    return WireRequest("PUT", f"https://{host}/api/v1/customers/42", {}, body)


def test_what_a_request_lacks():
    """A condition of the case that does not hold is what the request lacks."""
    mail = case("400-invalid-email", 400)._replace(when={"email": "https://example.com"})
    assert lacks(mail, IDENTIFY, sent()) == "an e-mail address"
    assert lacks(mail, IDENTIFY, sent(body=b'{"email": "a"}')) == ""
    dropped = case("200-dropped", 200, "dropped")
    strict = WireRequest("POST", "https://cdp.customer.io/v1/track", {"x-strict-mode": "1"}, b"")
    assert lacks(dropped, EVENT, strict) == "a request without X-Strict-Mode: 1"


@pytest.mark.parametrize(
    ("region", "host", "expected"),
    [
        (None, "track.customer.io", ""),
        ("eu", "track.customer.io", ""),
        ("us", "track.customer.io", OTHER_REGION),
        ("eu", "track-eu.customer.io", OTHER_REGION),
        (None, "track-eu.customer.io", OTHER_REGION),
    ],
)
def test_a_workspace_is_redirected_from_the_other_region_only(region, host, expected):
    """The host of the declared region redirects nobody, and the target of a redirect neither."""
    redirect = case("301-region-redirect", 301, "redirect")._replace(answer=MOVED)
    assert lacks(redirect, IDENTIFY, sent(host), region) == expected


def test_the_declared_region_matters_to_redirects_only():
    """Any other error can happen on the right host too."""
    assert lacks(case("401-wrong-region", 401), IDENTIFY, sent(), "us") == ""

"""The signature of a webhook."""

from __future__ import annotations

import hashlib
import hmac

from pytest_customerio.core.webhook_signature import signature, signed


def test_the_signature() -> None:
    """It is HMAC-SHA256 over version, timestamp and body, as docs.customer.io/journeys/webhooks describes it."""
    expected = hmac.new(b"key", b'v0:1613063089:{"metric":"sent"}', hashlib.sha256).hexdigest()
    assert signature("key", 1613063089, b'{"metric":"sent"}') == expected


def test_a_signed_request() -> None:
    """The headers name the time and the signature; the body stays as it is."""
    request = signed("key", 5, b"{}")
    assert request.body == b"{}"
    assert request.headers == {
        "Content-Type": "application/json",
        "X-CIO-Timestamp": "5",
        "X-CIO-Signature": signature("key", 5, b"{}"),
    }

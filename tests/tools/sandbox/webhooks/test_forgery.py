"""Faults of webhooks on request."""

from __future__ import annotations

import pytest

from pytest_customerio.core.webhook_signature import SIGNATURE, TIMESTAMP, signature
from pytest_customerio.tools.sandbox.webhooks.forgery import (
    DAY,
    FAULTS,
    WebhookFaultError,
    check_fault,
    signed_with_fault,
    with_fault,
)

BODY = b'{"metric":"sent"}'


@pytest.mark.parametrize("fault", [None, "duplicate", "unknown-metric"])
def test_requests_that_are_genuine(fault: str | None) -> None:
    """Without a fault, and with those of the event, the signature is right."""
    request = signed_with_fault("key", DAY, BODY, fault)
    assert (request.body, request.headers[SIGNATURE]) == (BODY, signature("key", DAY, BODY))


def test_requests_that_are_forged() -> None:
    """Each fault breaks one thing."""
    requests = {fault: signed_with_fault("key", DAY, BODY, fault) for fault in FAULTS}
    assert requests["wrong-signature"].headers[SIGNATURE] == signature("not-key", DAY, BODY)
    assert SIGNATURE not in requests["no-signature"].headers
    assert requests["old-timestamp"].headers == signed_with_fault("key", 0, BODY, None).headers
    assert requests["old-timestamp"].headers[TIMESTAMP] == "0"
    assert requests["truncated-body"].body == BODY[:8]
    assert requests["truncated-body"].headers[SIGNATURE] == signature("key", DAY, BODY)


def test_a_metric_of_tomorrow() -> None:
    """The event has a metric that nobody knows; without the fault it stays as it is."""
    assert with_fault({"metric": "sent", "a": 1}, "unknown-metric") == {"metric": "sandbox_metric_of_tomorrow", "a": 1}
    assert with_fault({"metric": "sent"}, None) == {"metric": "sent"}


def test_unknown_faults() -> None:
    """An unknown fault is refused with the nearest one, or with all."""
    check_fault(None)
    check_fault("duplicate")
    with pytest.raises(WebhookFaultError, match=r"'wrong-signatur'; did you mean wrong-signature\?"):
        check_fault("wrong-signatur")
    with pytest.raises(WebhookFaultError, match="'x'; wrong-signature, no-signature, old-timestamp"):
        check_fault("x")

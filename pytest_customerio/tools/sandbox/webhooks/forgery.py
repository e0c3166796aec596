"""Faults of webhooks on request: requests that an application must refuse, or take without harm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.webhook_signature import SIGNATURE, SignedWebhook, signed
from pytest_customerio.tools.sandbox.arguments import CannotError

DAY = 86_400
FAULTS: Mapping[str, str] = {
    "wrong-signature": "signed with another key: refuse it",
    "no-signature": "without the header X-CIO-Signature: refuse it",
    "old-timestamp": "signed a day ago, as if somebody repeated a recorded request: refuse it",
    "truncated-body": "half of the body, with the signature of all of it: refuse it",
    "duplicate": "the same event twice: take it once",
    "unknown-metric": "a metric that is not published yet: take it, and do nothing",
}
# Such a request does not come from Customer.io, so it is not sent again.
FORGED = ("wrong-signature", "no-signature", "old-timestamp", "truncated-body")


class WebhookFaultError(CannotError):
    """There is no such fault. The text names the nearest one."""


def check_fault(fault: str | None) -> None:
    """Raises `WebhookFaultError` for an unknown fault."""
    if fault is not None and fault not in FAULTS:
        similar = nearest(fault, tuple(FAULTS))
        proposal = f"did you mean {similar}?" if similar else ", ".join(FAULTS)
        raise WebhookFaultError(f"no such fault of a webhook: {fault!r}; {proposal}")


def with_fault(event: Mapping[str, Any], fault: str | None) -> Mapping[str, Any]:
    """The event, with a metric that nobody knows if that is the fault."""
    return {**event, "metric": "sandbox_metric_of_tomorrow"} if fault == "unknown-metric" else event


def signed_with_fault(key: str, at: int, body: bytes, fault: str | None) -> SignedWebhook:
    """The request of an event at this time, with its fault."""
    used_key = f"not-{key}" if fault == "wrong-signature" else key
    request = signed(used_key, at - DAY if fault == "old-timestamp" else at, body)
    if fault == "no-signature":
        return SignedWebhook(body, {name: value for name, value in request.headers.items() if name != SIGNATURE})
    return SignedWebhook(body[: len(body) // 2], request.headers) if fault == "truncated-body" else request

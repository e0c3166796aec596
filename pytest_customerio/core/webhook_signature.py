"""Signs what Customer.io posts to a webhook: HMAC-SHA256 over `v0:<timestamp>:<body>`, as hexadecimal digits.

The algorithm is in `schemas/webhooks.json`, with its source.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

TIMESTAMP, SIGNATURE = "X-CIO-Timestamp", "X-CIO-Signature"


@dataclass(frozen=True, slots=True)
class SignedWebhook:
    """A request to a webhook: the bytes of its body, and its headers with the signature."""

    body: bytes
    headers: Mapping[str, str]


def signature(key: str, timestamp: int, body: bytes) -> str:
    """The value of the header `X-CIO-Signature`."""
    return hmac.new(key.encode(), b"v0:%d:" % timestamp + body, hashlib.sha256).hexdigest()


def signed(key: str, timestamp: int, body: bytes) -> SignedWebhook:
    """A body with the headers of a request that Customer.io sends at this time."""
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP: str(timestamp),
        SIGNATURE: signature(key, timestamp, body),
    }
    return SignedWebhook(body, headers)

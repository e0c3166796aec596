"""Retry with growing waits, then raise an exception: without a 2xx nothing was delivered."""

import os
import random
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
TRANSIENT = (408, 429, 500, 502, 503, 504, 522, 524)
LONGEST = 300  # seconds: a longer wait is one for a queue


class NotDeliveredError(Exception):
    """Its text is a status or a class name, never the payload, because exceptions are logged."""


def identify(person: str, attributes: dict[str, Any]) -> None:
    """May be repeated without harm. An event needs an `id` for that: a ULID that is made once."""
    for wait in (1, 2, 4, None):
        failed, after = attempt(person, attributes)
        if failed is None:
            return
        if wait is None or after > LONGEST:
            raise NotDeliveredError(failed)
        time.sleep(max(after, wait * random.uniform(1, 1.5)))


def attempt(person: str, attributes: dict[str, Any]) -> tuple[str | None, float]:
    """What failed, if it may succeed later, and how many seconds Customer.io asks to wait."""
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}"
    try:
        response = requests.put(
            url, json=attributes, auth=KEYS, timeout=10, allow_redirects=False
        )
    except requests.RequestException as error:  # an error of the network
        return type(error).__name__, 0
    if response.status_code in TRANSIENT:
        return str(response.status_code), asked(response.headers.get("Retry-After", "0"))
    if not 200 <= response.status_code < 300:
        raise NotDeliveredError(response.status_code)
    return None, 0


def asked(after: str) -> float:
    """The seconds of Retry-After, which is a number or a date."""
    if after.isdigit():
        return float(after)
    return (parsedate_to_datetime(after) - datetime.now(UTC)).total_seconds()

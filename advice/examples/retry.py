"""Try again with growing waits, then raise: nothing is delivered before a 2xx."""

import os
import random
import time
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
TRANSIENT = (429, 500, 502, 503, 504)


class NotDeliveredError(Exception):
    """Its text is a status or the name of a class, never the payload: it ends up in logs."""


def identify(person: str, attributes: dict[str, Any]) -> None:
    """To repeat this does no harm; an event needs an `id` (a ULID, made once) for that."""
    for wait in (1, 2, 4, None):
        failed, after = attempt(person, attributes)
        if failed is None:
            return
        if wait is None:
            raise NotDeliveredError(failed)
        time.sleep(max(after, wait * random.uniform(1, 1.5)))


def attempt(person: str, attributes: dict[str, Any]) -> tuple[str | None, float]:
    """What failed that may pass, and how many seconds Customer.io wants to be left alone."""
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}"
    try:
        response = requests.put(
            url, json=attributes, auth=KEYS, timeout=10, allow_redirects=False
        )
    except requests.RequestException as error:  # the network, not Customer.io
        return type(error).__name__, 0
    after = response.headers.get("Retry-After", "")
    if response.status_code in TRANSIENT:
        return str(response.status_code), float(after) if after.isdigit() else 0
    if not 200 <= response.status_code < 300:
        raise NotDeliveredError(response.status_code)
    return None, 0

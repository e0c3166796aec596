"""Measure a call as it is sent, and refuse it before the request if it is too large."""

import json
import os
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
MOST = 100_000


class TooLargeError(Exception):
    """Shorten the data or send a link to it: the same call would be refused again."""


def track(person: str, name: str, data: dict[str, Any]) -> None:
    """Record an event whose data is within the limit."""
    if len(json.dumps(data).encode()) > MOST:
        raise TooLargeError(f"the data of an event has at most {MOST} bytes")
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}/events"
    body = {"name": name, "data": data}
    response = requests.post(url, json=body, auth=KEYS, timeout=10, allow_redirects=False)
    if response.status_code == 413:
        raise TooLargeError(response.status_code)
    response.raise_for_status()

"""Send time as unix seconds, an integer: int(time.time()), never time.time() * 1000."""

import os
from datetime import datetime
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class RefusedError(Exception):
    """Customer.io refuses the call; the same call would be refused again."""


def track(person: str, name: str, at: datetime) -> None:
    """Record an event. A time without a zone is refused: it would be in the machine's zone."""
    if at.tzinfo is None:
        raise ValueError("a time has a zone: datetime.now(timezone.utc)")
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}/events"
    body = {"name": name, "timestamp": int(at.timestamp())}
    response = requests.post(url, json=body, auth=KEYS, timeout=10, allow_redirects=False)
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

"""Keep event names in one place, because campaigns compare them exactly, capitals too."""

import os
from enum import StrEnum
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class Event(StrEnum):
    """The names that the campaigns use."""

    PURCHASE = "purchase"
    SIGNED_UP = "signed_up"


def track(person: str, event: Event, data: dict[str, object]) -> None:
    """Takes a member of Event instead of text, so that a type checker finds a misspelt name."""
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}/events"
    body = {"name": event.value, "data": data}
    requests.post(url, json=body, auth=KEYS, timeout=10, allow_redirects=False).raise_for_status()

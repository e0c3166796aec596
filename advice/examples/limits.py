"""Limits count bytes of UTF-8, not characters: cut a long text before it is sent."""

import os
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
BASE = "https://track.customer.io/api/v1/customers"


class RefusedError(Exception):
    """Customer.io refuses the call; the same call would be refused again."""


def cut(text: str, most: int) -> str:
    """The text in at most so many bytes, without half a character at its end."""
    return text.encode()[:most].decode(errors="ignore")


def view(person: str, page: str) -> None:
    """Record a page view: its name has at most 100 bytes."""
    call(
        "POST",
        f"{BASE}/{quote(person, safe='')}/events",
        {"type": "page", "name": cut(page, 100)},
    )


def describe(person: str, text: str) -> None:
    """Set an attribute: its value has at most 1000 bytes."""
    call("PUT", f"{BASE}/{quote(person, safe='')}", {"bio": cut(text, 1000)})


def call(method: str, url: str, body: dict[str, str]) -> None:
    response = requests.request(
        method, url, json=body, auth=KEYS, timeout=10, allow_redirects=False
    )
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

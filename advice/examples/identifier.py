"""Check an identifier before the call, and percent-encode it once in the path."""

import os
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class RefusedError(Exception):
    """Customer.io refuses the call; the same call would be refused again."""


def identify(person: str | int | None, attributes: dict[str, Any]) -> None:
    """Raises for an unset id: it would become the text None, which is a valid id."""
    key = "" if person is None else str(person).strip()
    if not key or key in ("None", "null", "undefined") or len(key.encode()) > 150:
        raise ValueError("a person has an id of 1 to 150 bytes")
    body = {name: value for name, value in attributes.items() if name != "id"}  # the path has it
    url = f"https://track.customer.io/api/v1/customers/{quote(key, safe='')}"
    response = requests.put(url, json=body, auth=KEYS, timeout=10, allow_redirects=False)
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

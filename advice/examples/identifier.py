"""An identifier is looked at before the call and stands in the path percent-encoded, once."""

import os
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class RefusedError(Exception):
    """Customer.io refuses the call; the same call would be refused again."""


def identify(person: str | int | None, attributes: dict[str, Any]) -> None:
    """Never without an id: an unset value becomes the text None, which is a person too."""
    key = "" if person is None else str(person).strip()
    if not key or key in ("None", "null", "undefined") or len(key.encode()) > 150:
        raise ValueError("a person has an id of 1 to 150 bytes")
    body = {name: value for name, value in attributes.items() if name != "id"}  # the path says it
    url = f"https://track.customer.io/api/v1/customers/{quote(key, safe='')}"
    response = requests.put(url, json=body, auth=KEYS, timeout=10, allow_redirects=False)
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

"""Pipelines answers 200 to payloads that it drops. In strict mode it answers with an error."""

import os
from typing import Any

import requests


class RefusedError(Exception):
    """The payload or the key was refused; the same call would be refused again."""


def track(person: str, event: str, properties: dict[str, Any]) -> None:
    """With X-Strict-Mode: 1 a bad payload draws 400 and a wrong key 401."""
    response = requests.post(
        "https://cdp.customer.io/v1/track",
        json={"userId": person, "event": event, "properties": properties},
        headers={"X-Strict-Mode": "1"},
        auth=(os.environ["CUSTOMERIO_WRITE_KEY"], ""),
        timeout=10,
        allow_redirects=False,
    )
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

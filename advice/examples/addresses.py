"""Check an e-mail address when it enters the application, before anything is stored or sent."""

import os
import re
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
ADDRESS = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


class RefusedError(Exception):
    """Customer.io refuses the call; the same call would be refused again."""


def sign_up(person: str, email: str) -> None:
    """Raises for text that is no address, so that the person who typed it can be told."""
    email = email.strip()
    if not ADDRESS.fullmatch(email):
        raise ValueError("not an e-mail address")
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}"
    response = requests.put(
        url, json={"email": email}, auth=KEYS, timeout=10, allow_redirects=False
    )
    if not 200 <= response.status_code < 300:
        raise RefusedError(response.status_code)

"""Customer.io's Track API through requests."""

from __future__ import annotations

import requests
from django.conf import settings

session = requests.Session()
session.max_redirects = 0  # to follow one would lose the body


def identify(person: int, **attributes: object) -> None:
    """Raises `requests.RequestException` unless the answer is a success."""
    url = f"https://track.customer.io/api/v1/customers/{person}"
    response = session.put(url, json=attributes, auth=settings.CUSTOMERIO_KEYS)
    response.raise_for_status()

"""Sign-ups that are retried; after that `CustomerIOException` is raised."""

from __future__ import annotations

import os

from customerio import CustomerIO
from customerio.client_base import TCPKeepAliveHTTPAdapter
from urllib3 import Retry

# The SDK's own policy makes four attempts within 0.2 seconds, and none after a plain 429.
RETRY = Retry(total=4, backoff_factor=1, status_forcelist=range(400, 600), allowed_methods=None)


def connect() -> CustomerIO:
    client = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], timeout=5)
    client.http.mount("https://", TCPKeepAliveHTTPAdapter(max_retries=RETRY))  # waits 0, 2, 4, 8 s, or Retry-After
    client.http.max_redirects = 0  # to follow one would lose the body
    return client


def sign_up(client: CustomerIO, person: str, email: str) -> None:
    client.identify(person, email=email)

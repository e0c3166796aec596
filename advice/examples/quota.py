"""A quota of requests per day: read what is left, and stop when nothing is left."""

import os

import requests

HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}


class QuotaUsedUpError(Exception):
    """A wait of minutes does not help; the next day does."""


def find(email: str) -> list[dict[str, str]]:
    """The people with this address. requests encodes the address."""
    response = requests.get(
        "https://api.customer.io/v1/customers",
        params={"email": email},
        headers=HEADERS,
        timeout=10,
    )
    if response.status_code == 429 and response.headers.get("X-RateLimit-Remaining") == "0":
        raise QuotaUsedUpError
    response.raise_for_status()
    return list(response.json()["results"])

"""A 200 counts when its body is what the call promises: proxies answer 200 too."""

import os

import requests

HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}


class UselessAnswerError(Exception):
    """Something answered, perhaps not Customer.io."""


def find(email: str) -> list[dict[str, str]]:
    """The people with this address. An answer of no use is not an empty list."""
    response = requests.get(
        "https://api.customer.io/v1/customers",
        params={"email": email},
        headers=HEADERS,
        timeout=10,
    )
    response.raise_for_status()
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        raise UselessAnswerError("not JSON")
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise UselessAnswerError("not a list of results")
    return list(answer["results"])

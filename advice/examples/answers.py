"""A 200 counts when its body is what the call promises: proxies answer 200 too."""

import os
from typing import Any

import requests

HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}
BASE = "https://api.customer.io/v1"


class UselessAnswerError(Exception):
    """Something answered, perhaps not Customer.io. A send is not repeated all the same."""


def find(email: str) -> list[dict[str, str]]:
    """The people with this address. An answer of no use is not an empty list."""
    url = f"{BASE}/customers"
    response = requests.get(url, params={"email": email}, headers=HEADERS, timeout=10)
    return list(answered(response, "results")["results"])


def send(message: dict[str, object]) -> str:
    """The id of the delivery."""
    response = requests.post(f"{BASE}/send/email", json=message, headers=HEADERS, timeout=10)
    return str(answered(response, "delivery_id")["delivery_id"])


def answered(response: requests.Response, name: str) -> dict[str, Any]:
    """The answer that has such a member, by what its body is and not by its label."""
    response.raise_for_status()
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or name not in answer:
        raise UselessAnswerError(f"without {name}")
    return answer

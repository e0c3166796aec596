"""A 2xx counts only if its body has what the call returns: a proxy may answer 200 too."""

import os
from typing import Any

import requests

HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}
BASE = "https://api.customer.io/v1"


class UselessAnswerError(Exception):
    """The answer is perhaps not Customer.io's. Do not repeat a send: it may have arrived."""


def find(email: str) -> list[dict[str, str]]:
    """The people with this address. A useless answer raises; it is not an empty list."""
    url = f"{BASE}/customers"
    response = requests.get(url, params={"email": email}, headers=HEADERS, timeout=10)
    return list(answered(response, "results")["results"])


def send(message: dict[str, object]) -> str:
    """The id of the delivery."""
    response = requests.post(f"{BASE}/send/email", json=message, headers=HEADERS, timeout=10)
    return str(answered(response, "delivery_id")["delivery_id"])


def answered(response: requests.Response, name: str) -> dict[str, Any]:
    """The answer if it is JSON with this member, whatever its content type says."""
    response.raise_for_status()
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or name not in answer:
        raise UselessAnswerError(f"without {name}")
    return answer

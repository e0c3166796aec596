"""Send a message once: what may have been sent already is left to a person, never repeated."""

import os
import random
import time
from collections.abc import Mapping

import requests

URL = "https://api.customer.io/v1/send/email"
HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}


class UncertainError(Exception):
    """Perhaps sent, perhaps not: the activity log of the person tells."""


def send_receipt(person: str, email: str, total: str) -> None:
    """Only a 429 is tried again: it says that nothing was taken. A send has no dedupe id."""
    message = {
        "transactional_message_id": "order_receipt",
        "identifiers": {"id": person},
        "to": email,
        "message_data": {"total": total},
    }
    for wait in (1, 2, 4, None):
        status = post(message)
        if 200 <= status < 300:
            return
        if status != 429 or wait is None:
            raise UncertainError(status)
        time.sleep(wait * random.uniform(1, 1.5))


def post(message: Mapping[str, object]) -> int:
    """The status, 0 where the network broke."""
    try:
        response = requests.post(
            URL, json=message, headers=HEADERS, timeout=10, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return response.status_code

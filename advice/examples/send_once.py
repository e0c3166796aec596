"""Do not repeat a message that may have been sent: a person has to decide about it."""

import os
import random
import time
from collections.abc import Mapping

import requests

URL = "https://api.customer.io/v1/send/email"
HEADERS = {"Authorization": f"Bearer {os.environ['CUSTOMERIO_APP_API_KEY']}"}


class UncertainError(Exception):
    """It is not known whether the message was sent; the person's activity log shows it."""


def send_receipt(person: str, email: str, total: str) -> None:
    """Only a 429 is retried, because nothing was accepted then. A send has no dedupe id."""
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
    """The status; 0 for an error of the network."""
    try:
        response = requests.post(
            URL, json=message, headers=HEADERS, timeout=10, allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return response.status_code

"""Receipts."""

from __future__ import annotations

import re

import requests
from customerio import APIClient, CustomerIOException, SendEmailRequest


def connect(key: str) -> APIClient:
    client = APIClient(key, timeout=5)
    client.http.max_redirects = 0  # to follow one would lose the body
    return client


def send(client: APIClient, person: str, email: str, total: str) -> str:
    """`sent`; `refused`, not sent; or `uncertain`: the person's activity in Customer.io shows whether it was sent."""
    receipt = SendEmailRequest(
        transactional_message_id="receipt", to=email, identifiers={"id": person}, message_data={"total": total}
    )
    try:
        client.send_email(receipt)
    except CustomerIOException as error:  # the SDK's only exception; its text begins with the status, if any
        return "refused" if re.match(r"4\d\d: ", str(error)) else "uncertain"
    except requests.JSONDecodeError:  # a 200 with a page that a gateway wrote
        return "uncertain"
    return "sent"

"""Receipts. A message that may have been sent is never sent again by itself: people get it twice."""

from __future__ import annotations

import re

import requests
from customerio import APIClient, CustomerIOException, SendEmailRequest


def connect(key: str) -> APIClient:
    client = APIClient(key, retries=0, timeout=5)  # the SDK's own retries repeat an e-mail after a 500
    client.http.max_redirects = 0  # to follow one would lose the body
    return client


def send(client: APIClient, person: str, email: str, total: str) -> str:
    """`sent`; `refused`, not sent for sure; or `uncertain`: the person's activity in Customer.io tells."""
    receipt = SendEmailRequest(
        transactional_message_id="receipt", to=email, identifiers={"id": person}, message_data={"total": total}
    )
    try:
        client.send_email(receipt)
    except CustomerIOException as error:  # one for all; its text begins with the status, if there was one
        return "refused" if re.match(r"4\d\d: ", str(error)) else "uncertain"
    except requests.JSONDecodeError:  # a 200 that is some gateway's page
        return "uncertain"
    return "sent"

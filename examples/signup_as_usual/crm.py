"""Sends sign-ups and purchases to Customer.io as most teams do. Every mistake in it is a common one."""

from __future__ import annotations

import logging
import os
import time

import requests
from customerio import CustomerIO

log = logging.getLogger("crm")
client = CustomerIO(os.environ.get("CUSTOMERIO_SITE_ID"), os.environ.get("CUSTOMERIO_API_KEY"))


def sign_up(person: str, email: str) -> None:
    """Store the person, and identify it."""
    try:
        client.identify(person, email=email, created_at=int(time.time()))
    except Exception as error:
        log.warning("could not sync user: %s", error)


def buy(person: str, email: str, item: str, price: float) -> None:
    """Store the purchase, record the event, send a receipt."""
    try:
        client.track(person, "purchase", {"item": item, "price": price}, timestamp=int(time.time() * 1000))
    except Exception as error:
        log.warning("could not track purchase: %s", error)
    send_receipt(person, email, item)


def send_receipt(person: str, email: str, item: str) -> bool:
    """Send the receipt, in up to three attempts."""
    headers = {"Authorization": f"Bearer {os.environ.get('CUSTOMERIO_APP_KEY')}"}
    message = {
        "transactional_message_id": "receipt",
        "to": email,
        "identifiers": {"id": person},
        "message_data": {"item": item},
    }
    for _ in range(3):
        response = requests.post("https://api.customer.io/v1/send/email", json=message, headers=headers)
        if response.ok:
            return True
        log.error("receipt failed: %s %s", response.status_code, response.request.headers)
    return False

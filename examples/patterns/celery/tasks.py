"""Celery tasks that send sign-ups to Customer.io."""

from __future__ import annotations

import os
import re

from celery import Celery
from customerio import CustomerIO, CustomerIOException

app = Celery("shop", broker=os.environ.get("BROKER_URL", "amqp://localhost"))
people: dict[str, dict[str, object]] = {}  # stands for your database


class NotDeliveredError(Exception):
    """Its text has no part of the payload, because workers log it. The SDK's exception contains the payload."""


class TryAgainError(NotDeliveredError):
    """The call was not delivered, and another attempt may succeed."""


# Retries after 30 s, 1 min, 2 min … for half an hour.
@app.task(autoretry_for=(TryAgainError,), retry_backoff=30, retry_backoff_max=960, max_retries=6)
def identify(person: str) -> None:
    """Takes the id only, because Celery logs the arguments of a task."""
    client = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], retries=0, timeout=10)
    client.http.max_redirects = 0  # to follow one would lose the body
    try:
        client.identify(person, **people[person])
        return
    except CustomerIOException as error:  # the SDK's only exception; its text begins with the status, if any
        found = re.match(r"(\d\d\d): ", str(error))
    # Raised outside of the `except` block, so that the SDK's exception is not its context.
    status = found[1] if found else "no answer"
    permanent = status[0] == "4" and status not in ("408", "429")
    raise NotDeliveredError(status) if permanent else TryAgainError(status)


def sign_up(person: str, email: str) -> None:
    people[person] = {"email": email}
    identify.delay(person)

"""Sign-ups told to Customer.io by Celery workers."""

from __future__ import annotations

import os
import re

from celery import Celery
from customerio import CustomerIO, CustomerIOException

app = Celery("shop", broker=os.environ.get("BROKER_URL", "amqp://localhost"))
people: dict[str, dict[str, object]] = {}  # stands for your database


class NotDeliveredError(Exception):
    """Says what failed, and nothing of the payload: workers log it. The SDK's exception holds all of it."""


class TryAgainError(NotDeliveredError):
    """The same, where another attempt may succeed."""


# After 30 s, 1 min, 2 min … for half an hour.
@app.task(autoretry_for=(TryAgainError,), retry_backoff=30, retry_backoff_max=960, max_retries=6)
def identify(person: str) -> None:
    """The id only: Celery logs what a task is given."""
    client = CustomerIO(os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"], retries=0, timeout=10)
    client.http.max_redirects = 0  # to follow one would lose the body
    try:
        client.identify(person, **people[person])
        return
    except CustomerIOException as error:  # one for all; its text begins with the status, if there was one
        found = re.match(r"(\d\d\d): ", str(error))
    # Raised out here, where it does not drag the SDK's exception along.
    status = found[1] if found else "no answer"
    permanent = status[0] == "4" and status not in ("408", "429")
    raise NotDeliveredError(status) if permanent else TryAgainError(status)


def sign_up(person: str, email: str) -> None:
    people[person] = {"email": email}
    identify.delay(person)

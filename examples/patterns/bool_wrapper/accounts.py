"""Accounts, and a wrapper around Customer.io that never raises: it answers True or False."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

from customerio import CustomerIO, CustomerIOException

log = logging.getLogger("accounts")


class Crm:
    """All that this application asks of Customer.io."""

    def __init__(self) -> None:
        keys = os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"]
        self._client = CustomerIO(*keys, retries=0, timeout=3)
        self._client.http.max_redirects = 0  # to follow one would lose the body

    def identify(self, person: str, **attributes: object) -> bool:
        try:
            self._client.identify(person, **attributes)
        except CustomerIOException as error:
            log.warning("identify %s: %s", person, type(error).__name__)
            return False
        return True


@dataclass
class Account:
    id: str
    email: str
    synced: bool = False  # the nightly job tells Customer.io about those that are not


def register(crm: Crm, person: str, email: str) -> Account:
    account = Account(person, email)
    account.synced = crm.identify(account.id, email=account.email)
    return account

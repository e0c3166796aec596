"""Send each attribute with its type: a segment that compares numbers does not find "42"."""

import os
from dataclasses import asdict, dataclass
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


@dataclass
class Person:
    """The attributes that segments use. Text from a form or a CSV file is converted here."""

    orders: int
    premium: bool
    created_at: int  # unix seconds

    @classmethod
    def read(cls, row: dict[str, str]) -> "Person":
        return cls(int(row["orders"]), row["premium"] == "true", int(row["created_at"]))


def identify(person: str, attributes: Person) -> None:
    """Every attribute is sent, each with its type."""
    url = f"https://track.customer.io/api/v1/customers/{quote(person, safe='')}"
    requests.put(
        url, json=asdict(attributes), auth=KEYS, timeout=10, allow_redirects=False
    ).raise_for_status()

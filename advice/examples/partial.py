"""Read the `errors` of a 207: these items of the batch were rejected, all others accepted."""

import os
from typing import Any

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class PartlyRefusedError(Exception):
    """`reasons` by index. Repair these items and send only them again."""

    def __init__(self, reasons: dict[int, list[str]]) -> None:
        super().__init__(f"{len(reasons)} items of the batch were refused")
        self.reasons = reasons


def send(batch: list[dict[str, Any]]) -> None:
    """Deliver a batch. A 207 is a 2xx: no client raises for it by itself."""
    response = requests.post(
        "https://track.customer.io/api/v2/batch",
        json={"batch": batch},
        auth=KEYS,
        timeout=10,
        allow_redirects=False,
    )
    response.raise_for_status()
    reasons: dict[int, list[str]] = {}
    for error in response.json().get("errors", []):
        reasons.setdefault(error["batch_index"], []).append(
            f"{error['field']}: {error['message']}"
        )
    if reasons:  # a 207 with an empty list rejects nothing
        raise PartlyRefusedError(reasons)

"""A batch taken in part answers 207: what `errors` names was refused, the rest was taken."""

import os
from typing import Any

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])


class PartlyRefusedError(Exception):
    """`reasons` by index: repair these items and send only them, all others were taken."""

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
    if reasons:  # a 207 with an empty list is a success
        raise PartlyRefusedError(reasons)

"""A redirect means the wrong region: raise an error. Following it would lose the body."""

import os
from typing import Any
from urllib.parse import quote

import requests

KEYS = (os.environ["CUSTOMERIO_SITE_ID"], os.environ["CUSTOMERIO_API_KEY"])
HOSTS = {"us": "https://track.customer.io", "eu": "https://track-eu.customer.io"}
HOST = HOSTS[os.environ.get("CUSTOMERIO_REGION", "us")]


class WrongRegionError(Exception):
    """Set CUSTOMERIO_REGION to the region of the workspace."""


def identify(person: str, attributes: dict[str, Any]) -> None:
    """allow_redirects=False: requests would send the redirected call without its body."""
    url = f"{HOST}/api/v1/customers/{quote(person, safe='')}"
    response = requests.put(url, json=attributes, auth=KEYS, timeout=10, allow_redirects=False)
    if response.is_redirect:
        raise WrongRegionError(HOST)
    response.raise_for_status()

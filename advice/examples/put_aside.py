"""Store a refused call with the reason, so that somebody can repair it. Do not retry it."""

import json
from collections.abc import Callable

import requests


def deliver(
    crm: requests.Session,
    url: str,
    payload: dict[str, object],
    put_aside: Callable[[str, str], None],
) -> bool:
    """Whether Customer.io accepted it. In the test: cio.reported(what put_aside has stored)."""
    response = crm.post(url, json=payload, timeout=10, allow_redirects=False)
    if 200 <= response.status_code < 300:
        return True
    if response.status_code == 429 or response.status_code >= 500:
        response.raise_for_status()  # a transient error: the caller tries again later
    put_aside(json.dumps(payload), f"{response.status_code} {reason(response)}")
    return False


def reason(response: requests.Response) -> str:
    """The reason in the envelope of each API: meta.error, meta.errors or errors."""
    try:
        answer = response.json()
    except ValueError:
        return response.reason
    meta = answer.get("meta", answer) if isinstance(answer, dict) else {}
    return str(meta.get("error") or meta.get("errors") or response.reason)

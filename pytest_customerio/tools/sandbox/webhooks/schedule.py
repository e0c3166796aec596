"""How long Customer.io waits before it posts an event again (`schemas/webhooks.json`).

Published are the timeout, the seven days, that the backoff is exponential, and after which answers and problems it
waits for an hour first. The first wait after others is not published: a minute is a guess, and so is that waits double.
"""

from __future__ import annotations

from pytest_customerio.contract.webhook_events import facts
from pytest_customerio.tools.sandbox.webhooks.posting import Result

HOUR = 3600.0
MINUTE = 60.0
SEVEN_DAYS = 7 * 24 * HOUR
_HOUR_PROBLEMS = ("eof", "dns", "refused", "reset", "tls")


def wait_before_retry(result: Result, failures: int, waited: float) -> float | None:
    """Seconds before the next attempt, after so many failures and so many seconds of waiting; None if there is none."""
    if result.problem == "not allowed":
        return None
    slow = result.status in facts()["retries"]["wait_an_hour"] or result.problem in _HOUR_PROBLEMS
    wait = (HOUR if slow else MINUTE) * 2 ** (failures - 1)
    return wait if waited + wait <= SEVEN_DAYS else None

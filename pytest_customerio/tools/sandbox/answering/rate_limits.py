"""The rate limits of Customer.io (docs.customer.io/files/journeys-app.json and journeys-track.json)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

# For each bucket: how many calls are allowed in how many seconds. The documentation calls the limits of the App API
# hard, and all others soft.
LIMITS: Mapping[str, tuple[int, float]] = {
    "app": (10, 1.0),
    "app.trigger_broadcast": (1, 10.0),
    "app.send": (3000, 3.0),
    "track": (3000, 3.0),
    "pipelines": (3000, 3.0),
}


def bucket(operation: str) -> str:
    """The bucket in which an operation counts."""
    if operation in LIMITS:
        return operation
    return "app.send" if operation.startswith("app.send_") else operation.partition(".")[0].removesuffix("_v2")


class RateLimits:
    """Counts the calls in a sliding window of time."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}

    def exceeded(self, operation: str, now: float) -> float:
        """How many seconds to wait before a call is allowed; 0 if it is allowed now, and then it is counted."""
        limit, seconds = LIMITS[bucket(operation)]
        calls = self._calls.setdefault(bucket(operation), deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= limit:
            return calls[0] + seconds - now
        calls.append(now)
        return 0.0

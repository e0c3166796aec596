"""How often Customer.io may be called (docs.customer.io/files/journeys-app.json and journeys-track.json)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

# Bucket to how many calls in how many seconds. Only the App API's are hard; the others are said to be soft.
LIMITS: Mapping[str, tuple[int, float]] = {
    "app": (10, 1.0),
    "app.trigger_broadcast": (1, 10.0),
    "app.send": (3000, 3.0),
    "track": (3000, 3.0),
    "pipelines": (3000, 3.0),
}


def bucket(operation: str) -> str:
    """Which limit a call counts towards."""
    if operation in LIMITS:
        return operation
    return "app.send" if operation.startswith("app.send_") else operation.partition(".")[0].removesuffix("_v2")


class Limits:
    """Counts calls in a window that slides."""

    def __init__(self) -> None:
        self._calls: dict[str, deque[float]] = {}

    def exceeded(self, operation: str, now: float) -> float:
        """Seconds until such a call would be let in; 0 where it is, and counts."""
        most, seconds = LIMITS[bucket(operation)]
        calls = self._calls.setdefault(bucket(operation), deque())
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if len(calls) >= most:
            return calls[0] + seconds - now
        calls.append(now)
        return 0.0

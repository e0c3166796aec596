"""The log of the requests that a sandbox received, oldest first. It is bounded in number and size: the oldest go."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any, NamedTuple

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.requests.exchange import Exchange

MAX_REQUESTS = 2000
MAX_WEIGHT = 64 * 1024 * 1024


class LoggedRequest(NamedTuple):
    """One request and its answer. `payload` is the parsed body, or its text if it is not JSON.

    `exchange` is what else went over the wire; a log that was loaded from a file has none.
    """

    number: int
    at: float
    operation: str | None
    method: str
    path: str
    payload: Any
    status: int
    fault: str | None
    case: str
    source: str
    notes: tuple[str, ...]
    violations: tuple[Violation, ...]
    client: str
    exchange: Exchange | None = None

    def concerns(self, operation: str) -> bool:
        """Whether the request is of this operation or surface."""
        own = self.operation or ""
        return operation in (own, own.partition(".")[0])


class RequestLog:
    """The last requests. `number` is the number of the last one; it grows even when the log is emptied."""

    def __init__(self, number: int = 0) -> None:
        self._requests: deque[LoggedRequest] = deque()
        self._weights: deque[int] = deque()
        self._weight = 0
        self.number = number

    def __iter__(self) -> Iterator[LoggedRequest]:
        return iter(self._requests)

    def __len__(self) -> int:
        return len(self._requests)

    @property
    def oldest(self) -> int:
        """The number of the oldest request that it has; 0 if it has none."""
        return self._requests[0].number if self._requests else 0

    def add(self, request: LoggedRequest, weight: int = 0) -> None:
        """Add a request with the next number. `weight` is the size of its payload in memory, in bytes."""
        self.number = request.number
        self._requests.append(request)
        self._weights.append(weight)
        self._weight += weight
        while len(self._requests) > MAX_REQUESTS or (self._weight > MAX_WEIGHT and len(self._requests) > 1):
            self._requests.popleft()
            self._weight -= self._weights.popleft()

    def since(self, number: int) -> list[LoggedRequest]:
        """The requests with a greater number, oldest first."""
        later = []
        for each in reversed(self._requests):
            if each.number <= number:
                break
            later.append(each)
        return later[::-1]

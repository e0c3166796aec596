"""Events on their way to webhooks: their attempts, and whether the application took them."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_customerio.tools.sandbox.webhooks.posting import Result
from pytest_customerio.tools.sandbox.webhooks.schedule import wait_before_retry

MAX_WEIGHT = 64 * 1024 * 1024  # bytes of all bodies in one queue
State = Literal["waiting", "accepted", "given up"]


@dataclass(frozen=True, slots=True)
class WebhookAttempt:
    """One request. `wait` is how many seconds Customer.io would wait after it; None if it is the last one."""

    at: float
    result: Result
    wait: float | None = None


@dataclass(slots=True)
class WebhookCall:
    """One event for one webhook.

    `state` is waiting until the application answers with a 2xx status (accepted), or seven days of waiting are over
    (given up). `event` is what is posted; `fault` is the fault that was asked for.
    """

    number: int
    webhook: int
    endpoint: str
    name: str
    event: Mapping[str, Any]
    body: bytes
    delivery: str = ""
    fault: str | None = None
    once: bool = False
    state: State = "waiting"
    attempts: list[WebhookAttempt] = field(default_factory=list)

    @property
    def status(self) -> int | None:
        """The status of the last answer."""
        return self.attempts[-1].result.status if self.attempts else None

    @property
    def problem(self) -> str:
        """Why the last attempt drew no answer."""
        return self.attempts[-1].result.text if self.attempts else ""

    def note(self, at: float, result: Result) -> float | None:
        """Add an attempt. Returns the seconds to wait before the next one, or None if there is none."""
        waited = sum(each.wait or 0 for each in self.attempts)
        again = not (result.accepted or self.once)
        wait = wait_before_retry(result, len(self.attempts) + 1, waited) if again else None
        self.attempts.append(WebhookAttempt(at, result, wait))
        if wait is None:
            self.state = "accepted" if result.accepted else "given up"
        return wait


class CallQueue:
    """Calls, oldest first. It is bounded in number and in the size of all bodies: the oldest go."""

    def __init__(self, most: int, calls: Iterable[WebhookCall] = (), max_weight: int = MAX_WEIGHT) -> None:
        self._calls: deque[WebhookCall] = deque()
        self._weight = 0
        self._most = most
        self._max_weight = max_weight
        for each in calls:
            self.append(each)

    def __iter__(self) -> Iterator[WebhookCall]:
        return iter(self._calls)

    def __len__(self) -> int:
        return len(self._calls)

    @property
    def first(self) -> WebhookCall | None:
        """The oldest call; None if there is none."""
        return self._calls[0] if self._calls else None

    def append(self, call: WebhookCall) -> None:
        """Add a call."""
        self._calls.append(call)
        self._weight += len(call.body)
        while len(self) > self._most or (self._weight > self._max_weight and len(self) > 1):
            self.remove_first()

    def remove_first(self) -> None:
        """Remove the oldest call."""
        self._weight -= len(self._calls.popleft().body)

    def clear(self) -> None:
        """Remove all calls."""
        self._calls.clear()
        self._weight = 0

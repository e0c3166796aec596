"""What a sandbox received, newest last. Bounded: the oldest goes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytest_customerio.core.model import Violation

MOST = 2000


@dataclass(frozen=True, slots=True)
class Received:
    """One request and what became of it. `payload` is the parsed body, or its text where it is no JSON."""

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


class Log:
    """The last requests. `number` is that of the last one; it never goes back."""

    def __init__(self, number: int = 0) -> None:
        self._kept: deque[Received] = deque(maxlen=MOST)
        self.number = number

    def __iter__(self) -> Iterator[Received]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, received: Received) -> None:
        """Keep one; its number is the next."""
        self.number = received.number
        self._kept.append(received)

    def since(self, number: int) -> list[Received]:
        """Those after this number, oldest first."""
        found = []
        for each in reversed(self._kept):
            if each.number <= number:
                break
            found.append(each)
        return found[::-1]

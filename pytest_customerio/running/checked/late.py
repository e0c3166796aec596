"""Requests that left after their test was over: its verdict is final by then, so they are reported by themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_customerio.core.model import Interaction, PendingInteraction
from pytest_customerio.judging.ledger import operation_name

if TYPE_CHECKING:
    from pytest_customerio.running.checked.checked import CheckedTest


@dataclass(slots=True)
class Late:
    """What one test sent after it was over: how often, by operation and call site."""

    test: CheckedTest
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, interaction: Interaction) -> None:
        """Count one request."""
        self.requests[operation_name(interaction.operation), interaction.sent_from or ""] += 1


class LateRequests:
    """The late requests of all tests of a session; `identified` gives an interaction with its operation."""

    def __init__(self, identified: Callable[[Interaction], Interaction]) -> None:
        self._identified = identified
        self._tests: dict[int, Late] = {}

    def note(self, test: CheckedTest, pending: PendingInteraction) -> None:
        """A request left after its test was over."""
        self._tests.setdefault(id(test), Late(test)).note(self._identified(pending.frozen()))

    def __iter__(self) -> Iterator[Late]:
        return iter(self._tests.values())

"""Requests that left after their test was over: its verdict is final by then, so they are reported by themselves."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_customerio.core.model import Interaction
from pytest_customerio.judging.ledger import operation_name

if TYPE_CHECKING:
    from pytest_customerio.running.test.test import CheckedTest


@dataclass(slots=True)
class Late:
    """What one test sent after it was over: how often, by operation and call site."""

    test: CheckedTest
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self, interaction: Interaction) -> None:
        """Count one request."""
        self.requests[operation_name(interaction.operation), interaction.sent_from or ""] += 1

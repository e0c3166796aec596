"""What was heard and judged in one test: bounded, however many requests the test sends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pytest_customerio.core.model import Interaction, Operation, Violation
from pytest_customerio.core.settings import Allowance

# Interactions kept unjudged before a batch of them is judged and forgotten: memory stays flat in a test that sends
# 100 000.
BATCH = 500
# Bytes of bodies kept unjudged, for the same reason.
HELD = 16 * 1024 * 1024
# Different broken promises kept per operation and severity.
KINDS = 50


@dataclass(slots=True)
class Finding:
    """One kind of violation and how often it was seen, with the first request that showed it."""

    violation: Violation
    interaction: Interaction
    count: int = 1


@dataclass(slots=True)
class Tally:
    """What one test sent to one operation; `full` where more was wrong than is kept."""

    operation: str
    requests: int = 0
    attempts: int = 0
    findings: dict[tuple[str, str, str | None], Finding] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    full: bool = False

    def add(self, interaction: Interaction, violations: Iterable[Violation]) -> None:
        """Count one interaction and what is wrong with it."""
        self.requests += 1
        self.attempts += max(1, interaction.attempts)
        for violation in violations:
            key = (violation.rule, violation.where, violation.sent_from)
            if key in self.findings:
                self.findings[key].count += 1
            elif self.kinds.get(violation.severity, 0) < KINDS:
                self.findings[key] = Finding(violation, interaction)
                self.kinds[violation.severity] = self.kinds.get(violation.severity, 0) + 1
            else:
                self.full = True


class Record:
    """One test: what it sent, judged in batches by `judge`; `keep` holds on to every interaction for `cio.sent`."""

    def __init__(
        self,
        nodeid: str,
        judge: Callable[[Interaction], list[Violation]],
        allow: Sequence[Allowance] = (),
        *,
        keep: bool = False,
    ) -> None:
        self.nodeid = nodeid
        self.allow = allow
        self.keep = keep
        self.tallies: dict[str, Tally] = {}
        self.heard = 0
        self._judge = judge
        self._open: list[Interaction] = []
        self._sent: list[Interaction] = []
        self._held = 0
        self._hearing = threading.Lock()
        self._settling = threading.Lock()

    @property
    def sent(self) -> tuple[Interaction, ...]:
        """Every interaction so far, in order of completion; only with `keep`."""
        return tuple(self._sent)

    def hear(self, interaction: Interaction) -> None:
        """Remember one finished interaction."""
        with self._hearing:
            self.heard += 1
            if self.keep:
                self._sent.append(interaction)
            self._open.append(interaction)
            self._held += len(interaction.body or b"")
            full = len(self._open) >= BATCH or self._held >= HELD
        if full:
            self.settle()

    def settle(self) -> None:
        """Judge what is not judged yet; others go on sending meanwhile."""
        with self._settling:
            with self._hearing:
                batch, self._open, self._held = self._open, [], 0
            for interaction in batch:
                self._add(interaction)

    def allowed(self, violation: Violation) -> bool:
        """Whether a mark or the ini allows this violation."""
        return any(allowance.covers(violation) for allowance in self.allow)

    def _add(self, interaction: Interaction) -> None:
        violations = [one for one in self._judge(interaction) if not self.allowed(one)]
        name = operation_name(interaction.operation)
        self.tallies.setdefault(name, Tally(name)).add(interaction, violations)
        if not self.keep:
            interaction.body = None  # judged; a finding needs the rest only


def operation_name(operation: Operation | None) -> str:
    """The id of an operation, also where the request is none."""
    return operation.id if operation else "unknown"

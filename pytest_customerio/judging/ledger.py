"""What one test sent and what is wrong with it. Memory is bounded, however many requests the test sends."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.allowances import Allowance
from pytest_customerio.core.baseline import Draws
from pytest_customerio.core.model import Interaction, PendingInteraction, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.judging.written_leaks import Carried

# The number of interactions that are held before they are judged and dropped, and the number of bytes of their bodies.
BATCH = 500
HELD = 16 * 1024 * 1024
# The number of different violations that are kept for one operation and severity.
KINDS = 50
# The number of call sites that are kept for one operation.
SITES = 50
# The number of requests of one operation that are noted for a report.
NOTED = 5
# The number of requests of one test whose credentials and addresses are looked for in what it wrote.
CARRIED = 100


@dataclass(slots=True)
class Occurrence:
    """One violation, how often it was seen, and the first interaction that showed it, without its body."""

    violation: Violation
    interaction: Interaction
    count: int = 1


@dataclass(slots=True)
class Tally:
    """What one test sent to one operation. `full` says that there were more violations than are kept. `noted` are
    requests as a report shows them: the first of each call site, and those that broke a rule.
    """

    operation: str
    requests: int = 0
    attempts: int = 0
    occurrences: dict[tuple[str, str, str | None], Occurrence] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    full: bool = False
    call_sites: dict[str, None] = field(default_factory=dict)
    noted: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, interaction: Interaction, violations: Iterable[Violation]) -> None:
        """Count one interaction and its violations."""
        self.requests += 1
        self.attempts += max(1, interaction.attempts)
        # A call that never became a request has no address, and no error can meet it.
        if interaction.sent_from and interaction.url and len(self.call_sites) < SITES:
            self.call_sites[interaction.sent_from] = None
        for violation in violations:
            self.count(violation, interaction)

    def count(self, violation: Violation, interaction: Interaction) -> None:
        """Count one violation."""
        key = (violation.rule, violation.where, violation.sent_from)
        kind = "allowed" if violation.allowed else "known" if violation.known else violation.severity
        if key in self.occurrences:
            self.occurrences[key].count += 1
        elif self.kinds.get(kind, 0) < KINDS:
            self.occurrences[key] = Occurrence(violation, replace(interaction, body=None))
            self.kinds[kind] = self.kinds.get(kind, 0) + 1
        else:
            self.full = self.full or not violation.excused


class Record:
    """What one test sent. `judge` judges it in batches; with `keep` every interaction is kept for `cio.sent`.

    `carry` says what a request carried that must not show; `carried` is that of the first requests. `unjudged` are the
    requests in whose judging an error of ours was raised, with that error. `case` is the error case that the test runs
    in. `needed` are the allowances that covered a violation, as they were given. `note` gives a request as a report
    shows it; without it none is noted. `draws` are the violations as the baseline of the run sees them, if it has one.
    """

    def __init__(
        self,
        nodeid: str,
        judge: Callable[[Interaction], Judged],
        allow: Sequence[Allowance] = (),
        *,
        keep: bool = False,
        carry: Callable[[Interaction, Operation | None], Carried | None] = lambda *_: None,
        case: str | None = None,
        note: Callable[[Interaction, Operation | None], Mapping[str, Any]] | None = None,
        draws: Draws | None = None,
    ) -> None:
        self.nodeid = nodeid
        self.allow = allow
        self.case = case
        self.draws = draws
        self.needed: set[str] = set()
        self.keep = keep
        self.tallies: dict[str, Tally] = {}
        self.heard = 0
        self.carried: list[Carried] = []
        self.unjudged: list[tuple[Interaction, Exception]] = []
        self._carry = carry
        self._note = note
        self._judge = judge
        self._open: list[PendingInteraction] = []
        self._sent: list[PendingInteraction] = []
        self._postponed: list[PendingInteraction] = []
        self._held = 0
        self._violated = False
        self._hearing = threading.Lock()
        # Reentrant: judging may run a finaliser of the application's that sends a request.
        self._settling = threading.RLock()

    @property
    def sent(self) -> tuple[Interaction, ...]:
        """Every interaction so far as it is known now, in order of completion; only with `keep`."""
        return tuple(pending.frozen() for pending in self._sent)

    @property
    def is_quiet(self) -> bool:
        """Whether all that was heard is judged, and nothing is wrong with it."""
        return not (self._open or self._postponed or self._violated or self.carried or self.unjudged)

    def hear(self, pending: PendingInteraction) -> None:
        """Remember one request that was heard. Its client may still fill in the status.

        This runs inside the application's call, and raises nothing: what cannot be judged now is judged in `settle`.
        """
        with self._hearing:
            self.heard += 1
            if self.keep:
                self._sent.append(pending)
            self._open.append(pending)
            self._held += len(pending.body or b"")
            full = len(self._open) >= BATCH or self._held >= HELD
        if full:
            self._settle(self._postpone)

    def hear_judged(self, interaction: Interaction, judged: Judged) -> None:
        """Remember what was judged elsewhere: a call that never became a request, or what another process has sent."""
        with self._hearing:
            self.heard += 1
        with self._settling:
            self._add(interaction, judged)

    def violated(self, operation: Operation | None) -> set[tuple[str, str]]:
        """The rule and the place of each violation in calls of an operation so far."""
        tally = self.tallies.get(operation_name(operation))
        return {(rule, where) for rule, where, _ in tally.occurrences} if tally is not None else set()

    def add(self, interaction: Interaction, violation: Violation) -> None:
        """Add a violation to those of a request that was judged before."""
        with self._settling:
            self._violated = True
            name = operation_name(interaction.operation)
            self.tallies.setdefault(name, Tally(name)).count(self.marked(violation, name, self.case), interaction)

    def settle(self) -> None:
        """Judge what is not judged yet. Other threads may go on sending meanwhile."""
        if not (self._open or self._postponed):
            return
        with self._hearing:
            self._open, self._postponed = [*self._postponed, *self._open], []
        self._settle(self._give_up)

    def _settle(self, failed: Callable[[PendingInteraction, Exception], None]) -> None:
        with self._settling:
            with self._hearing:
                batch, self._open, self._held = self._open, [], 0
            for pending in batch:
                try:
                    interaction = pending.frozen()
                    self._add(interaction, self._judge(interaction))
                except Exception as error:  # any error of ours, such as one of recursion deep inside the application
                    failed(pending, error)

    def _give_up(self, pending: PendingInteraction, error: Exception) -> None:
        if len(self.unjudged) < KINDS:
            self.unjudged.append((pending.frozen(), error))

    def _postpone(self, pending: PendingInteraction, _: Exception) -> None:
        if len(self._postponed) < BATCH:
            self._postponed.append(pending)

    def marked(self, violation: Violation, operation: str, case: str | None) -> Violation:
        """The violation, with the reason if a mark or the ini allows it in this case, or the baseline knows it."""
        covering = [one for one in self.allow if one.covers(violation, operation, case)]
        self.needed.update(one.given for one in covering)
        if covering:
            return violation._replace(allowed=covering[0].reason)
        known = self.draws.reason(violation, operation, case) if self.draws is not None else ""
        return violation._replace(known=known) if known else violation

    def _add(self, interaction: Interaction, judged: Judged) -> None:
        name = operation_name(judged.operation)
        tally = self.tallies.get(name)
        if tally is None:
            tally = self.tallies[name] = Tally(name)
        violations = [self.marked(one, name, self.case) for one in judged.violations] if judged.violations else ()
        self._violated = self._violated or bool(violations)
        carried = self._carry(interaction, judged.operation) if len(self.carried) < CARRIED else None
        new = bool(violations) or interaction.sent_from not in tally.call_sites
        if self._note is not None and new and len(tally.noted) < NOTED:
            tally.noted.append(self._note(interaction, judged.operation))
        tally.add(replace(interaction, operation=judged.operation) if violations else interaction, violations)
        if carried is not None:
            self.carried.append(carried)


def operation_name(operation: Operation | None) -> str:
    """The id of an operation, or `unknown` where the request is none."""
    return operation.id if operation else "unknown"

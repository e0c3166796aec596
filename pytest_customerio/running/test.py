"""One test while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.clients.mocks.notes import Notes
from pytest_customerio.core.model import ErrorCase, Interaction
from pytest_customerio.core.settings import Allowance, ErrorsMark, SettingsError
from pytest_customerio.judging.ledger import Record
from pytest_customerio.replay.replay import Replay
from pytest_customerio.reporting.messages import Handled
from pytest_customerio.running.case_selection import CaseSelection

if TYPE_CHECKING:
    from pytest_customerio.tools.record.tape import Tape

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


@dataclass(frozen=True, slots=True)
class Plan:
    """How one test is to be treated: whether it is checked at all, what it may break, and the case it runs in."""

    nodeid: str
    checked: bool = False
    allow: tuple[Allowance, ...] = ()
    errors: ErrorsMark | None = None
    case: str | None = None
    keep: bool = False


class Court(Protocol):
    """What a trial needs of its session."""

    cassettes: Cassettes
    selection: CaseSelection
    raises_class: type | None

    def record(self, plan: Plan) -> Record: ...
    def identify(self, interaction: Interaction) -> None: ...
    def note_late(self, test: CheckedTest, interaction: Interaction) -> None: ...


@dataclass(slots=True)
class CheckedTest:
    """One test while it runs: what it sent, and the case at work."""

    session: Court
    plan: Plan
    record: Record
    replay: Replay | None = None
    latest_replay: Replay | None = None
    unjudged: list[Replay] = field(default_factory=list)
    heard_before: int = 0
    judged: int = 0
    refused: list[str] = field(default_factory=list)
    handled: list[Handled] = field(default_factory=list)
    told: set[tuple[str, str, str | None]] = field(default_factory=set)
    over: bool = False
    tape: Tape | None = None
    passed: bool = False
    mocked: Notes = field(default_factory=Notes)

    def hear(self, interaction: Interaction) -> None:
        """Remember one finished request; one that left after the test is told at the end of the run."""
        if self.over:
            self.session.note_late(self, interaction)
        self.record.hear(interaction)

    def close(self) -> None:
        """The test is over and told: what is heard from here on is late."""
        self.leave_replay(None)
        if self.latest_replay is not None:
            self.latest_replay.clock.heal()
        self.over, self.record, self.handled = True, self.session.record(self.plan), []

    def declared(self, raised: BaseException) -> bool:
        """Whether the test said that the error at work makes it raise this."""
        return any(one.observation.raised is raised and one.observation.declared for one in self.handled)

    def sent(self) -> Sequence[Interaction]:
        """What was sent so far, each with its operation."""
        for interaction in self.record.sent:
            self.session.identify(interaction)
        return self.record.sent

    def start_replay(self, case: str, *, times: int | None, **mark: object) -> None:
        """Begin to replay one case by its id, family or status."""
        if self.replay is not None:
            raise SettingsError(f"cio.replay({case!r}): a case is at work already; end it first, or leave out the mark")
        given = f"cio.replay({case!r})"
        if times is not None and (not isinstance(times, int) or times < 1):
            raise SettingsError(f"{given}: times={times!r}; accepted: 1 or more, or None for ever")
        errors = self.session.selection.errors_mark(given, (case,), mark)
        self.begin_replay(self.session.selection.one_case(given, case), errors, times=times, by_hand=given)

    def begin_replay(
        self, cases: Mapping[str, ErrorCase], mark: ErrorsMark, times: int | None = None, by_hand: str = ""
    ) -> None:
        """Put a case to work: answers, clock and watch."""
        self.heard_before = self.record.heard
        self.replay = self.latest_replay = Replay(
            cases,
            mark,
            variant=self.session.cassettes.variant,
            times=times,
            raises_class=self.session.raises_class,
            by_hand=by_hand,
        )
        self.unjudged.append(self.replay)
        self.replay.__enter__()

    def leave_replay(self, escaped: BaseException | None) -> None:
        """The test is done with the case at work, and goes on."""
        if self.replay is not None:
            self.replay.sent = self.record.heard - self.heard_before
            self.replay.leave(escaped)
            self.replay = None

    def drop_replays(self) -> None:
        """End all cases; nobody judges them."""
        self.leave_replay(None)
        self.unjudged.clear()

    def end_replays(self, raised: BaseException | None) -> list[Replay]:
        """The test is done: judge how each case was handled. Gives back those that no request met."""
        self.leave_replay(raised)
        over, self.unjudged = self.unjudged, []
        for replay in over:
            replay.told.ask_again()
        for one in (one for replay in over for one in replay.handled(raised)):
            kept = tuple(v for v in one.violations if not self.record.allowed(v))
            self.handled.append(replace(one, violations=kept))
        return [replay for replay in over if not replay.met]

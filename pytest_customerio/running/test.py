"""One test while it runs: its plan, what it sent, the cases that it replays, and what was reported of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.core.model import ErrorCase, Interaction, PendingInteraction
from pytest_customerio.core.settings import Allowance, ErrorsMark, SettingsError
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.judging.ledger import Occurrence, Record
from pytest_customerio.process.ownership import Ownership
from pytest_customerio.running.case_selection import CaseSelection

if TYPE_CHECKING:
    from pytest_customerio.cassettes.recording.playing import Recording
    from pytest_customerio.clients.mocks.notes import Notes
    from pytest_customerio.replay.replay import Replay
    from pytest_customerio.running.replayed_case import ReplayedCase

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Two violations of a test with the same key are the same one: rule, place in the payload, call site.
Key = tuple[str, str, str | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """How one test is to be treated: whether it is checked at all, what it may violate, and the case it runs in.

    With `keep` every interaction is remembered, for `cio.sent`.
    """

    nodeid: str
    checked: bool = False
    allow: tuple[Allowance, ...] = ()
    errors: ErrorsMark | None = None
    case: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class SessionParts:
    """What a test needs of its session.

    `raises_class` is the class behind `pytest.raises`. `note_late` is called for a request that left after its test.
    """

    cassettes: Cassettes
    selection: CaseSelection
    record: Callable[[Plan], Record]
    identified: Callable[[Interaction], Interaction]
    note_late: Callable[[CheckedTest, PendingInteraction], None]
    raises_class: type | None = None
    ownership: Ownership[CheckedTest] = field(default_factory=Ownership)


@dataclass(frozen=True, slots=True)
class Unreported:
    """What is wrong with a test and was not reported yet; `full` if more contracts were violated than are counted."""

    occurrences: tuple[Occurrence, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    refusals: tuple[str, ...] = ()
    full: bool = False


@dataclass(slots=True)
class Reported:
    """What was reported of a test: the violations by key, and how many judgements and refusals."""

    violations: set[Key] = field(default_factory=set)
    judgements: int = 0
    refusals: int = 0


@dataclass(slots=True)
class CheckedTest:
    """One test while it runs: what it sent, the case at work, and what mocks were called with, if any were."""

    session: SessionParts
    plan: Plan
    record: Record
    current: ReplayedCase | None = None
    latest: ReplayedCase | None = None
    unjudged: list[ReplayedCase] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    reported: Reported = field(default_factory=Reported)
    over: bool = False
    recording: Recording | None = None
    passed: bool = False
    mocked: Notes | None = None
    _sent: list[tuple[Interaction, Interaction]] = field(default_factory=list)

    @property
    def replay(self) -> Replay | None:
        """The replay at work."""
        return self.current.replay if self.current is not None else None

    @property
    def latest_replay(self) -> Replay | None:
        """The replay at work, or the last one: it still notes what is delivered after its end."""
        return self.latest.replay if self.latest is not None else None

    def hear(self, pending: PendingInteraction) -> None:
        """Remember one finished request; one that left after the test is reported at the end of the run."""
        if self.over:
            self.session.note_late(self, pending)
        self.record.hear(pending)

    def close(self) -> None:
        """The test is over and reported: what is heard from here on is late."""
        self.leave_replay(None)
        if self.latest is not None:
            self.latest.replay.observer.clock.heal()
        self.over, self.record = True, self.session.record(self.plan)
        self.judgements, self.reported.judgements = [], 0

    def declared(self, raised: BaseException) -> bool:
        """Whether the test declared that the error at work makes it raise this."""
        return any(one.observation.raised is raised and one.observation.declared for one in self.judgements)

    def mark_reported(self, news: Unreported) -> None:
        """Note that these were reported now: they are not reported again."""
        self.reported.violations.update(key_of(one) for one in news.occurrences)
        self.reported.judgements += len(news.judgements)
        self.reported.refusals += len(news.refusals)

    def sent(self) -> Sequence[Interaction]:
        """What was sent so far, each with its operation, which is looked for once unless the interaction changed."""
        known = self._sent
        self._sent = [
            known[at] if at < len(known) and known[at][0] == one else (one, self.session.identified(one))
            for at, one in enumerate(self.record.sent)
        ]
        return tuple(identified for _, identified in self._sent)

    def start_replay(self, case: str, *, times: int | None, **mark: object) -> None:
        """Begin to replay one case by its id, family or status."""
        if self.current is not None:
            raise SettingsError(f"cio.replay({case!r}): a case is at work already; end it first, or leave out the mark")
        given = f"cio.replay({case!r})"
        if times is not None and (not isinstance(times, int) or times < 1):
            raise SettingsError(f"{given}: times={times!r}; accepted: 1 or more, or None for ever")
        errors = self.session.selection.errors_mark(given, (case,), mark)
        self.begin_replay(self.session.selection.one_case(given, case), errors, times=times, name=given)

    def begin_replay(
        self, cases: Mapping[str, ErrorCase], mark: ErrorsMark, times: int | None = None, name: str = ""
    ) -> None:
        """Put a case to work: its answers, the virtual clock and the observer."""
        from pytest_customerio.replay.replay import Replay
        from pytest_customerio.running.replayed_case import ReplayedCase

        cassettes, raises_class = self.session.cassettes, self.session.raises_class
        variant, answers = cassettes.variant, cassettes.play
        ownership = self.session.ownership
        replay = Replay(
            cases,
            mark,
            variant=variant,
            answers=answers,
            times=times,
            raises_class=raises_class,
            flows=ownership.flows,
            serves=ownership.serves,
        )
        replay.__enter__()
        self.current = self.latest = ReplayedCase(replay, mark, name=name, heard_before=self.record.heard)
        self.unjudged.append(self.current)

    def leave_replay(self, escaped: BaseException | None) -> None:
        """The test is done with the case at work, and goes on."""
        if self.current is not None:
            self.current.leave(escaped, self.record.heard)
            self.current = None

    def drop_replays(self) -> None:
        """End all cases without judging them."""
        self.leave_replay(None)
        self.unjudged.clear()

    def end_replays(self, raised: BaseException | None) -> list[ReplayedCase]:
        """The test is done: judge how each case was handled. Returns the cases that no request met."""
        self.leave_replay(raised)
        ended, self.unjudged = self.unjudged, []
        for one in ended:
            one.replay.observer.statements.ask_again()
        for judgement in (judgement for one in ended for judgement in one.judgements(raised)):
            forbidden = tuple(each for each in judgement.violations if not self.record.allowed(each))
            self.judgements.append(replace(judgement, violations=forbidden))
        return [one for one in ended if not one.replay.met]


def key_of(occurrence: Occurrence) -> Key:
    """What makes this violation the same as another one of its test."""
    return (occurrence.violation.rule, occurrence.violation.where, occurrence.violation.sent_from)

"""One test while it runs: what it sent, the cases that it replays, and what was reported of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pytest_customerio.contract.contract import Judged
from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import Answer, ErrorCase, Interaction, PendingInteraction
from pytest_customerio.core.settings import SettingsError
from pytest_customerio.judging.ledger import Record
from pytest_customerio.reporting.sentences.answered import Answered
from pytest_customerio.reporting.sentences.messages import unjudged_text
from pytest_customerio.running.checked.replay_parts import ReplayParts
from pytest_customerio.running.checked.reported import Reported
from pytest_customerio.running.planning.case_selection import CaseSelection
from pytest_customerio.running.planning.plan import Plan

if TYPE_CHECKING:
    from pytest_customerio.cassettes.recording.playing import Recording
    from pytest_customerio.clients.bypass.places import Places
    from pytest_customerio.clients.mocks.notes.notes import Notes
    from pytest_customerio.judging.judgement import Judgement
    from pytest_customerio.replay.replay import Replay
    from pytest_customerio.running.checked.replayed_case import ReplayedCase

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# The most different answers that are remembered of one test.
ANSWERED = 50
_LATE = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionParts(ReplayParts):
    """What a test needs of its session.

    `note_late` is called for a request that left after its test. `places` are where mocks of clients may stand.
    """

    selection: CaseSelection
    record: Callable[[Plan], Record]
    identified: Callable[[Interaction], Interaction]
    note_late: Callable[[CheckedTest, PendingInteraction], None]
    places: Callable[[], Places]


@dataclass(slots=True)
class CheckedTest:
    """One test while it runs: what it sent, the case at work, and what mocks were called with, if any were.

    `elsewhere` returns what the sandbox of the test has judged since it was called last; of its violations those count
    that the test has not shown already. `used` is the client that a request to Customer.io was given to, also where the
    client refused to send it. `skipped` is why the case of the item could not be replayed. `values` gives what fixtures
    gave it.
    """

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
    skipped: str = ""
    mocked: Notes | None = None
    used: str = ""
    elsewhere: Callable[[], Iterable[tuple[Interaction, Judged]]] = tuple
    answered: dict[Answered, None] = field(default_factory=dict)
    values: Callable[[], Iterable[object]] = tuple
    _sent: list[tuple[Interaction, Interaction]] = field(default_factory=list)
    _reported_record: Record | None = None

    @property
    def replay(self) -> Replay | None:
        """The replay at work."""
        return self.current.replay if self.current is not None else None

    @property
    def is_waited_for(self) -> bool:
        """Whether all that the test started is to end: an error is replayed, or what the test sends is to be found."""
        return self.replay is not None or self.plan.unreported

    @property
    def latest_replay(self) -> Replay | None:
        """The replay at work, or the last one: it still notes what is delivered after its end."""
        return self.latest.replay if self.latest is not None else None

    @property
    def unnamed(self) -> str:
        """The operations that the mark names, where the test sends other ones only; else nothing."""
        named = self.plan.errors.operations if self.plan.errors is not None and not self.plan.key else ()
        return ", ".join(named) if self.record.tallies.keys().isdisjoint(named) else ""

    @property
    def is_quiet(self) -> bool:
        """Whether nothing can be wrong with the test so far: all that it sent is judged, if it sent anything."""
        watched = self.latest or self.mocked or self.refused or self.judgements or self.elsewhere is not tuple
        return not watched and self.record.is_quiet

    def hear(self, pending: PendingInteraction) -> None:
        """Remember one finished request; one that left after the test is reported at the end of the run."""
        if self.over:
            self._begin_late_record()
            self.session.note_late(self, pending)
        self.record.hear(pending)

    def _begin_late_record(self) -> None:
        """What leaves after the test is no part of what was reported."""
        with _LATE:
            if self._reported_record is self.record:
                self.record, self._reported_record = self.session.record(self.plan), None

    def settle(self) -> None:
        """Judge what was heard. A request that could not be judged is reported like one that was refused."""
        self.record.settle()
        for interaction, judged in self.elsewhere():
            known = self.record.violated(judged.operation)
            new = tuple(each for each in judged.violations if (each.rule, each.where) not in known)
            if new:
                self.record.hear_judged(interaction, judged._replace(violations=new))
        if not self.record.unjudged:
            return
        unjudged, self.record.unjudged = self.record.unjudged, []
        self.refused += [unjudged_text(interaction, error) for interaction, error in unjudged]

    def note_answer(self, operation: str, answer: Answer, why: str, sent_from: str | None) -> None:
        """Remember what a request was answered with; of many different ones, the first."""
        if len(self.answered) < ANSWERED:
            self.answered[Answered.of(operation, answer, why, sent_from)] = None

    def close(self) -> None:
        """The test is over and reported: what is heard from here on is late."""
        self.leave_replay(None)
        if self.latest is not None:
            self.latest.replay.observer.clock.heal()
        self.over, self._reported_record = True, self.record
        self.judgements, self.reported.judgements = [], 0
        self.mocked, self.used, self.elsewhere = None, "", tuple

    def declared(self, raised: BaseException) -> bool:
        """Whether the error at work may make the test raise this: it is declared, allowed, or in the baseline."""
        return any(one.observation.raised is raised and one.may_raise for one in self.judgements)

    def knows_nothing(self) -> None:
        """The test is expected to fail: the baseline knows none of its violations, and has none of them."""
        if self.record.draws is not None:  # pragma: no branch - called in a run with a baseline only
            self.record.draws.active = False

    @property
    def gone(self) -> str:
        """The operation that the item of a test with a `key` is for, if the test sends others, and this one no more."""
        heard = self.record.tallies
        return self.plan.operation if heard and self.plan.operation not in heard else ""

    def sent(self) -> Sequence[Interaction]:
        """What was sent so far, each with its operation, which is looked for once unless the interaction changed."""
        known = self._sent
        self._sent = [
            known[at] if at < len(known) and known[at][0] == one else (one, self.session.identified(one))
            for at, one in enumerate(self.record.sent)
        ]
        return tuple(identified for _, identified in self._sent)

    def start_replay(
        self, case: str, mistaken: Callable[[str], object] = str, *, times: int | None, **mark: object
    ) -> str:
        """Begin to replay one case by its id, family or status. Returns what is unclear, if anything.

        An argument that cannot be used raises `SettingsError`; `mistaken` is called with its text before.
        """
        given, selection = f"cio.replay({case!r})", self.session.selection
        if self.current is not None:
            raise SettingsError(f"{given}: a case is at work already; end it first, or leave out the mark")
        try:
            if times is not None and (type(times) is not int or times < 1):
                raise SettingsError(f"{given}: times={times!r}; accepted: 1 or more, or None for ever")
            errors = selection.errors_mark(given, (case,), mark)
            if errors.each:
                raise SettingsError(f'{given}: operations="each" is for the mark; name the operations')
            cases, *alternatives = selection.named_cases(given, case)
        except SettingsError as error:
            mistaken(str(error))
            raise
        self.begin_replay(cases, errors, times=times, name=given, alternatives=alternatives)
        return selection.unclear(given, case)

    def begin_replay(
        self,
        cases: Mapping[str, ErrorCase],
        mark: ErrorsMark,
        times: int | None = None,
        name: str = "",
        alternatives: Sequence[Mapping[str, ErrorCase]] = (),
    ) -> None:
        """Put a case to work, or the first of the alternatives that applies where it does not: its answers, the virtual
        clock and the observer.
        """
        from pytest_customerio.running.checked.replayed_case import ReplayedCase, new_replay

        replay = new_replay(self.session, cases, mark, times, alternatives)
        replay.observer.clock.test_code, replay.observer.clock.objects = self.plan.code, self.values()
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
        if self.latest is None:
            return []
        self.leave_replay(raised)
        ended, self.unjudged = self.unjudged, []
        for one in ended:
            one.replay.observer.statements.ask_again()
        for judgement in (judgement for one in ended for judgement in one.judgements(raised)):
            operation, case = judgement.operation, judgement.case.id
            marked = tuple(self.record.marked(each, operation, case) for each in judgement.violations)
            self.judgements.append(judgement._replace(violations=marked))
        return [one for one in ended if not one.replay.met]

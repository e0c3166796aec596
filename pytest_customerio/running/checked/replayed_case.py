"""A case that a test replays: the replay, and the judgement of what was observed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import ErrorCase, PendingInteraction
from pytest_customerio.judging.judgement import CaseJudge, Judgement
from pytest_customerio.judging.outcome import all_delivered
from pytest_customerio.replay.replay import Replay, Service
from pytest_customerio.running.checked.replay_parts import ReplayParts

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class ReplayedCase:
    """One replay of a test. `name` is how the test named the case (`cio.replay('429')`), or empty for a mark.

    `heard_before` is how many requests the test had sent when the replay began, `sent` how many it sent during it.
    """

    def __init__(self, replay: Replay, mark: ErrorsMark, *, name: str = "", heard_before: int = 0) -> None:
        self.replay = replay
        self.name = name
        self.sent = 0
        # What was sent during the replay and reached no answer of ours, and the adapter or transport that took it.
        self.unreached: list[tuple[PendingInteraction, object]] = []
        self._heard_before = heard_before
        self._wanted = mark.operations
        self._judge = CaseJudge(must_recover=mark.must_recover, best_effort=mark.best_effort)

    def applies(self, operation: str) -> bool:
        """Whether the case applies to this operation, and the test wants it there."""
        wanted = not self._wanted or operation in self._wanted
        return wanted and any(operation in one.operations for one in self.replay.cases)

    def note_unreached(self, interaction: PendingInteraction, engine: object) -> None:
        """A request ended, and none of its attempts reached our answers: something of the user's answered it."""
        self.unreached.append((interaction, engine))

    def leave(self, escaped: BaseException | None, heard: int) -> None:
        """End the replay; the test has sent `heard` requests, and its `with` block let out `escaped`."""
        self.sent = heard - self._heard_before
        self.replay.leave(escaped)

    def judgements(self, raised: BaseException | None = None) -> tuple[Judgement, ...]:
        """How the error was handled for each payload that met it; `raised` is what the test ended with."""
        return self._judge.judgements(self.replay.observations(raised))

    @property
    def delivered(self) -> bool:
        """Whether every payload that met the error was delivered later."""
        return all_delivered(self.replay.observations(None))


def new_replay(
    session: ReplayParts,
    cases: Mapping[str, ErrorCase],
    mark: ErrorsMark,
    times: int | None,
    alternatives: Sequence[Mapping[str, ErrorCase]],
) -> Replay:
    """A replay of a case, or of the first of the alternatives that applies where it does not, in this session."""
    return Replay(
        cases,
        mark,
        alternatives=alternatives,
        service=Service(session.region, session.cassettes.unauthorized),
        variant=session.cassettes.variant,
        answers=session.cassettes.play,
        times=times,
        raises_class=session.raises_class,
        is_project=session.is_project,
        flows=session.ownership.flows,
        serves=session.ownership.serves,
    )

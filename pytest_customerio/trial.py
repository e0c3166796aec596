"""One test while it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pytest_customerio.ledger import Record
from pytest_customerio.messages import Handled
from pytest_customerio.model import ErrorCase, Interaction
from pytest_customerio.replay import Replay
from pytest_customerio.settings import Allowance, ErrorsMark, SettingsError

if TYPE_CHECKING:
    from pytest_customerio.session import Session


@dataclass(frozen=True, slots=True)
class Plan:
    """How one test is to be treated: whether it is checked at all, what it may break, and the case it runs in."""

    nodeid: str
    checked: bool = False
    allow: tuple[Allowance, ...] = ()
    errors: ErrorsMark | None = None
    case: str | None = None
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What becomes of a test: the text it fails with, the reason it is skipped for, or neither."""

    text: str = ""
    skip: str = ""


@dataclass(slots=True)
class Trial:
    """One test while it runs: what it sent, and the case at work."""

    session: Session
    plan: Plan
    record: Record
    replay: Replay | None = None
    latest_replay: Replay | None = None
    refused: list[str] = field(default_factory=list)
    handled: list[Handled] = field(default_factory=list)
    told: set[tuple[str, str, str | None]] = field(default_factory=set)

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
        errors = self.session.errors_mark(self.plan.nodeid, (case,), mark)
        self.begin_replay(self.session.one_case(case, times=times), errors, times=times)

    def begin_replay(self, cases: Mapping[str, ErrorCase], mark: ErrorsMark, times: int | None = None) -> None:
        """Put a case to work: answers, clock and watch."""
        self.replay = self.latest_replay = Replay(
            cases,
            mark,
            variant=self.session.cassettes.variant,
            times=times,
            raises_class=self.session.raises_class,
        )
        self.replay.__enter__()

    def end_replay(self, raised: BaseException | None) -> None:
        """End the case at work, if any, and judge how it was handled."""
        if self.replay is None:
            return
        replay, self.replay = self.replay, None
        replay.__exit__(None, None, None)
        for one in replay.handled(raised):
            kept = tuple(v for v in one.violations if not self.record.allowed(v))
            self.handled.append(replace(one, violations=kept))

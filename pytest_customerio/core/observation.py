"""What an application did while an error case was replayed: its attempts, what they said, its logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pytest_customerio.core.model import ErrorCase


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that a request says: the call itself, or one item of a batch.

    `identity` is the same in each attempt; `anew` are the members that an attempt may have made anew, as `(path,
    value)`. `likeness` is what stays the same when its payload is repaired. `twice` says what a second copy does: a
    second `send`, a second `event`, or nothing. `keyed` tells whether a dedupe id keeps it from that, `rejected`
    whether the answer refused this item alone.
    """

    identity: str
    anew: tuple[tuple[str, str], ...] = ()
    likeness: frozenset[str] = frozenset()
    twice: Literal["send", "event", ""] = ""
    keyed: bool = False
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a logical request while a case was replayed. `at` is virtual seconds since the case began.

    `identity` is the whole request's; `messages` is what it says, one for a call, several for a batch. `met` tells
    whether it was answered with the case's error; None leaves that to its status and fault.
    """

    identity: str
    operation: str
    at: float
    status: int | None
    fault: str | None
    draining: bool = False
    messages: tuple[Message, ...] = ()
    met: bool | None = None

    @property
    def said(self) -> tuple[str, ...]:
        """The identities of its messages."""
        return tuple(message.identity for message in self.messages) or (self.identity,)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One log record: rendered text including any traceback, its level and logger name."""

    text: str
    level: str
    logger: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What the application did while a case was replayed.

    `attempts` are all attempts on the wire, in order; `failed` is the first one that met the case's answer. `waits`
    are the seconds slept, in order. `raised` is what the test let out (`declared` tells whether `raises=` names it).
    `reported` and `pending` are what the test said through `cio`. `secrets` are the credentials the requests carried,
    `personal` what they said about people, `warned` the text of warnings. `endless` tells whether a request had no
    timeout. `blind` says which leak check could not see its canary, `hidden_waits` why the waits could not be seen, if
    so, and `task` how the Celery task ended in which the error was met.
    """

    case: ErrorCase
    attempts: Sequence[Attempt] = ()
    waits: Sequence[float] = ()
    logs: Sequence[LogLine] = ()
    output: str = ""
    warned: str = ""
    raised: BaseException | None = None
    declared: bool = False
    pending: bool = False
    reported: bool = False
    reported_falsy: bool = False
    secrets: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    endless: bool = False
    blind: tuple[str, ...] = ()
    hidden_waits: str = ""
    sent_from: str | None = None
    task: str = ""

    @property
    def failed(self) -> Attempt | None:
        """The first attempt that met the case's answer."""
        return next((attempt for attempt in self.attempts if self.met(attempt)), None)

    def met(self, attempt: Attempt) -> bool:
        """Whether an attempt was answered with the case's error."""
        if attempt.met is not None:
            return attempt.met
        return (attempt.status, attempt.fault) == (self.case.answer.status or None, self.case.answer.fault)

"""What an application did while an error case was replayed: its attempts, their messages, its logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pytest_customerio.core.model import ErrorCase


class Message(NamedTuple):
    """The content of one call, or of one item of a batch.

    `identity` is the same in each attempt. `anew` are members that an attempt may have made anew, as `(path, value)`.
    `likeness` is what stays the same when the payload is repaired. `twice` says what a second copy causes: a second
    `send`, a second `event`, or nothing. `keyed` says that a deduplication id prevents that. `rejected` says that the
    answer rejected this item. `chain` tells equal messages apart that several flows of work send, from 0.
    """

    identity: str
    anew: tuple[tuple[str, str], ...] = ()
    likeness: frozenset[str] = frozenset()
    twice: Literal["send", "event", ""] = ""
    keyed: bool = False
    rejected: bool = False
    chain: int = 0


class Workspace(NamedTuple):
    """Where a request goes: its host, whether that is one of Customer.io's regions, and the hash of its credentials.

    The credentials themselves are not here, because a failed assertion shows the values of an observation.
    """

    host: str = ""
    regional: bool = False
    credentials: int = 0

    def may_be(self, other: Workspace) -> bool:
        """Whether both may be one workspace, which has one region. A proxy may stand for any region."""
        elsewhere = self.regional and other.regional and self.host != other.host
        return self.credentials == other.credentials and not elsewhere


class Attempt(NamedTuple):
    """One attempt of a logical request while a case was replayed. `at` is virtual seconds since the case began.

    `identity` is that of the whole request. `messages` has one message for a call and several for a batch. `met`
    says whether the answer was the case's error; with None, status and fault decide. `retry_after` are the seconds
    that the answer asked to wait, if it was the error and asked for any. `reads` says that the call only asks for
    data, `deletes` that it is a DELETE. `draining` is the number of the run of `cio.drain` that made it, else 0.
    `workspace` is where it went. `flow` is the number of the flow of work that made it, if that is known; `slept`
    are the seconds that this flow had slept then, `waited` those that had passed while anybody waited. `expected`
    is the number of exceptions that the test had expected before (`pytest.raises`).
    """

    identity: str
    operation: str
    at: float
    status: int | None
    fault: str | None
    draining: int = 0
    messages: tuple[Message, ...] = ()
    met: bool | None = None
    retry_after: float | None = None
    reads: bool = False
    deletes: bool = False
    workspace: Workspace = Workspace()
    flow: int | None = None
    slept: float = 0.0
    waited: float = 0.0
    expected: int = 0

    @property
    def said(self) -> tuple[str, ...]:
        """The identities of its messages, else its own identity."""
        return tuple(message.identity for message in self.messages) or (self.identity,)


class LogLine(NamedTuple):
    """One log record: its text with any traceback, its level and the name of its logger.

    `own` says that the application wrote it: from a line of its own, or through a logger of its own. `early` says that
    it was written before the error was met. `extra` are the texts that came through `extra=`, by attribute; they are
    part of `text`.
    """

    text: str
    level: str
    logger: str
    own: bool = True
    early: bool = False
    extra: tuple[tuple[str, str], ...] = ()


class Observation(NamedTuple):
    """What the application did while a case was replayed.

    `attempts` are all attempts on the wire, and `waits` the seconds slept, in order. `raised` is the exception that
    left the test, `raised_at` the innermost line of the application in its traceback, `raised_in` the library that
    raised it, if one did; `unseen` are exceptions that nobody reads, and where they are. `declared` says whether
    `raises=` names it. `reported` and `pending` are what the test said through `cio`; `reported_falsy` says that
    `cio.reported` got a false value. `secrets` are the credentials in the requests, `personal` is what they said about
    people, `warned` is the text of warnings. `output` is what was printed, without what libraries print by themselves:
    `printed_by_libraries`, as (library, text). `reports` are the exceptions and messages that it gave to a library
    which tells an operator, as (library, what). `printed` says that the application itself wrote to stdout or stderr
    after the error was met; `printed_failure` that this was on stderr, at WARNING or above through a library for logs
    (`printed_by`), or while it handled an exception. `endless` says that a request had no timeout. `blind` names the
    leak checks that could not see their canary. `hidden_waits` says why the waits could not be seen, if so. `task` says
    how the Celery task ended in which the error occurred; `rerun` says that it asked to be run again, and was not run
    again yet. `unread` says that the answer was a 2xx with a useless body, which nobody tried to read. `repaired` is
    the attempt that delivered the payload in a repaired form. `met_at` are the call sites whose requests met the error,
    `sent_from` is the call site of the first request. `client` is the client that sent the payload, and `agent` its
    User-Agent header.
    """

    case: ErrorCase
    attempts: Sequence[Attempt] = ()
    waits: Sequence[float] = ()
    logs: Sequence[LogLine] = ()
    output: str = ""
    printed_by_libraries: tuple[tuple[str, str], ...] = ()
    reports: tuple[tuple[str, object], ...] = ()
    warned: str = ""
    printed: bool = False
    printed_failure: bool = False
    printed_by: str = ""
    raised: BaseException | None = None
    raised_at: str = ""
    raised_in: str = ""
    unseen: tuple[str, ...] = ()
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
    met_at: tuple[str, ...] = ()
    rerun: bool = False
    unread: bool = False
    repaired: Attempt | None = None
    client: str = ""
    agent: str = ""

    @property
    def failed(self) -> Attempt | None:
        """The first attempt that met the case's answer."""
        return next((attempt for attempt in self.attempts if self.met(attempt)), None)

    def met(self, attempt: Attempt) -> bool:
        """Whether an attempt was answered with the case's error."""
        if attempt.met is not None:
            return attempt.met
        return (attempt.status, attempt.fault) == (self.case.answer.status or None, self.case.answer.fault)

"""The nouns: plain values, no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
Outcome = Literal["recovered", "raised", "deferred", "reported", "lost"]
Source = Literal["recorded", "documented", "observed", "synthetic"]
# What an error case is: a status that says so, a fault of the network, a batch accepted in part (207), a payload that
# was dropped although the status is 2xx, a 2xx whose body is of no use, or another address to go to.
Kind = Literal["status", "fault", "partial", "dropped", "malformed", "redirect"]
# Whether Customer.io had taken the payload when it answered so.
Accepted = Literal["never", "perhaps", "surely", "partly"]

# Faults of the network by name: those that a client meets while it connects, then all.
CONNECT_FAULTS = ("connect-timeout", "connection-refused", "dns-failure", "tls-failure")
FAULTS = (*CONNECT_FAULTS, "connection-reset", "read-timeout", "truncated-body", "accepted-then-reset")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the Customer.io API.

    `id` is `<surface>.<name>`, as in `track.event`; its schema is `schemas/<surface>/<name>.json`.
    `path` is a template such as `/api/v1/customers/{identifier}/events`; `hosts` maps `us` and `eu` to host names.
    `auth` is `basic` (site id and Track API key), `bearer` (App API key), `write-key` (Pipelines) or `none`.
    `variant` holds the body members that tell operations on one path apart, as `{"type": "person", "action": "event"}`.
    """

    id: str
    surface: str
    method: str
    path: str
    hosts: Mapping[str, str]
    auth: str
    docs: str
    variant: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The part of the id behind the surface: `event` of `track.event`."""
        return self.id.partition(".")[2]

    @property
    def schema(self) -> str:
        """Where the contract stands, as shown to people: `schemas/track/event.json`."""
        return f"schemas/{self.surface}/{self.name}.json"


@dataclass(slots=True, repr=False)
class Interaction:
    """One request heard, as the application meant it.

    `headers` have lower-case names. `body` is what was handed to the client: bytes before any content decoding, or None
    where nothing was sent or the client never read it (`body_known` is False then, and the body is not judged).
    `sent_from` is `file:line in function` of the project, or None. `at` is the unix time when it was sent.
    `status` is the answer's status; `raised` the class name of what the client raised instead.
    """

    client: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    body_known: bool = True
    sent_from: str | None = None
    at: float = 0.0
    operation: Operation | None = None
    attempts: int = 0
    status: int | None = None
    raised: str | None = None
    timeout_set: bool | None = None

    def __repr__(self) -> str:
        """As a failed assertion shows it: without credentials and personal data."""
        name = self.operation.id if self.operation else "request"
        return f"<{name}: {self.method} {self.raised or self.status}, sent from {self.sent_from or 'outside'}>"


@dataclass(frozen=True, slots=True, repr=False)
class WireRequest:
    """One attempt, as it would have gone over the wire. `headers` have lower-case names; `body` is what was sent,
    still encoded.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back for one attempt: a response, or the network `fault` by name, as `connection-reset`.

    The status is 0 where a fault keeps the client from it. Of a `truncated-body` the headers and the body are what
    arrives before the connection breaks.
    """

    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fault: str | None = None

    @property
    def retry_after(self) -> float | None:
        """Seconds of the `Retry-After` header, if there is one in seconds."""
        for name, value in self.headers:
            if name.lower() == "retry-after" and value.isdigit():
                return float(value)
        return None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer or rule comes from: how sure (`source`), the public `evidence`, its ISO `date` and the
    `environment`.

    `note` says what the source alone does not: which part is documented, which is not.
    """

    source: Source
    evidence: tuple[str, ...] = ()
    date: str = ""
    environment: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One error that Customer.io or the network can answer.

    `id` reads `429-rate-limited-recovers`; `cassette` is the id without its mode. `mode` is `recovers` (`times`
    errors, then success), `persists` (the error for ever) or `once` (a permanent error). `operations` are the
    operation ids that it applies to; `family` is its column in the report (`400`, `401`, `429`, `5xx`, `network` …).
    `kind` is what sort of error it is, `accepted` whether the payload had been taken when it was answered so.
    """

    id: str
    cassette: str
    surface: str
    mode: Literal["recovers", "persists", "once"]
    answer: Answer
    retryable: bool
    operations: tuple[str, ...]
    family: str
    cause: str
    todo: str
    provenance: Provenance
    rules: tuple[str, ...] = ()
    times: int = 2
    kind: Kind = "status"
    accepted: Accepted = "perhaps"

    @property
    def retry_after(self) -> float | None:
        """Seconds of the first answer's `Retry-After`, if it has one in seconds."""
        return self.answer.retry_after


@dataclass(frozen=True, slots=True)
class Violation:
    """One promise not kept: expected `expected` at `where`, got `got`. Its texts hold no credential and no personal
    data.
    """

    rule: str
    severity: Severity
    where: str
    expected: str
    got: str
    hint: str = ""
    sent_from: str | None = None
    source: str = ""
    error: str = ""


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
    whether it was answered with the case's error; None leaves that to its status and fault. `retry_after` are the
    seconds that this answer asked to wait, if it is the error and asked for any.
    """

    identity: str
    operation: str
    at: float
    status: int | None
    fault: str | None
    draining: bool = False
    messages: tuple[Message, ...] = ()
    met: bool | None = None
    retry_after: float | None = None

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one test said about one operation, in one case or in none."""

    nodeid: str
    operation: str
    case: str | None = None
    outcome: Outcome | None = None
    attempts: int = 0
    waits: tuple[float, ...] = ()
    violations: tuple[Violation, ...] = ()

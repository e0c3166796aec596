"""The nouns: interactions, answers, error cases, violations and verdicts. Values without I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from pytest_customerio.core.http_dates import unix_time
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import Payload, decode

Severity = Literal["error", "warning", "info"]
Outcome = Literal["recovered", "raised", "deferred", "reported", "lost"]
Source = Literal["recorded", "documented", "observed", "synthetic"]
# What an error case is: a status of an error, a fault of the network, a batch that is accepted in part (207), a payload
# that is dropped although the status is 2xx, a 2xx whose body cannot be used, or a redirect.
Kind = Literal["status", "fault", "partial", "dropped", "malformed", "redirect"]
# Whether Customer.io had accepted the payload when it gave this answer.
Accepted = Literal["never", "perhaps", "surely", "partly"]

# Names of network faults: those that occur while a client connects, then all.
CONNECT_FAULTS = ("connect-timeout", "connection-refused", "dns-failure", "tls-failure")
FAULTS = (*CONNECT_FAULTS, "connection-reset", "read-timeout", "truncated-body", "accepted-then-reset")


class _HasBody:
    """A request or an answer, which has headers and a body."""

    headers: Mapping[str, str] | tuple[tuple[str, str], ...]
    body: bytes | None

    @cached_property
    def payload(self) -> Payload:
        """The decoded body. It is decoded once, when it is first asked for."""
        return decode(self.headers, self.body)


@dataclass(frozen=True, repr=False)
class Interaction(_HasBody):
    """One request that was heard, as the application meant it.

    `headers` have lower-case names. `body` is what was handed to the client, with its content encodings; None where
    nothing was sent. `body_known` is False where the client never read the body; it is not judged then.
    `sent_from` is `file:line in function` of the project, or None. `at` is the unix time when it was sent.
    `status` is the answer's status; `raised` is the name of the exception class that the client raised instead.
    `tls_verified` says whether the client checks the server's certificate; None where that is not known.
    `exempt` are rules that are not judged, because they are about a host or keys that are not the application's.
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
    tls_verified: bool | None = None
    exempt: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        """As a failed assertion shows it: without credentials and personal data."""
        name = self.operation.id if self.operation else "request"
        return f"<{name}: {self.method} {self.raised or self.status}, sent from {self.sent_from or 'outside'}>"


@dataclass(repr=False)
class PendingInteraction:
    """An `Interaction` that a client is still filling in; the fields are the same.

    It stays open until the test is judged: `http.client` learns the status after the request was heard.
    """

    client: str
    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    body_known: bool = True
    sent_from: str | None = None
    at: float = 0.0
    attempts: int = 0
    status: int | None = None
    raised: str | None = None
    timeout_set: bool | None = None
    tls_verified: bool | None = None
    exempt: frozenset[str] = frozenset()

    def frozen(self) -> Interaction:
        """The interaction as it is known now, without its operation."""
        made = object.__new__(Interaction)
        vars(made).update(vars(self))  # `__init__` of a frozen dataclass sets each field by a call of its own
        return made

    def __repr__(self) -> str:
        return repr(self.frozen())


@dataclass(frozen=True, repr=False)
class WireRequest(_HasBody):
    """One attempt as it would go over the wire. `headers` have lower-case names; `body` has its content encodings."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer(_HasBody):
    """What comes back for one attempt: a response, or a network `fault` by name, such as `connection-reset`.

    The status is 0 where the client gets no response because of the fault. For `truncated-body`, the headers and the
    body are what arrives before the connection breaks.
    """

    status: int = 0
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    fault: str | None = None

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks to wait, if it says so: a date counts from the answer's own `Date`."""
        return self.wait_from(None)

    def wait_from(self, now: float | None) -> float | None:
        """Seconds that `Retry-After` asks to wait, if it says so: a date counts from the answer's own `Date`, else from
        the unix time `now`.
        """
        now = next((unix_time(value) for value in self.header("date")), now)
        for value in map(str.strip, self.header("retry-after")):
            if value.isascii() and value.isdigit():
                return float(value)
            until = None if now is None else unix_time(value)
            if now is not None and until is not None:
                return max(0.0, until - now)
        return None

    def header(self, name: str) -> tuple[str, ...]:
        """The values of the headers with this name, which is lower case."""
        return tuple(value for known, value in self.headers if known.lower() == name)


class Provenance(NamedTuple):
    """Where an answer comes from: how sure it is (`source`), the public `evidence`, its ISO `date`, the `environment`.

    `note` says which parts are documented and which are not.
    """

    source: Source
    evidence: tuple[str, ...] = ()
    date: str = ""
    environment: str = ""
    note: str = ""


class ErrorCase(NamedTuple):
    """One error that Customer.io or the network can answer.

    `id` is such as `429-rate-limited-recovers`; `cassette` is the id without the mode. `mode` is `recovers` (`times`
    errors, then success), `persists` (the error each time) or `once` (a permanent error). `operations` are the ids of
    the operations that it applies to; `family` is its column in the report (`400`, `401`, `429`, `5xx`, `network` …).
    `cause` and `todo` are sentences for developers. `rules` are the rules whose violation draws the error. `accepted`
    says whether Customer.io had accepted the payload. `when` are the conditions under which a request of these
    operations can draw the error (`cassettes/conditions.py`), each with its source. `only_by_name` keeps the case out
    of its family, of its status and of marks without names: it is a variant of another case, or nothing that an
    application that reads no more than Customer.io documents has to handle.
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
    when: Mapping[str, str] = {}
    only_by_name: bool = False

    @property
    def retry_after(self) -> float | None:
        """Seconds that the first answer's `Retry-After` asks to wait, if it does."""
        return self.answer.retry_after


class Violation(NamedTuple):
    """One broken rule: `expected` was expected at `where`, and `got` was found.

    No text contains personal data or a credential. `hint` says what to do, `error` what Customer.io would answer, and
    `source` how sure that is. `allowed` is the reason for which a mark or the ini allows it, or empty. `known` is the
    reason for which the baseline knows it, or empty.
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
    allowed: str = ""
    known: str = ""

    @property
    def excused(self) -> bool:
        """Whether a mark, the ini or the baseline lets the test pass in spite of it."""
        return bool(self.allowed or self.known)


class Verdict(NamedTuple):
    """The result of one test for one operation: in one error case, or without a case.

    `call_sites` are the call sites from which the test sent the operation, in order, `met_at` those that met the error.
    """

    nodeid: str
    operation: str
    case: str | None = None
    outcome: Outcome | None = None
    attempts: int = 0
    waits: tuple[float, ...] = ()
    violations: tuple[Violation, ...] = ()
    call_sites: tuple[str, ...] = ()
    met_at: tuple[str, ...] = ()

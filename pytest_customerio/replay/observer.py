"""Observes the application while one case is replayed, and makes one `Observation` per payload that met the error."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from pytest_customerio.clients.queues.jobs import Jobs
from pytest_customerio.core.credentials import credentials
from pytest_customerio.core.model import Answer, ErrorCase, PendingInteraction, WireRequest
from pytest_customerio.core.observation import Attempt, Message, Observation, Workspace
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.personal import personal
from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.output.output import Watch
from pytest_customerio.process.ownership.flows import Flows
from pytest_customerio.replay.attempts import as_one_chain, distinguished, payloads
from pytest_customerio.replay.chains import Chains
from pytest_customerio.replay.identity import whole
from pytest_customerio.replay.raising import LetOut, Raising
from pytest_customerio.replay.rejections import marked
from pytest_customerio.replay.repairs import repair
from pytest_customerio.replay.statements import Statements

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# The most personal texts that are remembered. The texts of more people would find no further leak.
MOST_PERSONAL = 500
# The headers that say which workspace is meant: its key, or a key of the account with the number of the workspace.
CREDENTIALS = ("authorization", "x-workspace-id")


class Observer:
    """Collects attempts, waits, logs, output, exceptions, secrets and personal texts, and what the test states.

    `raises` are the exceptions that the test declares; `is_project` says whether a file is the application's. Not safe
    between threads: the replay holds a lock around `note`.
    """

    def __init__(
        self,
        raises: tuple[type[BaseException], ...] = (),
        raises_class: type | None = None,
        is_project: Callable[[str], bool] = bool,
        flows: Flows | None = None,
        serves: Callable[[], bool] = lambda: True,
    ) -> None:
        self.flows = flows or Flows()
        self.clock = Clock(serves, self.flows.current)
        self.watch = Watch(is_project)
        self.jobs = Jobs(self.clock.wait)
        self.raising = Raising(raises, raises_class, is_project, self._begin_part, self.jobs)
        self.statements = Statements()
        self.attempts: list[Attempt] = []
        self._chains, self._part = Chains(), 0
        self._calls: dict[str, list[PendingInteraction]] = {}
        self._met_at: dict[str, dict[str, None]] = {}
        self._counts = Counter[tuple[object, ...]]()
        self._failed: set[str] = set()
        self._secrets: dict[str, None] = {}
        self._personal: dict[str, None] = {}

    def start(self) -> None:
        """Make waiting virtual, and begin to watch flows of work, logs, output and exceptions."""
        self.flows.begin()
        self.clock.__enter__()
        self.watch.__enter__()
        self.raising.start()

    def stop(self) -> None:
        """Give time, logs and output back."""
        self.raising.stop()
        self.watch.__exit__(None, None, None)
        self.clock.__exit__(None, None, None)
        self.flows.end()

    def count(self, attempt: Attempt) -> tuple[int, int]:
        """How often this request was attempted in this run of `cio.drain`: with these ids and times, and with any."""
        return self._counts[_exactly(attempt)], self._counts[attempt.identity, attempt.draining]

    def numbered(
        self, operation: Operation, request: WireRequest, messages: tuple[Message, ...]
    ) -> tuple[Message, ...]:
        """The messages of an attempt that is made here, each with the number of its chain."""
        return self._chains.numbered(messages, self.flows.current(), self._part, workspace(operation, request))

    def note(
        self,
        operation: Operation,
        request: WireRequest,
        messages: tuple[Message, ...],
        answer: Answer,
        call: PendingInteraction | None,
        *,
        met: bool,
        timed: bool,
    ) -> Attempt:
        """Remember one attempt and its answer; `met` says that the answer is the error of the case.

        `call` is the request as a client's module heard it. With `timed` another timestamp makes another request.
        """
        said = marked(messages, answer)
        attempt = self._attempt(operation, request, said, answer, met=met, timed=timed)
        self.attempts.append(attempt)
        self._counts.update({_exactly(attempt): 1, (attempt.identity, attempt.draining): 1})
        if met:
            self._meet(attempt, answer, call)
        self._note_origin(operation, request, attempt.identity, call)
        return attempt

    def _attempt(
        self,
        operation: Operation,
        request: WireRequest,
        messages: tuple[Message, ...],
        answer: Answer,
        *,
        met: bool,
        timed: bool,
    ) -> Attempt:
        flow, clock, where = self.flows.current(), self.clock, workspace(operation, request)
        self._chains.note(messages, flow, self.flows.moment(), met=met, workspace=where, status=answer.status or None)
        return Attempt(
            whole(messages, timed=timed),
            operation.id,
            clock.now(),
            answer.status or None,
            answer.fault,
            self.statements.draining,
            messages,
            met=met,
            retry_after=answer.wait_from(time.time()) if met else None,
            reads=operation.method == "GET",
            deletes=request.method == "DELETE",
            workspace=where,
            flow=flow.number,
            slept=clock.slept(),
            waited=clock.waited(),
            expected=len(self.raising.exceptions.expected),
        )

    def _meet(self, attempt: Attempt, answer: Answer, call: PendingInteraction | None) -> None:
        """Note that the attempt met the error, and from which call site it was sent."""
        if not self.watch.error_met:
            self.clock.look_at_callers()
        self.watch.error_met = True
        self.raising.meet(answer.body)
        self._failed.update(one.identity for one in attempt.messages if one.rejected or answer.status != 207)
        if call is not None and call.sent_from:
            self._met_at.setdefault(attempt.identity, {})[call.sent_from] = None

    def note_late(self, messages: Iterable[Message]) -> None:
        """Note a request that was sent after the case ended: a payload that is delivered now counts as deferred."""
        if any(one.identity in self._failed for one in messages):
            self.statements.pending = True

    def observations(self, case: ErrorCase, raised: BaseException | None) -> list[Observation]:
        """One observation per payload that met the error of `case`; `raised` is what the test ended with.

        Leaks cannot be assigned to one payload, so the first observation alone holds what leak checks look for.
        """
        let_out = self.raising.let_out(raised, stated=self.statements.pending or self.statements.reported)
        common = self._common(case, let_out)
        attempts = tuple(self.attempts)
        partial = case.kind == "partial"
        groups = [tuple(distinguished(as_one_chain(attempts)))] if partial else payloads(attempts)
        seen = [self._of_payload(common, group, caught=let_out.caught) for group in groups]
        return [*seen[:1], *(one._replace(secrets=(), personal=(), blind=()) for one in seen[1:])]

    def _of_payload(self, common: Observation, attempts: tuple[Attempt, ...], *, caught: bool) -> Observation:
        identities = dict.fromkeys(attempt.identity for attempt in attempts)
        calls = [call for identity in identities for call in self._calls.get(identity, ())]
        endless = any(call.timeout_set is False for call in calls)
        met_at = tuple(dict.fromkeys(site for identity in identities for site in self._met_at.get(identity, ())))
        mended = repair(common.case, attempts, self.attempts)
        seen = common._replace(attempts=attempts, endless=endless, met_at=met_at, repaired=mended)
        # What the test expected, and caught, before the payload met the error at all was not raised for this payload.
        if caught and seen.failed is not None and seen.failed.expected == len(self.raising.exceptions.expected):
            seen = seen._replace(raised=None, raised_at="", raised_in="", declared=False)
        if not calls:
            return seen
        first = calls[0]
        return seen._replace(sent_from=first.sent_from, client=first.client, agent=first.headers.get("user-agent", ""))

    def _common(self, case: ErrorCase, let_out: LetOut) -> Observation:
        """What is the same for all payloads."""
        rerun = self.jobs.pending or let_out.asks_again
        return Observation(
            case=case,
            waits=tuple(self.clock.waits),
            logs=tuple(self.watch.logs),
            output=self.watch.output,
            printed_by_libraries=tuple(self.watch.printed_by_libraries.items()),
            reports=self.watch.reports,
            warned=self.watch.warned,
            printed=self.watch.printed,
            printed_failure=self.watch.printed_failure,
            printed_by=self.watch.printed_by,
            unread=case.kind == "malformed" and not self.raising.exceptions.unreadable,
            raised=let_out.error,
            raised_at=let_out.at,
            raised_in=let_out.library,
            unseen=self.raising.unseen.said,
            declared=let_out.declared,
            pending=self.statements.pending or rerun,
            rerun=rerun,
            reported=self.statements.reported,
            reported_falsy=self.statements.falsy and not self.statements.reported,
            secrets=tuple(self._secrets),
            personal=tuple(self._personal),
            blind=tuple(self.watch.blind),
            hidden_waits=self.clock.hidden,
            task=self.jobs.note,
        )

    def _begin_part(self) -> None:
        """A part of the test begins, such as a subtest: what it sends is no retry of what another part sent."""
        self._part += 1
        self.watch.listen()

    def _note_origin(
        self, operation: Operation, request: WireRequest, identity: str, call: PendingInteraction | None
    ) -> None:
        """Remember which call sent the attempt, and which texts of it must not leak."""
        self._secrets.update(dict.fromkeys(credentials(request.headers)))
        if identity not in self._calls and len(self._personal) < MOST_PERSONAL:
            self._personal.update(dict.fromkeys(personal(operation, request)))
        calls = self._calls.setdefault(identity, [])
        if call is not None and not any(call is one for one in calls):
            calls.append(call)


def _exactly(attempt: Attempt) -> tuple[object, ...]:
    return attempt.identity, attempt.draining, tuple(one.anew for one in attempt.messages)


def workspace(operation: Operation, request: WireRequest) -> Workspace:
    """Where a request of an operation goes."""
    host = urlsplit(request.url).hostname or ""
    sent = "\n".join(request.headers.get(name, "") for name in CREDENTIALS)
    return Workspace(host, host in operation.hosts.values(), hash(sent))

"""The requests between the application and Customer.io: notes them, and finds the answer to each attempt."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar, Token
from functools import partial
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Self

from pytest_customerio.cassettes.recording.playing import RecordingError
from pytest_customerio.clients import traffic as taps
from pytest_customerio.clients.bypass.leading import MockAnswersError, bypass
from pytest_customerio.clients.passthrough import is_recorded
from pytest_customerio.clients.sent import queued_at, watched
from pytest_customerio.clients.traffic import being_heard, heard_above
from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.core.model import CONNECT_FAULTS, Answer, PendingInteraction, WireRequest
from pytest_customerio.process.guard import RefusedError
from pytest_customerio.process.ownership.ownership import Ownership
from pytest_customerio.process.recognition import is_mock
from pytest_customerio.reporting.sentences.messages import RECORDS, REFUSED, UNANSWERED

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.clients.bypass.places import Places
    from pytest_customerio.clients.mocks.real_calls.unsent import Heard
    from pytest_customerio.contract.catalog.catalog import Catalog
    from pytest_customerio.running.checked.checked import CheckedTest

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class Hearing:
    """One request being heard, from the client's entry to its answer."""

    __slots__ = ("_places", "_test", "_token", "engine", "interaction", "over", "replayed")

    def __init__(self, test: CheckedTest, interaction: PendingInteraction) -> None:
        self._test = test
        self.interaction = interaction
        self.over = False
        # The adapter or transport that took the request, where it is not the client's own.
        self.engine: object = None
        # A case that is over still notes what is delivered later.
        self.replayed = test.latest is not None
        self._places: Places | None = None
        self._token: Token[taps.Hearing | None] | None = None

    def __enter__(self) -> Self:
        self._token = being_heard.set(self)
        if self.replayed:
            self._places = self._test.session.places()
            self._places.enter()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.over = True
        if self._places is not None:
            self._places.leave()
            refused = isinstance(error, ValueError | TypeError)
            if not (self.interaction.attempts or refused) and self._test.current is not None:
                self._test.current.note_unreached(self.interaction, self.engine)
        if self._token is not None:
            try:
                being_heard.reset(self._token)
            except ValueError:  # left in another context than it was entered in
                being_heard.set(None)
        if isinstance(error, MockAnswersError):  # the application gets the answer of its mock
            self.interaction.raised = None
        elif error is not None and self.interaction.raised is None:
            self.interaction.raised = type(error).__name__
        # A client that refuses what it was given, such as an impossible timeout, has sent nothing.
        if not isinstance(error, ValueError | TypeError) or self.interaction.attempts:
            if (call := watched.get()) is not None:
                call.note_sent()
                self.interaction.exempt = call.exempt
            self._test.hear(self.interaction)


class SessionTraffic:
    """Hears and answers the requests of the running test."""

    def __init__(
        self, catalog: Catalog, cassettes: Cassettes, sent_from: Callable[[], str | None], *, everywhere: bool = False
    ) -> None:
        self.ownership: Ownership[CheckedTest] = Ownership()
        self._everywhere = everywhere
        self.concerns = catalog.concerns
        self._catalog = catalog
        self._cassettes = cassettes
        self.sent_from = sent_from
        # While calls of mocks are made again: the variable that tells which call is made again in this context.
        self.unsent: ContextVar[Heard | None] | None = None

    def hear(self, client: str, method: str, url: str) -> taps.Hearing | None:
        """Begin to hear one request of a checked test; None if a client above is heard already."""
        if self.unsent is not None and (again := self.unsent.get()) is not None:
            return again.begin(client, method, url)
        above = being_heard.get()
        if above is not None and not above.over:
            return None
        test = self.ownership.current()
        if test is None or not test.plan.checked:
            return None
        test.used = client
        site = self.sent_from() or queued_at.get()
        return Hearing(test, PendingInteraction(client, method.upper(), url, sent_from=site, at=now()))

    def at_connect(self, host: str = "", port: int | None = None) -> bool:
        """Whether connections to this host break before they are made: the answer is asked for first then."""
        if self._catalog.closed(host, port):
            return True
        test = self.ownership.current()
        replay = test.replay if test is not None else None
        return replay is not None and any(case.answer.fault in CONNECT_FAULTS for case in replay.cases)

    def error_met(self) -> bool:
        """Whether a request of the running test met an error case."""
        test = self.ownership.current()
        return test is not None and test.latest_replay is not None and test.latest_replay.met

    def bypass(self) -> AbstractContextManager[None]:
        """Within, calls that a client prepares are led past mocks when they are sent, if a case is at work."""
        test = self.ownership.current()
        return nullcontext() if test is None or test.latest is None else test.session.places().led_past()

    def answer(self, request: WireRequest) -> Answer:
        """The error of the case at work, else the documented success of the operation, or a 404 without operation."""
        test = self.ownership.current()
        if is_recorded() or not self._answers(test):
            raise self.refusal(request_line(None, request.method, request.url))
        if test is None:  # a request while a module is imported or between tests: no test to judge
            match = self._catalog.match(request.method, request.url)
            return Answer(fault=match.address.fault) if match.address.fault else self._cassettes.answer(match)
        hearing = heard_above() or _cancelled(request)
        if hearing is not None:
            return self._answer(test, hearing, request)
        with Hearing(test, self._met(request)) as hearing:  # unheard so far: a method bound early, a redirect
            answer = self._answer(test, hearing, request)
            hearing.interaction.status = answer.status or None
            return answer

    def _met(self, request: WireRequest) -> PendingInteraction:
        method, body = request.method.upper(), request.body or None
        interaction = PendingInteraction("network", method, request.url, request.headers, body)
        interaction.sent_from, interaction.at = self.sent_from(), now()
        return interaction

    def _answer(self, test: CheckedTest, hearing: taps.Hearing, request: WireRequest) -> Answer:
        led, call = bypass.get(), hearing.interaction
        if led is None or not led.answering:
            call.attempts += 1
        replay = test.latest_replay  # one that is over still notes what is delivered later
        recorded = self._recorded(test, request) if replay is None else None
        match = self._catalog.match(request.method, request.url, request.payload.value if replay else None)
        operation, why = match.operation, "the success on file"
        if match.address.fault is not None:
            answer, why = Answer(fault=match.address.fault), "nothing answers at this port"
        elif recorded is not None:
            answer, why = recorded, "the test's recording"
        else:
            success: Callable[[], Answer] = partial(self._cassettes.answer, match)
            if led is not None:
                led.errors += 1
                note = partial(replay.note, operation, request, call=call) if operation and replay else None
                success = partial(led.success, success, note)
            if operation is None or replay is None:
                refused = replay.refusal(request, None) if replay is not None else None
                answer = refused or success()
            else:
                answer = replay.answer(operation, request, success, call)
            why = (replay.why(answer) if replay is not None else "") or why
        test.note_answer(operation.id if operation else "unknown", answer, why, call.sent_from)
        return answer

    def _recorded(self, test: CheckedTest, request: WireRequest) -> Answer | None:
        """The answer of the test's recording; a recording that cannot answer fails the test."""
        try:
            return test.recording.answer(request) if test.recording is not None else None
        except RecordingError as error:
            test.refused.append(str(error))
            raise RefusedError(str(error)) from None

    def refusal(self, request: str) -> RefusedError:
        """The exception for a request that may not be answered; the running test notes it."""
        test = self.ownership.current()
        unanswered = UNANSWERED if self._answers(test) else REFUSED
        text = (RECORDS if is_recorded() else unanswered).format(request=request)
        if test is not None:
            test.refused.append(text)
        return RefusedError(text)

    def _answers(self, test: CheckedTest | None) -> bool:
        """Whether requests are answered: in a checked test, and with --cio-contract between tests too."""
        return test.plan.checked if test is not None else self._everywhere


def _cancelled(request: WireRequest) -> taps.Hearing | None:
    """The hearing of a request that was cancelled, while a task of the client still writes that request."""
    hearing = being_heard.get()
    over = hearing is not None and hearing.interaction.raised == "CancelledError"
    return hearing if hearing is not None and over and hearing.interaction.method == request.method else None


def now() -> float:
    """The time as the application sees it; a mock of `time.time` is not called, because it may count its calls."""
    clock = time.time
    return clock() if type(clock) is BuiltinFunctionType or not is_mock(clock) else 0.0

"""The line between the application and Customer.io: who is heard, and who answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from json import loads
from typing import TYPE_CHECKING, Self

from pytest_customerio.clients.mocks.unsent import Heard, at_work, concerning
from pytest_customerio.clients.sent import note_sent
from pytest_customerio.core.model import CONNECT_FAULTS, Answer, Interaction, WireRequest
from pytest_customerio.core.redact import safe_url
from pytest_customerio.process.guard import RefusedError
from pytest_customerio.process.ownership import Ownership
from pytest_customerio.reporting.messages import REFUSED, UNANSWERED

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.clients.mocks.notes import Notes
    from pytest_customerio.contract.catalog import Catalog
    from pytest_customerio.running.test import CheckedTest

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_heard_above: ContextVar[Hearing | None] = ContextVar("cio_heard_above", default=None)


class Hearing:
    """One request being heard, from the client's entry to its answer."""

    __slots__ = ("_test", "_token", "interaction", "over")

    def __init__(self, test: CheckedTest, interaction: Interaction) -> None:
        self._test = test
        self.interaction = interaction
        self.over = False
        self._token: Token[Hearing | None] | None = None

    def __enter__(self) -> Self:
        self._token = _heard_above.set(self)
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self.over = True
        if self._token is not None:
            try:
                _heard_above.reset(self._token)
            except ValueError:  # left in another context than it was entered in
                _heard_above.set(None)
        if error is not None and self.interaction.raised is None:
            self.interaction.raised = type(error).__name__
        # A client that refuses what it was given, such as an impossible timeout, has sent nothing.
        if not (isinstance(error, (ValueError, TypeError)) and not self.interaction.attempts):
            note_sent()
            self._test.hear(self.interaction)


class SessionTraffic:
    """Hears and answers for whatever test is running."""

    def __init__(
        self, catalog: Catalog, cassettes: Cassettes, sent_from: Callable[[], str | None], *, everywhere: bool = False
    ) -> None:
        self.ownership: Ownership[CheckedTest] = Ownership()
        self._everywhere = everywhere
        self.concerns = concerning(catalog.concerns)
        self._catalog = catalog
        self._cassettes = cassettes
        self._sent_from = sent_from

    def hear(self, client: str, method: str, url: str) -> Hearing | Heard | None:
        """Begin to hear one request of a checked test; None beneath a client that is heard already."""
        if (again := at_work.get()) is not None:
            return again.begin(client, method, url)
        test = self.ownership.current()
        if test is None or not test.plan.checked or _heard() is not None:
            return None
        return Hearing(test, Interaction(client, method.upper(), url, sent_from=self._sent_from(), at=now()))

    def notes(self) -> Notes | None:
        """Where calls of mocks are noted: in the test at work, if it is checked."""
        test = self.ownership.current()
        checked = test is not None and test.plan.checked and not test.over and at_work.get() is None
        return test.mocked if test is not None and checked else None

    def replaying(self) -> bool:
        """Whether an error case is at work."""
        test = self.ownership.current()
        return test is not None and test.replay is not None

    def at_connect(self) -> bool:
        """Whether the case at work breaks connections before they are made: the answer is asked for first then."""
        test = self.ownership.current()
        replay = test.replay if test is not None else None
        return replay is not None and any(case.answer.fault in CONNECT_FAULTS for case in replay.cases.values())

    def answer(self, request: WireRequest) -> Answer:
        """The error of the case at work, else the operation's documented success; 404 where there is no such
        operation.
        """
        test = self.ownership.current()
        if not self._answers(test):
            raise self.refusal(safe_url(None, request.method, request.url))
        if test is None:  # a request of a module's import, or between tests: nobody's to judge
            return self._cassettes.answer(self._catalog.match(request.method, request.url))
        hearing = _heard() or _cancelled(request)
        if hearing is not None:
            return self._answer(test, hearing, request)
        with Hearing(test, self._met(request)) as hearing:  # around every tap: a method bound early, a redirect
            answer = self._answer(test, hearing, request)
            hearing.interaction.status = answer.status or None
            return answer

    def _met(self, request: WireRequest) -> Interaction:
        interaction = Interaction("network", request.method.upper(), request.url, request.headers, request.body or None)
        interaction.sent_from, interaction.at = self._sent_from(), now()
        return interaction

    def _answer(self, test: CheckedTest, hearing: Hearing, request: WireRequest) -> Answer:
        hearing.interaction.attempts += 1
        recorded = self._recorded(test, request) if test.tape is not None and test.latest_replay is None else None
        if recorded is not None:
            return recorded
        replay = test.latest_replay  # one that is over still hears what is delivered later
        match = self._catalog.match(request.method, request.url, _payload(request) if replay else None)
        operation = match.operation
        if operation is None or replay is None:
            return self._cassettes.answer(match)
        return replay.answer(operation, request, lambda: self._cassettes.answer(match), hearing.interaction)

    def _recorded(self, test: CheckedTest, request: WireRequest) -> Answer | None:
        """What the test's recording holds, or draws now; an error of it is the test's."""
        from pytest_customerio.tools.record.tape import TapeError

        try:
            return test.tape.answer(request) if test.tape is not None else None
        except TapeError as error:
            test.refused.append(str(error))
            raise RefusedError(str(error)) from None

    def refusal(self, request: str) -> RefusedError:
        """What is raised for a request that nobody may answer; the running test remembers it."""
        test = self.ownership.current()
        text = (UNANSWERED if self._answers(test) else REFUSED).format(request=request)
        if test is not None:
            test.refused.append(text)
        return RefusedError(text)

    def _answers(self, test: CheckedTest | None) -> bool:
        """Whether requests are answered: in a checked test, and with --cio-contract between tests too."""
        return test.plan.checked if test is not None else self._everywhere


def _heard() -> Hearing | None:
    """What is being heard above; a task started meanwhile keeps its context for longer than that."""
    hearing = _heard_above.get()
    return None if hearing is None or hearing.over else hearing


def _cancelled(request: WireRequest) -> Hearing | None:
    """The hearing of a request that was cancelled while a task of the client's goes on writing it."""
    hearing = _heard_above.get()
    over = hearing is not None and hearing.interaction.raised == "CancelledError"
    return hearing if hearing is not None and over and hearing.interaction.method == request.method else None


def now() -> float:
    """What the application takes for the time; a mock that counts its calls is not asked."""
    clock = time.time
    return 0.0 if type(clock).__module__ == "unittest.mock" else clock()


def _payload(request: WireRequest) -> object:
    try:
        return loads(request.body)
    except (ValueError, RecursionError):
        return None

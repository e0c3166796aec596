"""Replays one error case to a test: which attempts are answered with the error."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import Answer, ErrorCase, PendingInteraction, WireRequest
from pytest_customerio.core.observation import Observation
from pytest_customerio.core.operation import Operation
from pytest_customerio.process.ownership.flows import Flows
from pytest_customerio.replay.endless import stop_endless
from pytest_customerio.replay.fitting import dated
from pytest_customerio.replay.identity import messages
from pytest_customerio.replay.observer import Observer
from pytest_customerio.replay.schedule import Answers, Schedule, repeated
from pytest_customerio.replay.scope import timed

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


@dataclass(frozen=True, slots=True)
class Service:
    """What holds of Customer.io beside the case: the declared `region` of the workspace, if any, and the 401 to a
    request without credentials, by surface and operation. Without it credentials are not looked at.
    """

    region: str | None = None
    unauthorized: Callable[[str, str], Answer] | None = None


class Replay:
    """One error case, replayed to the first operation of the test that it applies to; a context manager.

    `schedule` decides which attempts meet the error, `observer` collects what the application does meanwhile.
    `alternatives` are cases that are taken where the case does not apply. `service` is what holds beside the case.
    `flows` tells who sends; `serves()` says whether the calling thread works for the test.
    """

    def __init__(  # noqa: PLR0913 - each is one fact of the mark or of the session
        self,
        cases: Mapping[str, ErrorCase],
        mark: ErrorsMark,
        *,
        variant: Callable[[ErrorCase, str], ErrorCase],
        times: int | None = None,
        raises_class: type | None = None,
        answers: Answers = repeated,
        is_project: Callable[[str], bool] = bool,
        flows: Flows | None = None,
        serves: Callable[[], bool] = lambda: True,
        alternatives: Sequence[Mapping[str, ErrorCase]] = (),
        service: Service | None = None,
    ) -> None:
        self._service = service or Service()
        self.schedule = Schedule(
            cases,
            mark.operations,
            alternatives=alternatives,
            region=self._service.region,
            variant=variant,
            answers=answers,
            times=times,
        )
        self.observer = Observer(mark.raises, raises_class, is_project, flows, serves)
        self._over = False
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.observer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.observer.stop()

    def leave(self, escaped: BaseException | None) -> None:
        """End the case before the test ends; `escaped` is the exception that its `with` block let out."""
        self._over = True
        self.observer.raising.leave(escaped)
        self.observer.stop()

    @property
    def cases(self) -> tuple[ErrorCase, ...]:
        """The case that was met; before that, every case that may be: on each surface, and the alternatives."""
        return self.schedule.cases

    @property
    def case(self) -> ErrorCase | None:
        """The case as the first request met it; None before."""
        return self.schedule.case

    @property
    def met(self) -> bool:
        """Whether any attempt was answered with the error."""
        return self.case is not None

    def why(self, answer: Answer) -> str:
        """The id of the case if this answer is its error, or the 401 to its redirect; else nothing."""
        case = self.case
        if case is None:
            return ""
        if (answer.status, answer.fault) == (case.answer.status, case.answer.fault):
            return case.id
        return f"{case.id}, followed" if case.kind == "redirect" and answer.status == 401 else ""

    def observations(self, raised: BaseException | None) -> list[Observation]:
        """What was observed of each payload that met the error; `raised` is what the test ended with."""
        return self.observer.observations(self.case, raised) if self.case is not None else []

    def answer(
        self, operation: Operation, request: WireRequest, success: Callable[[], Answer], call: PendingInteraction | None
    ) -> Answer:
        """The answer to one attempt: the error while the case lasts, else `success()`.

        `call` is the request as a client's module heard it. Raises `GaveUp` when the application retries without end.
        """
        said = messages(operation, request)
        if self._over:
            answer = success()
            self.observer.note_late(said)
            return answer
        with self._lock:
            if self.case is None:
                self.observer.raising.forget()
            said = self.observer.numbered(operation, request, said)
            error = self.schedule.answer(operation, request, said)
            answer = dated(error, time.time()) if error else self.refusal(request, operation) or success()
            met, with_time = error is not None, timed(self.case)
            attempt = self.observer.note(operation, request, said, answer, call, met=met, timed=with_time)
        if met:
            self.observer.jobs.meet()
        else:
            self.observer.jobs.tasks.deliver()
        stop_endless(operation.id, *self.observer.count(attempt))
        return answer

    def note(self, operation: Operation, request: WireRequest, answer: Answer, call: PendingInteraction | None) -> None:
        """Note an attempt that a mock of the user's answered, because the case did not."""
        said = messages(operation, request)
        if self._over:
            if 200 <= answer.status < 300:
                self.observer.note_late(said)
            return
        with self._lock:
            with_time = timed(self.case)
            said = self.observer.numbered(operation, request, said)
            attempt = self.observer.note(operation, request, said, answer, call, met=False, timed=with_time)
        stop_endless(operation.id, *self.observer.count(attempt))

    def refusal(self, request: WireRequest, operation: Operation | None) -> Answer | None:
        """The 401 to a request that follows the redirect of the case without credentials; None for any other one.

        Clients take the credentials away when a redirect leads to another host. Where the method changes too, the
        request may be no operation.
        """
        public, unauthorized = operation is not None and operation.auth == "none", self._service.unauthorized
        if self.case is None or unauthorized is None or public or not self.schedule.lost_credentials(request):
            return None
        return unauthorized(self.case.surface, operation.id if operation is not None else "")

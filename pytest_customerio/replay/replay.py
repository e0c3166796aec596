"""One error case at work: what each attempt is answered, what the application did meanwhile, and how well."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from pytest_customerio.clients.celery import Tasks
from pytest_customerio.core.credentials import credentials
from pytest_customerio.core.model import Answer, ErrorCase, Operation, PendingInteraction, WireRequest
from pytest_customerio.core.observation import Attempt, Message, Observation
from pytest_customerio.core.personal import personal
from pytest_customerio.core.settings import ErrorsMark
from pytest_customerio.judging import jitter, judgement, partial
from pytest_customerio.judging.spacing import GaveUp
from pytest_customerio.process.clock.virtual import Clock
from pytest_customerio.process.output import Watch
from pytest_customerio.replay.attempts import payloads, told_apart, tries
from pytest_customerio.replay.identity import messages, whole
from pytest_customerio.replay.schedule import Answers, Schedule, repeated
from pytest_customerio.replay.scope import timed
from pytest_customerio.reporting.messages import Handled

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Personal texts kept: a test that sends thousands of people proves nothing more.
MOST_PERSONAL = 500


@dataclass(slots=True)
class Told:
    """What the test said through `cio` about the payload that met the error."""

    pending: bool = False
    reported: bool = False
    falsy: bool = False
    draining: bool = False
    ask_pending: Callable[[], object] | None = None
    ask_reported: Callable[[], object] | None = None

    def ask_again(self) -> None:
        """Ask what answered no once more: tasks and threads that were waited for may have made it a yes."""
        with suppress(Exception):  # what it asks may be closed by now
            self.pending = self.pending or bool(self.ask_pending and self.ask_pending())
        with suppress(Exception):
            self.reported = self.reported or bool(self.ask_reported and self.ask_reported())


class Replay:
    """One error case replayed to whatever operation of the test it applies to first; a context manager."""

    def __init__(
        self,
        cases: Mapping[str, ErrorCase],
        mark: ErrorsMark,
        *,
        variant: Callable[[ErrorCase, str], ErrorCase],
        times: int | None = None,
        raises_class: type | None = None,
        by_hand: str = "",
        answers: Answers = repeated,
    ) -> None:
        self.by_hand = by_hand
        self.sent = 0
        self.schedule = Schedule(cases, mark.operations, variant=variant, answers=answers, times=times)
        self.mark = mark
        self.clock = Clock()
        self.watch = Watch(raises_class=raises_class)
        self.told = Told()
        self.tasks = Tasks(self.clock.wait)
        self.attempts: list[Attempt] = []
        self._calls: dict[str, list[PendingInteraction]] = {}
        self._counts = Counter[str]()
        self._failed: set[str] = set()
        self._personal: dict[str, None] = {}
        self._expected_before = 0
        self._secrets: dict[str, None] = {}
        self._over = False
        self._escaped: BaseException | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.clock.__enter__()
        self.watch.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.tasks.stop()
        self.watch.__exit__(*error)
        self.clock.__exit__(*error)

    def leave(self, escaped: BaseException | None) -> None:
        """End it before the test does; `escaped` is what its `with` block let out."""
        self._over, self._escaped = True, escaped
        self.__exit__(None, None, None)

    @property
    def cases(self) -> Mapping[str, ErrorCase]:
        """The case at work, on each surface that has it."""
        return self.schedule.cases

    @property
    def case(self) -> ErrorCase | None:
        """The case as the first request met it."""
        return self.schedule.case

    @property
    def met(self) -> bool:
        """Whether any attempt was answered with the error."""
        return self.case is not None

    @property
    def delivered(self) -> bool:
        """Whether every payload that met the error was delivered later."""
        seen = self._payloads(None)
        return bool(seen) and all(judgement.delivery(one) is not None for one in seen)

    def answer(
        self, operation: Operation, request: WireRequest, success: Callable[[], Answer], call: PendingInteraction | None
    ) -> Answer:
        """What this attempt is answered: the error while the case lasts, else `success()`.

        `call` is the request as it was heard above, with this attempt and those before it.
        """
        said = messages(operation, request)
        if self._over:
            # Delivered at last, however late: so it was still owed when the case ended.
            self.told.pending = self.told.pending or any(one.identity in self._failed for one in said)
            return success()
        with self._lock:
            if self.case is None:
                self._expected_before = len(self.watch.expected)
            error = self.schedule.answer(operation, request, said)
            answer = error or success()
            attempt = self._remember(operation, said, answer, met=error is not None)
            self._look_at(operation, request, attempt.identity, call)
        if error is not None:
            self.tasks.meet()
        if self._counts[attempt.identity] > judgement.STOP_AFTER:
            raise GaveUp(operation.id, self._counts[attempt.identity])
        return answer

    def handled(self, raised: BaseException | None) -> list[Handled]:
        """How each payload that met the error was handled; empty where none met it."""
        seen = self._payloads(raised)
        if not seen:
            return []
        logged = ", ".join(judgement.logged(seen[0].logs)[:3])
        found = [self._judge(one, logged) for one in seen]
        herding = jitter.jitter(seen)
        if herding is not None:
            found[0] = replace(found[0], violations=(*found[0].violations, herding))
        return found

    def _judge(self, seen: Observation, logged: str) -> Handled:
        outcome, violations = judgement.judge(
            seen, must_recover=self.mark.must_recover, best_effort=self.mark.best_effort
        )
        assert seen.failed is not None
        return Handled(seen.case, seen.failed.operation, seen, outcome, tuple(violations), len(tries(seen)), logged)

    def _payloads(self, raised: BaseException | None) -> list[Observation]:
        """What was seen of each payload that met the error. What leaked, leaked once: the first of them tells."""
        if self.case is None:
            return []
        observed = self._observation(raised, self.case)
        attempts = tuple(self.attempts)
        found = [tuple(told_apart(attempts))] if self.case.kind == "partial" else payloads(attempts)
        seen = [self._seen(observed, own) for own in found]
        return [seen[0], *(replace(one, secrets=(), personal=(), blind=()) for one in seen[1:])]

    def _seen(self, observed: Observation, own: tuple[Attempt, ...]) -> Observation:
        calls = [call for identity in dict.fromkeys(a.identity for a in own) for call in self._calls.get(identity, ())]
        endless = any(call.timeout_set is False for call in calls)
        return replace(observed, attempts=own, endless=endless, sent_from=calls[0].sent_from if calls else None)

    def _observation(self, raised: BaseException | None, case: ErrorCase) -> Observation:
        expected = self.watch.expected[self._expected_before :]
        # What a `with` block let out and the test did not end with was expected around the block.
        caught = self._over and self._escaped is not None and raised is not self._escaped
        raised = self._escaped if self._over else raised
        if raised is None and not (self.told.pending or self.told.reported):
            raised = self.tasks.failed
            caught = raised is not None and any(type(one) is type(raised) for one in expected)
        shown = raised or (expected[-1] if expected else None)
        return Observation(
            case=case,
            waits=tuple(self.clock.waits),
            logs=tuple(self.watch.logs),
            output=self.watch.output,
            warned=self.watch.warned,
            raised=shown,
            declared=caught or isinstance(raised, self.mark.raises) if raised else bool(expected),
            pending=self.told.pending or self.tasks.pending,
            reported=self.told.reported,
            reported_falsy=self.told.falsy and not self.told.reported,
            secrets=tuple(self._secrets),
            personal=tuple(self._personal),
            blind=tuple(self.watch.blind),
            hidden_waits=self.clock.hidden,
            task=self.tasks.note,
        )

    def _remember(self, operation: Operation, said: tuple[Message, ...], answer: Answer, *, met: bool) -> Attempt:
        marked = partial.marked(said, answer)
        identity = whole(said, timed=timed(self.case))
        status, fault = answer.status or None, answer.fault
        attempt = Attempt(identity, operation.id, self.clock.now(), status, fault, self.told.draining, marked, met=met)
        attempt = replace(attempt, retry_after=answer.retry_after if met else None)
        self.attempts.append(attempt)
        self._counts[identity] += 1
        if met:
            self._failed.update(one.identity for one in marked if one.rejected or answer.status != 207)
        return attempt

    def _look_at(
        self, operation: Operation, request: WireRequest, identity: str, call: PendingInteraction | None
    ) -> None:
        """Who sent this, and what must not leak of it."""
        self._secrets.update(dict.fromkeys(credentials(request.headers)))
        if self._counts[identity] == 1 and len(self._personal) < MOST_PERSONAL:
            self._personal.update(dict.fromkeys(personal(operation, request)))
        calls = self._calls.setdefault(identity, [])
        if call is not None and not any(call is one for one in calls):
            calls.append(call)

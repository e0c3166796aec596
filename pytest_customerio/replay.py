"""One error case at work: what each attempt is answered, what the application did meanwhile, and how well."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import urlsplit

from pytest_customerio import handling
from pytest_customerio.clock import Clock
from pytest_customerio.messages import Handled
from pytest_customerio.model import Answer, Attempt, ErrorCase, Observation, Operation, Violation, WireRequest
from pytest_customerio.observe import Watch, credentials
from pytest_customerio.settings import ErrorsMark

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# Members that clients may make anew for each attempt of one and the same logical request.
VOLATILE = frozenset({"sentAt", "timestamp", "originalTimestamp", "messageId"})


@dataclass(slots=True)
class Told:
    """What the test said through `cio` about the payload that met the error."""

    pending: bool = False
    reported: bool = False
    falsy: bool = False
    draining: bool = False


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
    ) -> None:
        self.by_hand = by_hand
        self.sent = 0
        self.cases = cases
        self.mark = mark
        self.clock = Clock()
        self.watch = Watch(raises_class=raises_class)
        self.told = Told()
        self.case: ErrorCase | None = None
        self.attempts: list[Attempt] = []
        self.sent_from: dict[str, str | None] = {}
        self._variant = variant
        self._times = times
        self._target = ""
        self._given = 0
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
        self.watch.__exit__(*error)
        self.clock.__exit__(*error)

    def leave(self, escaped: BaseException | None) -> None:
        """End it before the test does; `escaped` is what its `with` block let out."""
        self._over, self._escaped = True, escaped
        self.__exit__(None, None, None)

    @property
    def met(self) -> bool:
        """Whether any attempt was answered with the error."""
        return self.case is not None

    @property
    def delivered(self) -> bool:
        """Whether every payload that met the error got a 2xx later."""
        good = {a.identity for a in self.attempts if a.status is not None and 200 <= a.status < 300}
        return self.met and all(a.identity in good for a in self.attempts if self._is_error(a))

    def answer(
        self, operation: Operation, request: WireRequest, success: Callable[[], Answer], sent_from: str | None
    ) -> Answer:
        """What this attempt is answered: the error while the case lasts, else `success()`."""
        identity = identify(operation, request)
        if self._over:
            # Delivered at last, however late: so it was still owed when the case ended.
            self.told.pending = self.told.pending or any(self._is_error(a) for a in self._of(identity))
            return success()
        with self._lock:
            self.sent_from.setdefault(identity, sent_from)
            self._secrets.update(dict.fromkeys(credentials(request.headers)))
            answer = self._error(operation, identity) or success()
            self.attempts.append(
                Attempt(
                    identity, operation.id, self.clock.now(), answer.status or None, answer.fault, self.told.draining
                )
            )
            tries = len(self._of(identity))
        if tries > handling.STOP_AFTER:
            raise handling.GaveUp(operation.id, tries)
        return answer

    def handled(self, raised: BaseException | None) -> list[Handled]:
        """How each payload that met the error was handled; empty where none met it."""
        if self.case is None:
            return []
        failed = [a for a in self.attempts if self._is_error(a)]
        observed = self._observation(raised)
        return [self._judge(observed, identity, self.case) for identity in dict.fromkeys(a.identity for a in failed)]

    def _judge(self, observed: Observation, identity: str, case: ErrorCase) -> Handled:
        own = self._of(identity)
        seen = replace(observed, attempts=own, sent_from=self.sent_from.get(identity))
        outcome, violations = handling.judge(
            seen, must_recover=self.mark.must_recover, best_effort=self.mark.best_effort
        )
        placed = tuple(replace(one, sent_from=one.sent_from or seen.sent_from) for one in violations)
        logged = ", ".join(handling.logged(seen.logs)[:3])
        return Handled(case, own[0].operation, seen, outcome, placed, len(handling.tries(seen)), logged)

    def _observation(self, raised: BaseException | None) -> Observation:
        expected = self.watch.expected[self._expected_before :]
        # What a `with` block let out and the test did not end with was expected around the block.
        caught = self._over and self._escaped is not None and raised is not self._escaped
        raised = self._escaped if self._over else raised
        shown = raised or (expected[-1] if expected else None)
        assert self.case is not None
        return Observation(
            case=self.case,
            waits=tuple(self.clock.waits),
            logs=tuple(self.watch.logs),
            output=self.watch.output,
            raised=shown,
            declared=caught or isinstance(raised, self.mark.raises) if raised else bool(expected),
            pending=self.told.pending,
            reported=self.told.reported,
            reported_falsy=self.told.falsy and not self.told.reported,
            secrets=tuple(self._secrets),
            blind=tuple(self.watch.blind),
            hidden_waits=self.clock.hidden,
        )

    def _error(self, operation: Operation, identity: str) -> Answer | None:
        if self.case is None:
            found = self.cases.get(operation.surface)
            if found is None or not self._applies(found, operation):
                return None
            self.case, self._target = self._variant(found, operation.id), _scope(found, operation, identity)
            self._expected_before = len(self.watch.expected)
        if self._target != _scope(self.case, operation, identity):
            return None
        limit = self._times if self._times is not None else self.case.times if self.case.mode == "recovers" else None
        if limit is not None and self._given >= limit:
            return None
        self._given += 1
        return self.case.answer

    def _applies(self, case: ErrorCase, operation: Operation) -> bool:
        wanted = self.mark.operations
        return operation.id in case.operations and (not wanted or operation.id in wanted)

    def _of(self, identity: str) -> tuple[Attempt, ...]:
        return tuple(attempt for attempt in self.attempts if attempt.identity == identity)

    def _is_error(self, attempt: Attempt) -> bool:
        assert self.case is not None
        return (attempt.status, attempt.fault) == (self.case.answer.status or None, self.case.answer.fault)


def identify(operation: Operation, request: WireRequest) -> str:
    """Which logical request an attempt belongs to: method, address and payload without what each attempt makes anew."""
    try:
        payload = json.dumps(_stable(json.loads(request.body)), sort_keys=True) if request.body else ""
    except (ValueError, RecursionError):
        payload = request.body.decode("utf-8", "replace")
    url = urlsplit(request.url)
    return "\n".join((operation.id, request.method, url.netloc + url.path + "?" + url.query, payload))


def violations_of(handled: Iterable[Handled]) -> list[Violation]:
    """All promises not kept."""
    return [violation for one in handled for violation in one.violations]


def _stable(value: object) -> object:
    if isinstance(value, dict):
        return {key: _stable(inner) for key, inner in value.items() if key not in VOLATILE}
    if isinstance(value, list):
        return [_stable(inner) for inner in value]
    return value


def _scope(case: ErrorCase, operation: Operation, identity: str) -> str:
    """A 400 belongs to one payload, any other error to every request of the operation."""
    return identity if case.family == "400" else operation.id

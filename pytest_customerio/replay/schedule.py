"""Which requests are answered with the error of a case, how often, and with which of its answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import repeat
from urllib.parse import urlsplit

from pytest_customerio.core.model import Answer, ErrorCase, WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.core.operation import Operation
from pytest_customerio.replay import rejections
from pytest_customerio.replay.fitting import fit
from pytest_customerio.replay.identity import whole
from pytest_customerio.replay.scope import lacks, scope, timed

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


# The answers of a case to one payload of an operation, attempt by attempt, without end.
Answers = Callable[[ErrorCase, str], Iterator[Answer]]


def repeated(case: ErrorCase, operation: str) -> Iterator[Answer]:
    """The same answer to each attempt."""
    return repeat(case.answer)


class Schedule:
    """One case, for the first operation of the test that it applies to; with `operations`, for one of those.

    `cases` is the case on each surface that has it; the first of `alternatives` that applies is taken where that case
    does not. `variant(case, operation)` is the case as this operation meets it. `region` is that of the workspace, if
    it is declared.
    `answers` begins a sequence of answers: each payload gets the sequence from its beginning. The error is given
    `times` times in all; without `times` to each payload as often as the case says. Not safe between threads: the
    replay that owns it has a lock.
    """

    def __init__(
        self,
        cases: Mapping[str, ErrorCase],
        operations: Sequence[str] = (),
        *,
        alternatives: Sequence[Mapping[str, ErrorCase]] = (),
        region: str | None = None,
        variant: Callable[[ErrorCase, str], ErrorCase],
        answers: Answers = repeated,
        times: int | None = None,
    ) -> None:
        self.case: ErrorCase | None = None
        self.lacking: dict[str, None] = {}  # what the requests lacked that the case takes, each once
        self._candidates = (cases, *alternatives)
        self._region = region
        self._redirected_to: set[str | None] = set()
        self._wanted = operations
        self._variant = variant
        self._answers = answers
        self._times = times
        self._sequences: dict[str, Iterator[Answer]] = {}
        self._given = Counter[str]()
        self._target = ""
        self._split: tuple[Answer, Sequence[Message]] | None = None

    @property
    def cases(self) -> tuple[ErrorCase, ...]:
        """The case that was met; before that, every case that may be."""
        if self.case is not None:
            return (self.case,)
        return tuple(case for cases in self._candidates for case in cases.values())

    def lost_credentials(self, request: WireRequest) -> bool:
        """Whether the request follows the redirect of the case without credentials, as clients send it."""
        return urlsplit(request.url).hostname in self._redirected_to and not request.headers.get("authorization")

    def answer(self, operation: Operation, request: WireRequest, said: tuple[Message, ...]) -> Answer | None:
        """The case's answer to this request, if it meets the case."""
        case = self.case or self._first_case(operation, request)
        if case is None:
            return None
        who = whole(said, timed=timed(case))
        if self._is_over(case, who):
            return None
        target = scope(case, operation, said)
        concerned = self._split is not None or self._target in ("", target)
        answer = self._drawn(case, operation, request, said, who) if concerned else None
        if answer is not None:
            self._given[who] += 1
            self.case, self._target = case, self._target or target
            self._redirected_to.update(urlsplit(value).hostname for value in answer.header("location"))
        return answer

    def _is_over(self, case: ErrorCase, who: str) -> bool:
        """Each payload meets as many errors as the case says, whatever others meet beside it; `times` is for all."""
        if self._times is not None:
            return self._given.total() >= self._times
        return case.mode == "recovers" and self._given[who] >= case.times

    def _first_case(self, operation: Operation, request: WireRequest) -> ErrorCase | None:
        for case in self._cases_of(operation):
            lack = lacks(case, operation, request, self._region)
            if not lack:
                return case
            self.lacking[lack] = None
        return None

    def _cases_of(self, operation: Operation) -> Iterator[ErrorCase]:
        """The cases of this operation as it meets them; none where the test asks for other operations."""
        found = (cases.get(operation.surface) for cases in self._candidates)
        for case in found if not self._wanted or operation.id in self._wanted else ():
            if case is not None and operation.id in case.operations:
                yield self._variant(case, operation.id)

    def _drawn(
        self, case: ErrorCase, operation: Operation, request: WireRequest, said: tuple[Message, ...], who: str
    ) -> Answer | None:
        if self._split is not None:  # from now on only what repeats a rejected item is rejected
            return rejections.again(*self._split, said, batch=operation.name == "batch")
        if lacks(case, operation, request, self._region):
            return None
        answer = fit(next(self._sequence(case, operation, who)), request)
        if case.kind == "partial" and answer is not None:
            self._split = (answer, said)
        return answer

    def _sequence(self, case: ErrorCase, operation: Operation, who: str) -> Iterator[Answer]:
        if who not in self._sequences:
            self._sequences[who] = self._answers(case, operation.id)
        return self._sequences[who]

"""What a report shows of a test besides its rows: payloads, attempts, and where each answer came from.

It is noted only where a report of the run shows it. No text contains personal data or a credential, and each is short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, islice, pairwise
from json import dumps
from typing import TYPE_CHECKING, Any

from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.contract.engine.words import words
from pytest_customerio.contract.events import EVENTS
from pytest_customerio.core.model import Answer, Interaction, Provenance, Verdict
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.outline import outline
from pytest_customerio.core.redact import cut
from pytest_customerio.judging.chain import waited_between
from pytest_customerio.judging.judgement import Judgement
from pytest_customerio.reporting.sentences.messages import answer_text
from pytest_customerio.reporting.sentences.mocked import THROUGH
from pytest_customerio.running.checked.conclusion import worst_of

if TYPE_CHECKING:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.core.observation import Attempt
    from pytest_customerio.running.checked.checked import CheckedTest

# The most attempts of one payload and answers of one operation that are shown, and the length of a body that is.
ATTEMPTS = 60
ANSWERS = 10
BODY = 400
UNREAD = "not known: the client did not read it"

Shown = dict[str, Any]


def note(call: Interaction, operation: Operation | None) -> Shown:
    """One request: its address without identifiers, the outline of its payload, and what it was answered with."""
    event = operation is not None and (operation.surface == "track_v2" or operation.name in {*EVENTS, "batch"})
    shown = outline(call.payload, event=event, vocabulary=words()) if call.body_known else UNREAD
    mocked = call.client.startswith(THROUGH)
    return {
        "request": request_line(operation, call.method, call.url) if call.url else "",
        "client": call.client,
        "sent_from": call.sent_from or "",
        "payload": shown,
        "answer": call.raised or (str(call.status) if call.status else ""),
        "by_mock": mocked or (not call.attempts and bool(call.status or call.raised)),
    }


@dataclass(slots=True)
class Details:
    """The details of the tests of one session. What is the same for many tests is reported once."""

    cassettes: Cassettes
    _reported: set[tuple[str, str]] = field(default_factory=set)

    note = staticmethod(note)

    def of(self, test: CheckedTest, verdicts: list[Verdict]) -> Shown:
        """As a part of the results: for each verdict the JSON texts of its requests and of what was replayed to them,
        and the answers that are new.
        """
        rows: list[list[str]] = []
        answers: Shown = {}
        for verdict in verdicts:
            judgement, payloads = worst_of(test, verdict)
            rows.append(_row(test, verdict, judgement, payloads))
            for name, make in self._answers(verdict, judgement):
                if (verdict.operation, name) not in self._reported:
                    self._reported.add((verdict.operation, name))
                    answers.setdefault(verdict.operation, {})[name] = make()
        return {"rows": rows, "answers": answers}

    def _answers(self, verdict: Verdict, judgement: Judgement | None) -> list[tuple[str, Callable[[], Shown]]]:
        """The success of the operation, and the answer of the case if it met one, by name."""
        name = verdict.operation
        found = [("", lambda: self._success(name))] if name != "unknown" else []
        if judgement is not None:
            found.append((judgement.case.id, lambda: _case(judgement)))
        return found

    def _success(self, operation: str) -> Shown:
        answer = self.cassettes.success(operation)
        text = f"{answer.status} {answer.reason}".strip()
        return {"answer": text, **_source(answer, self.cassettes.success_provenance(operation))}


def _row(test: CheckedTest, verdict: Verdict, judgement: Judgement | None, payloads: int) -> list[str]:
    tally = test.record.tallies.get(verdict.operation)
    requests = tally.noted if tally is not None else []
    given = (one for one in test.answered if one.operation == verdict.operation)
    answers = [[one.answer, one.why, one.sent_from or ""] for one in islice(given, ANSWERS)]
    return [_text(requests), _text(answers), *_replayed(judgement, payloads)]


def _replayed(judgement: Judgement | None, payloads: int) -> list[str]:
    """The attempts of the payload that was judged, and what the application did besides; each as a JSON text."""
    if judgement is None:
        return ["null", "null"]
    seen = judgement.observation
    raised = type(seen.raised).__name__ if seen.raised is not None else ""
    place = f" at {seen.raised_at}" if raised and seen.raised_at else ""
    did = {"raised": raised + place, "logged": judgement.logged, "payloads": payloads}
    return [_text(_attempts(seen.attempts[:ATTEMPTS])), _text(did)]


def _text(value: object) -> str:
    return dumps(value, separators=(",", ":"))


def _attempts(attempts: Sequence[Attempt]) -> list[list[Any]]:
    """Of each attempt: when it was made, in seconds that were waited since the first one, the answer, and 1 if it met
    the error.
    """
    gaps = [0.0, *(waited_between(earlier, later) for earlier, later in pairwise(attempts))]
    return [
        [round(at, 1), one.fault or str(one.status or ""), int(bool(one.met))]
        for at, one in zip(accumulate(gaps), attempts, strict=False)
    ]


def _case(judgement: Judgement) -> Shown:
    case = judgement.case
    return {
        "answer": answer_text(case).rpartition(" (")[0],
        "cause": case.cause,
        "todo": case.todo,
        **_source(case.answer, case.provenance),
    }


def _source(answer: Answer, provenance: Provenance) -> Mapping[str, Any]:
    return {
        "body": cut(answer.body.decode("utf-8", "replace").strip(), BODY),
        "source": provenance.source,
        "evidence": list(provenance.evidence),
        "date": provenance.date,
        "environment": provenance.environment,
        "note": provenance.note,
    }

"""The text about what the plugin answered in a test that fails for a reason of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pytest_customerio.core.model import Answer
from pytest_customerio.reporting.sentences.layout import table

# The most answers that are shown; the rest is counted.
MOST = 5
NO_MOCK = "no mock of its own did:"
REPLAYED = "an error case comes before its mocks:"
THROUGH = (
    "where a class or a function of the suite's own stands for an SDK or a client, it has noted none of these calls"
)


class Answered(NamedTuple):
    """What one request was answered with: a status or a fault, and where that comes from."""

    operation: str
    answer: str
    why: str
    sent_from: str | None

    @classmethod
    def of(cls, operation: str, answer: Answer, why: str, sent_from: str | None) -> Answered:
        """What an answer was, and why it was given."""
        text = answer.fault or f"{answer.status} {answer.reason}".strip()
        return cls(operation, text, why, sent_from)


def answered_text(answers: Iterable[Answered], *, replayed: bool = False, past_fakes: bool = False) -> str:
    """What the plugin answered, each request of one kind once; empty if it answered nothing.

    `replayed` says that an error case was at work, `past_fakes` that the real thing was called in the place of a fake.
    """
    known = list(answers)
    if not known:
        return ""
    rows = [(one.operation, one.answer, one.why, one.sent_from or "") for one in known[:MOST]]
    more = [f"  (and {len(known) - MOST} more)"] if len(known) > MOST else []
    head = f"pytest-customerio answered in this test, because {REPLAYED if replayed else NO_MOCK}"
    return "\n".join(
        [head, *[THROUGH] * past_fakes, "", *table(("operation", "answer", "from", "sent from"), rows), *more]
    )

"""What was reported of a test, so that nothing is reported twice, and what was not reported yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_customerio.judging.ledger import Occurrence

if TYPE_CHECKING:
    from pytest_customerio.judging.judgement import Judgement

# Two violations of a test with the same key are the same one: rule, place in the payload, call site.
Key = tuple[str, str, str | None]


class Unreported(NamedTuple):
    """What is wrong with a test and was not reported yet; `full` if more contracts were violated than are counted."""

    occurrences: tuple[Occurrence, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    refusals: tuple[str, ...] = ()
    full: bool = False


# Nothing is wrong with the test, or all of it was reported.
NOTHING = Unreported()


@dataclass(slots=True)
class Reported:
    """What was reported of a test: the violations by key, and how many judgements and refusals."""

    violations: set[Key] = field(default_factory=set)
    judgements: int = 0
    refusals: int = 0

    def add(self, news: Unreported) -> None:
        """Note that these were reported now: they are not reported again."""
        self.violations.update(key_of(one) for one in news.occurrences)
        self.judgements += len(news.judgements)
        self.refusals += len(news.refusals)


def key_of(occurrence: Occurrence) -> Key:
    """What makes this violation the same as another one of its test."""
    return (occurrence.violation.rule, occurrence.violation.where, occurrence.violation.sent_from)

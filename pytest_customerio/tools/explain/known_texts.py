"""The texts by which a case, rule or topic is known: answers, messages of clients, and what a page says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_customerio.tools.explain.wording import sentences, texts_in

if TYPE_CHECKING:
    from pytest_customerio.tools.explain.explanation import Explain

# How much a text says about its page, from 0 to 1. The text of an answer is the error; a cause only describes it.
_ANSWER = _MET = 1.0
_ONE_OF_SEVERAL, _DRAWN = 0.95, 0.97
_NAME = _DESCRIPTION = 0.85


@dataclass(frozen=True, slots=True)
class KnownText:
    """A text, the name of the page that it belongs to, and its weight. `status` is that of the answer, if it is one."""

    page: str
    text: str
    weight: float
    status: str = ""


def known_texts(explain: Explain) -> Iterator[KnownText]:
    """All texts, each once for each page: those of cases first, then of rules and topics."""
    for cassette in sorted(explain.cases, key=lambda one: explain.cases[one][0].only_by_name):  # variants last
        yield from _of_case(explain, cassette)
    for name, met in explain.advice.texts.items():
        yield from (KnownText(name, text, _MET) for text in met)
    for rule in explain.advice.rules.values():
        yield KnownText(rule.name, rule.breaks_when, _DESCRIPTION)
        yield KnownText(rule.name, rule.name.replace("-", " "), _NAME)
        for constraint in explain.advice.constraints.get(rule.name, ()):
            yield KnownText(rule.name, constraint.error, _DRAWN)
            yield KnownText(rule.name, constraint.expected, _DESCRIPTION)
    for topic in explain.advice.topics.values():
        yield from (KnownText(topic.name, text, _DESCRIPTION) for text in (topic.issue, topic.cause))


def _of_case(explain: Explain, cassette: str) -> Iterator[KnownText]:
    for group in explain.groups(cassette):
        answer = group.case.answer
        status = str(answer.status or "")
        body = answer.body.decode("utf-8", "replace")
        texts = sentences(texts_in(answer.payload.value)) if answer.payload.kind == "json" else [body]
        weight = _ANSWER if len(texts) == 1 else _ONE_OF_SEVERAL
        yield from (KnownText(cassette, text, weight, status) for text in texts)
        yield KnownText(cassette, answer.reason, _ANSWER, status)
        yield KnownText(cassette, group.case.cause, _DESCRIPTION, status)
    yield KnownText(cassette, cassette.replace("-", " "), _NAME)

"""The words for facts about a case or a rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_customerio.cassettes.conditions import CONDITIONS
from pytest_customerio.core.model import Accepted, Answer, ErrorCase, Provenance, Severity, Source
from pytest_customerio.reporting.sentences import messages
from pytest_customerio.tools.explain.advice import Example
from pytest_customerio.tools.explain.counterexamples import Counterexample
from pytest_customerio.tools.explain.page import Block, Code, Heading, facts

ACCEPTED: Mapping[Accepted, str] = {
    "never": "no, nothing of it",
    "perhaps": "perhaps: a second copy may be one too many",
    "surely": "yes, in spite of the error: a second copy is one too many",
    "partly": "in part: only what was refused may be sent again",
}
SEVERITY: Mapping[Severity, str] = {
    "error": "error: fails the test",
    "warning": "warning: shown, and fails with --cio-strict",
    "info": "info: in reports only",
}
PROVENANCE: Mapping[Source, str] = {
    "recorded": "recorded from Customer.io",
    "documented": "documented by Customer.io",
    "observed": "observed live, in public",
    "synthetic": "synthetic, in part or all of it made up",
}
# The rules that no `cio_allow` switches off, with the message that a test shows when one is broken.
SESSION_RULES = {
    "nothing-sent": messages.NOTHING_SENT,
    "refused": messages.REFUSED.format(request="PUT https://track.customer.io/api/v1/customers/42"),
}


def answer_text(answer: Answer) -> str:
    """An answer as it is sent: status, headers and body, with JSON indented."""
    head = f"no response: {answer.fault}" if answer.fault else f"HTTP/1.1 {answer.status} {answer.reason}"
    lines = [head, *(f"{name}: {value}" for name, value in answer.headers)]
    text = answer.body.decode("utf-8", "replace")
    if answer.payload.kind == "json":
        text = json.dumps(answer.payload.value, indent=2, ensure_ascii=False)
    return "\n".join([*lines, "", text]) if text else "\n".join(lines)


def examples(found: Sequence[Example], *, linked: bool = False) -> Iterator[Block]:
    """The code of the examples, or links to it."""
    if linked:
        yield facts(("in Python", [f"[{one.name}](examples.md#{one.name}): {one.title}" for one in found]))
        return
    for example in found:
        yield Heading(f"In Python: {example.name}", 2)
        yield Code(example.code.rstrip("\n"), "python")


def counterexample(rule: str, example: Counterexample | None) -> Iterator[Block]:
    """What breaks a rule, and what is reported then."""
    violation = example.violation if example else None
    if rule in SESSION_RULES:
        yield Heading("What it says", 2)
        yield Code(SESSION_RULES[rule])
    elif example is not None and violation is not None:
        yield Heading("What breaks it", 2)
        yield Code(example.summary + (f"\n\n{example.body}" if example.body else ""))
        yield facts(("where", violation.where), ("expected", violation.expected), ("got", violation.got))


def error_texts(errors: Iterable[tuple[str, str]]) -> list[str]:
    """Each error that Customer.io answers once, with the sources of the statement."""
    found: dict[str, dict[str, None]] = {}
    for error, source in errors:
        found.setdefault(error, {})[source] = None
    return [f"{error} ({', '.join(sources)})" for error, sources in found.items() if error]


def condition_texts(case: ErrorCase) -> list[str]:
    """What a request needs to draw the case, and where that is said."""
    return [f"{CONDITIONS[name].text}; {source}" for name, source in case.when.items()]


def provenance_texts(provenance: Provenance) -> list[str]:
    """Source, date and environment of an answer in one text, and the note about it in another."""
    parts = (PROVENANCE[provenance.source], provenance.date, provenance.environment)
    return [", ".join(part for part in parts if part), provenance.note]


def retry_text(case: ErrorCase) -> str:
    """Whether a retry of the same request can succeed."""
    if case.retryable:
        return "yes, with growing waits"
    return "no: the same request draws the same answer" if case.kind == "status" else "no, not as it is"


def mode_text(case: ErrorCase) -> str:
    """How often a case is answered in its mode."""
    return f"{case.id}: the error " + ("for ever" if case.mode == "persists" else f"{case.times} times, then success")


def shared(texts: Iterable[str]) -> str:
    """The text, where all texts are the same; else empty."""
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in order; empty texts are left out."""
    return list(dict.fromkeys(text for text in texts if text))

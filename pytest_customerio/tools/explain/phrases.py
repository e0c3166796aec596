"""How facts about a case or a rule are put into words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_customerio.core.model import Accepted, Answer, ErrorCase, Provenance, Severity, Source
from pytest_customerio.reporting import messages
from pytest_customerio.tools.explain import probes
from pytest_customerio.tools.explain.advice import Example
from pytest_customerio.tools.explain.page import Block, Code, Heading, facts

TAKEN: Mapping[Accepted, str] = {
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
SURE: Mapping[Source, str] = {
    "recorded": "recorded from Customer.io",
    "documented": "documented by Customer.io",
    "observed": "observed live, in public",
    "synthetic": "synthetic, in part or all of it made up",
}
# The rules that no cio_allow switches off, and what is said when they break.
SAID = {
    "nothing-sent": messages.NOTHING_SENT,
    "refused": messages.REFUSED.format(request="PUT https://track.customer.io/api/v1/customers/42"),
}


def answered(answer: Answer) -> str:
    """An answer as it goes over the wire, its JSON indented."""
    head = f"no response: {answer.fault}" if answer.fault else f"HTTP/1.1 {answer.status} {answer.reason}"
    lines = [head, *(f"{name}: {value}" for name, value in answer.headers)]
    text = answer.body.decode("utf-8", "replace")
    if answer.payload.kind == "json":
        text = json.dumps(answer.payload.value, indent=2, ensure_ascii=False)
    return "\n".join([*lines, "", text]) if text else "\n".join(lines)


def examples(found: Sequence[Example], *, linked: bool = False) -> Iterator[Block]:
    """Their code, or links to it."""
    if linked:
        yield facts(("in Python", [f"[{one.name}](examples.md#{one.name}): {one.title}" for one in found]))
        return
    for example in found:
        yield Heading(f"In Python: {example.name}", 2)
        yield Code(example.code.rstrip("\n"), "python")


def broken(rule: str, breaking: probes.Breaking | None) -> Iterator[Block]:
    """What breaks a rule and what is said of it then."""
    seen = breaking.violation if breaking else None
    if rule in SAID:
        yield Heading("What it says", 2)
        yield Code(SAID[rule])
    elif breaking is not None and seen is not None:
        yield Heading("What breaks it", 2)
        yield Code(breaking.what + (f"\n\n{breaking.body}" if breaking.body else ""))
        yield facts(("where", seen.where), ("expected", seen.expected), ("got", seen.got))


def drawn(errors: Iterable[tuple[str, str]]) -> list[str]:
    """The errors that Customer.io answers, each with how sure that is."""
    found: dict[str, dict[str, None]] = {}
    for error, source in errors:
        found.setdefault(error, {})[source] = None
    return [f"{error} ({', '.join(sources)})" for error, sources in found.items() if error]


def how_sure(provenance: Provenance) -> list[str]:
    """How sure an answer is, since when, where seen, and what that leaves out."""
    told = (SURE[provenance.source], provenance.date, provenance.environment)
    return [", ".join(part for part in told if part), provenance.note]


def again(case: ErrorCase) -> str:
    """Whether the same request is worth another try."""
    if case.retryable:
        return "yes, with growing waits"
    return "no: the same request draws the same answer" if case.kind == "status" else "no, not as it is"


def mode(case: ErrorCase) -> str:
    """What becomes of a case that may pass."""
    return f"{case.id}: the error " + ("for ever" if case.mode == "persists" else f"{case.times} times, then success")


def common(texts: Iterable[str]) -> str:
    """The text, where all are the same."""
    found = set(texts)
    return found.pop() if len(found) == 1 else ""


def unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in order, without empty ones."""
    return list(dict.fromkeys(text for text in texts if text))

"""How an answer differs from the recorded one, and whether a recording is too old: as violations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from pytest_customerio.core.model import Answer, Severity, Violation
from pytest_customerio.core.payload import Payload
from pytest_customerio.tools.drift import shape

# The rule and the severity of a change of the body.
_BODY: Mapping[shape.Kind, tuple[str, Severity]] = {
    "added": ("drift-field-added", "info"),
    "removed": ("drift-field-removed", "warning"),
    "retyped": ("drift-type", "error"),
    "learnt": ("drift-type", "info"),
}


def changes(recorded: Answer, got: Answer, kept: Iterable[str] = ()) -> list[Violation]:
    """What is different in status, headers and JSON shape. With another status nothing else is compared.

    `kept` are the names of the headers that a recording keeps: only those can be new.
    """
    if recorded.status != got.status:
        return [Violation("drift-status", "error", "status", str(recorded.status), got.fault or str(got.status))]
    known = frozenset(name.lower() for name in kept)
    return [*_headers(_by_name(recorded), _by_name(got), known), *_body(recorded.payload, got.payload)]


def too_old(recorded: str, today: date, days: int) -> list[Violation]:
    """Whether a recording of this date (ISO, perhaps only a month) is older than so many days."""
    oldest = today - timedelta(days=days)
    expected = f"{oldest.isoformat()} or later"
    found = _date(recorded)
    if found is not None and found >= oldest:
        return []
    return [Violation("recording-too-old", "error", "date", expected, recorded or "no date")]


def _headers(recorded: Mapping[str, str], got: Mapping[str, str], kept: frozenset[str]) -> Iterator[Violation]:
    for name in recorded:
        if name not in got:
            yield Violation("drift-header-removed", "warning", f"header {name}", "as recorded", shape.NOTHING)
    for name in sorted(kept & set(got) - set(recorded)):
        yield Violation("drift-header-added", "info", f"header {name}", shape.NOTHING, "new")
    expected, kind = (_media_type(one.get("content-type", "")) for one in (recorded, got))
    if expected and kind and expected != kind:
        yield Violation("drift-type", "error", "header content-type", expected, kind)


def _body(recorded: Payload, got: Payload) -> Iterator[Violation]:
    for change in shape.compare(shape.of_payload(recorded), shape.of_payload(got)):
        rule, severity = _BODY[change.kind]
        yield Violation(rule, severity, change.where, change.expected, change.got)


def _by_name(answer: Answer) -> Mapping[str, str]:
    return {name.lower(): value for name, value in answer.headers}


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _date(text: str) -> date | None:
    """The day, the first of the month or of the year."""
    try:
        return date.fromisoformat(f"{text[:10]}-01-01"[:10])
    except ValueError:
        return None

"""The differences between an answer and the recorded one, and the age of a recording, as violations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from pytest_customerio.core.model import Answer, Severity, Violation
from pytest_customerio.core.payload import Payload
from pytest_customerio.tools.drift.answers import shape

# The rule and the severity of each kind of change in the body.
_BODY: Mapping[shape.Kind, tuple[str, Severity]] = {
    "added": ("drift-field-added", "info"),
    "removed": ("drift-field-removed", "warning"),
    "retyped": ("drift-type", "error"),
    "learnt": ("drift-type", "info"),
}


def changes(recorded: Answer, got: Answer, headers: Iterable[str] = ()) -> list[Violation]:
    """The differences in status, headers and JSON shape. Where the status differs, nothing else is compared.

    `headers` are the names of the headers that recordings contain. Another header in `got` is not new: it was left out.
    """
    if recorded.status != got.status:
        return [Violation("drift-status", "error", "status", str(recorded.status), got.fault or str(got.status))]
    comparable = frozenset(name.lower() for name in headers)
    return [*_headers(_by_name(recorded), _by_name(got), comparable), *_body(recorded.payload, got.payload)]


def too_old(recorded: str, today: date, days: int) -> list[Violation]:
    """A violation where a recording of this date (ISO; a day, month or year) is older than so many days."""
    oldest = today - timedelta(days=days)
    expected = f"{oldest.isoformat()} or later"
    found = _date(recorded)
    if found is not None and found >= oldest:
        return []
    return [Violation("recording-too-old", "error", "date", expected, recorded or "no date")]


def _headers(recorded: Mapping[str, str], got: Mapping[str, str], comparable: frozenset[str]) -> Iterator[Violation]:
    for name in recorded:
        if name not in got:
            yield Violation("drift-header-removed", "warning", f"header {name}", "as recorded", shape.NOTHING)
    for name in sorted(comparable & set(got) - set(recorded)):
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
    """The day. A month or a year stands for its first day; None where the text is no date."""
    try:
        return date.fromisoformat(f"{text[:10]}-01-01"[:10])
    except ValueError:
        return None

"""How a check reads: as text, as JSON (version 1), and as SARIF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

from pytest_customerio.contract.rules import vocabulary
from pytest_customerio.core.model import Severity
from pytest_customerio.judging.violation import fails
from pytest_customerio.reporting.formats import sarif
from pytest_customerio.reporting.sentences import causes
from pytest_customerio.reporting.sentences.layout import counted, facts
from pytest_customerio.tools.check.tally import Cause, Noted, Place, Tally, printable
from pytest_customerio.tools.commands import CANNOT, DONE, PROGRAM

VERSION = 1
BROKEN = 1
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
# The most causes that are shown with everything, the most warnings, and the most places of one thing.
_BLOCKS, _WARNINGS, _PLACES = 20, 20, 3
NOTHING = """\
nothing was judged: no request to Customer.io, and no payload whose operation is known

  a payload by itself   say what it is: --operation track.event (--operation track lists those of Track)
  a request             has method and url, and body as text or as JSON
  an address of yours   such as a proxy: --host https://…
  where that is fine    --allow-unjudged"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check has found. With `strict` warnings fail; with `lenient` what cannot be judged is no mistake."""

    tally: Tally
    strict: bool = False
    lenient: bool = False

    @property
    def code(self) -> int:
        """1: something breaks the contract; else 2: something cannot be read, or nothing was judged; else 0."""
        if any(fails(name, strict=self.strict) for name in self.tally.severities):
            return BROKEN
        tally = self.tally
        unjudged = not (tally.judged and not tally.unknown and not tally.overlooked)
        return CANNOT if tally.corrupt.count or (unjudged and not self.lenient) else DONE

    @property
    def judged_nothing(self) -> bool:
        """Whether nothing was judged although something should have been."""
        return not (self.tally.judged or self.lenient)


def text(outcome: Outcome) -> str:
    """What a person reads."""
    tally = outcome.tally
    loud: tuple[Severity, ...] = ("error", "warning") if outcome.strict else ("error",)
    failing = tally.of(*loud)
    blocks = ["\n".join(_block(one)) for one in failing[:_BLOCKS]]
    if len(failing) > _BLOCKS:
        blocks.append(f"(and {len(failing) - _BLOCKS} more causes: --format json lists them)")
    if not outcome.strict and (warned := tally.of("warning")):
        blocks.append("\n".join(_warnings(warned)))
    return "\n\n".join([*blocks, "\n".join(closing(outcome))]) + "\n"


def closing(outcome: Outcome) -> Iterator[str]:
    """The lines that say what was looked at, and what was not."""
    tally = outcome.tally
    place = f" of {counted(len(tally.files), 'file')}" if tally.files else ""
    yield f"{counted(tally.judged, 'payload')}{place} judged" + (f": {_wrong(tally)}" if tally.judged else "")
    yield from _listed("allowed", [f"{rule} (×{count})" for rule, count in tally.allowed.items()])
    yield from _listed("not judged", _not_judged(tally))
    unreadable = [f"{one.place}: {one.reason}" for one in tally.corrupt.first]
    more = tally.corrupt.count - len(unreadable)
    yield from _listed("could not be read", unreadable + [f"and {more} more"] * (more > 0))
    if outcome.judged_nothing:
        yield ""
        yield NOTHING


def as_json(outcome: Outcome) -> str:
    """Everything, as data."""
    tally = outcome.tally
    document = {
        "version": VERSION,
        "judged": tally.judged,
        "files": len(tally.files),
        **{f"{name}s": tally.severities.get(name, 0) for name in SEVERITIES},
        "causes": [_cause(one) for one in tally.of(*SEVERITIES)],
        "not_listed": tally.dropped,
        "allowed": tally.allowed,
        "not_judged": {
            "other_hosts": tally.elsewhere,
            "of_browser": tally.loaded,
            "unknown": _noted(tally.all_unknown),
            "without_body": _noted(tally.bodyless),
            "packed": _noted(tally.packed),
            "other_files": list(tally.empty),
        },
        "unreadable": {
            "count": tally.corrupt.count,
            "first": [{**_place(one.place), "reason": one.reason} for one in tally.corrupt.first],
        },
    }
    return dumps(document, indent=1, ensure_ascii=False) + "\n"


def as_sarif(outcome: Outcome) -> str:
    """The log that code scanning reads."""
    tally = outcome.tally
    notices = [sarif.Notice(one.reason, "error", _spot(one.place)) for one in tally.corrupt.first]
    notices += [sarif.Notice(f"not judged: {one}", "warning") for one in _not_judged(tally)]
    notices += [sarif.Notice(NOTHING.partition("\n")[0])] if outcome.judged_nothing else []
    log = sarif.log([_alert(one) for one in tally.of(*SEVERITIES)], notices)
    return sarif.text(log)


FORMS = {"text": text, "json": as_json, "sarif": as_sarif}


def _block(cause: Cause) -> list[str]:
    one = cause.violation
    return [
        f"{cause.operation} {one.where}: expected {one.expected}, got {one.got}".lstrip(),
        "",
        *facts(
            [
                ("found at", _places(cause.places)),
                ("would draw", f"{one.error}   ({one.source})" if one.error else ""),
                ("request", cause.request),
                ("contract", f"{PROGRAM} explain {one.rule}" if one.rule in vocabulary() else ""),
                ("docs", cause.docs),
                ("what to do", one.hint),
                ("on purpose?", f"--allow {one.rule}"),
            ]
        ),
    ]


def _warnings(warned: Sequence[Cause]) -> Iterator[str]:
    yield "warnings (they fail with --strict):"
    for cause in warned[:_WARNINGS]:
        one = cause.violation
        subject = f"{cause.operation} {one.where}: expected {one.expected}, got {one.got} [{one.rule}]"
        yield f"  {subject} at {_places(cause.places)}"
    if len(warned) > _WARNINGS:
        yield f"  (and {len(warned) - _WARNINGS} more)"


def _wrong(tally: Tally) -> str:
    counts = [counted(number, name) for name in SEVERITIES[:2] if (number := tally.severities.get(name, 0))]
    return " and ".join(counts) or "nothing is wrong"


def _not_judged(tally: Tally) -> list[str]:
    """What was not judged, and where the first ones are."""
    several = (
        (tally.all_unknown, "entry", "entries", "whose operation is not known (name it: --operation track.event)"),
        (tally.bodyless, "request", "requests", "judged by the address: the body is not in the file"),
        (tally.packed, "request", "requests", "judged by the address: the body cannot be unpacked"),
    )
    found = [
        f"{noted.count} {one if noted.count == 1 else more} {what}: {_places(noted)}"
        for noted, one, more, what in several
        if noted.count
    ]
    elsewhere = [f"{counted(tally.elsewhere, 'request')} to other hosts"] if tally.elsewhere else []
    loaded = [f"{counted(tally.loaded, 'request')} of the browser: scripts, CORS"] if tally.loaded else []
    files = f"{counted(len(tally.empty), 'file')} without anything of Customer.io"
    empty = [f"{files}: {causes.named([printable(one) for one in tally.empty])}"] if tally.empty else []
    return [*elsewhere, *loaded, *found, *empty]


def _listed(head: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield f"{head}:"
        yield from (f"  {one}" for one in entries)


def _places(noted: Noted[Place]) -> str:
    names = [str(one) for one in noted.first[:_PLACES]]
    more = [f"{noted.count - len(names)} more"] if noted.count > len(names) else []
    return " and ".join(filter(None, (", ".join([*names, *more][:-1]), [*names, *more][-1])))


def _cause(cause: Cause) -> dict[str, Any]:
    one = cause.violation
    names = ("rule", "severity", "where", "expected", "got", "hint", "error", "source")
    return {
        "operation": cause.operation,
        **{name: getattr(one, name) for name in names},
        "request": cause.request,
        "docs": cause.docs,
        "count": cause.places.count,
        "found_at": [_place(place) for place in cause.places.first],
    }


def _noted(noted: Noted[Place]) -> dict[str, Any]:
    return {"count": noted.count, "first": [_place(place) for place in noted.first]}


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.name, "line": place.line, "entry": place.entry}


def _alert(cause: Cause) -> sarif.Alert:
    one, first = cause.violation, cause.places.first[0]
    return sarif.Alert(
        rule=one.rule,
        severity=one.severity,
        text=sarif.message(cause.operation, one.where, one.expected, one.got, one.error, one.source, one.hint),
        identity=f"{cause.operation} {one.rule} {causes.without_numbers(one.where)} {first.name}",
        spots=[_spot(place) for place in cause.places.first],
        count=cause.places.count,
        hint=one.hint,
        docs=cause.docs,
        properties={"operation": cause.operation},
    )


def _spot(place: Place) -> sarif.Spot:
    return sarif.Spot(place.name, place.line, about=f"entry {place.entry}" if place.entry else "")

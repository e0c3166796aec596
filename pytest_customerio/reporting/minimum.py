"""The minimum: how much of what can go wrong where the suite sends has been tried, and whether that is enough.

A part is one call site of an operation. It counts once for each family of error cases that can happen to the
operation, and a family is met where one of its cases was replayed to the call site.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from pytest_customerio.reporting.looked_at import counted
from pytest_customerio.reporting.matrix import FAMILIES, family
from pytest_customerio.reporting.results import Results

# The most parts that are shown; the rest is counted.
SHOWN = 20
HEAD = "{fail}Required error coverage of {required:g}% {reached}. Total error coverage: {total}"
NOTHING = "nothing was heard"
NOT_ASKED = "a minimum of {required:g}% is set in the ini; a run that selects tests need not reach it"


class Part(NamedTuple):
    """One call site of an operation, with the families of errors that it met, and those that it did not meet.

    `call_site` is an empty text where it is not known from where the operation was sent.
    """

    operation: str
    call_site: str
    met: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """As a member of the JSON report."""
        met, missing = list(self.met), list(self.missing)
        return {"operation": self.operation, "sent_from": self.call_site, "met": met, "missing": missing}


class Minimum(NamedTuple):
    """What is `required` in percent, if anything is, and the `parts` that count."""

    required: float | None
    parts: tuple[Part, ...]

    @property
    def percent(self) -> float | None:
        """The percentage of families met; None where nothing was heard that an error can happen to."""
        met, missing = (sum(len(getattr(one, name)) for one in self.parts) for name in ("met", "missing"))
        return 100 * met / (met + missing) if met + missing else None

    @property
    def is_reached(self) -> bool:
        """Whether it is enough. Nothing heard is below any minimum."""
        return self.required is None or (self.percent is not None and self.percent >= self.required)

    def document(self) -> dict[str, Any]:
        """As a member of the JSON report."""
        reached = self.is_reached if self.required is not None else None
        percent = _down(self.percent) if self.percent is not None else None
        parts = [one.document() for one in self.parts]
        return {"required": self.required, "reached": reached, "percent": percent, "parts": parts}

    def lines(self) -> list[str]:
        """What the end of the run says: below the minimum, one line for each part that is not complete."""
        fail, reached = ("", "reached") if self.is_reached else ("FAIL ", "not reached")
        total = NOTHING if self.percent is None else f"{_down(self.percent):g}%"
        head = HEAD.format(fail=fail, required=self.required or 0, reached=reached, total=total)
        return [head, *([] if self.is_reached else self._explained())]

    def _explained(self) -> list[str]:
        lacking = sorted((one for one in self.parts if one.missing), key=lambda one: -len(one.missing))
        more = f"  (and {len(lacking) - SHOWN} more call sites; --cio-report has them)"
        return [*map(_line, lacking[:SHOWN]), *[more] * (len(lacking) > SHOWN)]


def minimum(results: Results) -> Minimum:
    """What the run met, and what it was to meet."""
    done = {(name, one["case"]) for one in results.skipped.values() for name in one["impossible"]}
    found = []
    for operation, sites in sorted(_sites(results).items()):
        cases = [case for case in results.applicable.get(operation, ()) if (operation, case) not in done]
        found += [_part(operation, site, cases, met) for site, met in sites.items()]
    return Minimum(results.required, tuple(found))


def _sites(results: Results) -> dict[str, dict[str, set[str]]]:
    """The call sites of each operation with the cases that they met; an unknown one where none is known."""
    found = results.call_sites
    for one in results.rows:
        if not one["call_sites"] and not one["met_at"]:
            found[one["operation"]].setdefault("", set()).update([one["case"]] if one["case"] else [])
    return found


def _part(operation: str, site: str, cases: Iterable[str], met: Iterable[str]) -> Part:
    did = set(map(family, met))
    lacks = set(map(family, cases)) - did
    ordered = tuple(tuple(name for name in FAMILIES if name in names) for names in (did, lacks))
    return Part(operation, site, *ordered)


def _line(part: Part) -> str:
    every = len(part.met) + len(part.missing)
    what = f"{len(part.met)} of {counted(every, 'error family').replace('familys', 'families')} met"
    return f"  {part.operation} at {part.call_site or 'an unknown place'}: {what}, not {', '.join(part.missing)}"


def _down(percent: float) -> float:
    """One digit, rounded down: what is not reached must not look as if it were."""
    return math.floor(percent * 10) / 10

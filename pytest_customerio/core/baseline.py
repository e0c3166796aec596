"""The baseline: violations that a project knows and mends later. A violation is the same one by its fingerprint."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pytest_customerio.core.model import Violation

# What `Violation.known` says where nobody has written a reason into the file, and where an update adds the violation.
KNOWN, ADDED = "in the baseline", "new in the baseline"
# The most different violations of one test that are remembered.
MOST = 1000
_LEAKS = ("secret-leak", "pii-leak")
# What was found is the class of the exception: a KeyError is another mistake than the SDK's exception.
_BY_CLASS = "undeclared-exception"
# How the violations of these rules name the line (`judging/written_leaks.py`).
_WRITTEN = re.compile(r"written at (?P<site>.+:\d+ in .+)")
_INDEX = re.compile(r"\[\d+\]")


class Fingerprint(NamedTuple):
    """What makes two violations the same one: what may change without a new mistake is no part of it.

    `at` is the function that sent, as `app/crm.py::Crm.purchase`, without a line. `where` is the place in the payload,
    in which `[*]` is any index; of an exception that no test declares it is the class. `case` is the error case of a
    violation of error handling, which has no place; a payload breaks its contract in every case. A leak that was
    written has no operation, and `at` is the function that wrote: any request of a test may carry what was written.
    """

    at: str
    operation: str
    rule: str
    where: str = ""
    case: str = ""


@lru_cache
def _of_any_item(where: str) -> str:
    """The place in a payload, with `[*]` for each index."""
    return _INDEX.sub("[*]", where)


def _written_at(got: str) -> str:
    """The line that wrote, as what was found says it; nothing where it names none."""
    leak = _WRITTEN.search(got)
    return leak["site"] if leak is not None else ""


class Known:
    """The violations that a run knows: the `reasons` of its baseline.

    `place` names the function of a call site, from the call site and the qualified name of its function; `functions`
    are those names, which the session collects. With `updating`, each violation that would fail is known. With
    `strict`, warnings fail too.
    """

    def __init__(
        self,
        reasons: Mapping[Fingerprint, str],
        place: Callable[[str, str], str],
        *,
        updating: bool = False,
        strict: bool = False,
    ) -> None:
        self.functions: dict[str, str] = {}
        self._reasons = reasons
        self._place = place
        self._updating = updating
        self._strict = strict

    def fingerprint(self, violation: Violation, operation: str, case: str | None) -> Fingerprint:
        """The fingerprint of a violation of a request to this operation, in a test that runs in this case."""
        written = _written_at(violation.got) if violation.rule in _LEAKS else ""
        site = written or violation.sent_from or ""
        where = violation.got if violation.rule == _BY_CLASS else _of_any_item(violation.where)
        at = self._place(site, self.functions.get(site, ""))
        return Fingerprint(at, "" if written else operation, violation.rule, where, "" if where else case or "")

    def fails(self, violation: Violation) -> bool:
        """Whether the violation would fail its test, if nothing knew it."""
        return violation.severity == "error" or (violation.severity == "warning" and self._strict)

    def reason(self, fingerprint: Fingerprint, *, fails: bool) -> str:
        """Why the run knows this violation; an empty text where it does not."""
        if (reason := self._reasons.get(fingerprint)) is not None:
            return reason or KNOWN
        return ADDED if self._updating and fails else ""


@dataclass(slots=True)
class Draws:
    """What one test draws of a baseline: the fingerprints of its violations, and whether each would fail.

    With `active` being False nothing is known: the test is expected to fail, so that its violations have to fail it.
    """

    known: Known
    seen: dict[Fingerprint, bool] = field(default_factory=dict)
    active: bool = True

    def reason(self, violation: Violation, operation: str, case: str | None) -> str:
        """Why the run knows this violation; an empty text where it does not."""
        if not self.active or violation.severity == "info":
            return ""
        fingerprint, fails = self.known.fingerprint(violation, operation, case), self.known.fails(violation)
        if fingerprint in self.seen or len(self.seen) < MOST:
            self.seen[fingerprint] = fails or self.seen.get(fingerprint, False)
        return self.known.reason(fingerprint, fails=fails)

    def values(self) -> list[list[object]]:
        """What was seen, as values that xdist can send."""
        return [[*fingerprint, fails] for fingerprint, fails in self.seen.items()]

"""What a run changes in a baseline: it adds what is new, and drops what nothing draws any more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.reporting.baseline.entries import MORE, Entries, Entry, named
from pytest_customerio.reporting.baseline.ran import Ran


@dataclass(slots=True)
class Draw:
    """One violation that a run drew: whether it fails a test that does not know it, and the test functions."""

    fails: bool = False
    tests: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Update:
    """The entries after a run, those that were `added` and those that were `dropped`."""

    entries: Entries
    added: tuple[Entry, ...] = ()
    dropped: tuple[Entry, ...] = ()


Drawn = Mapping[Fingerprint, Draw]


def _stale(entries: Entries, draws: Drawn, ran: Ran) -> tuple[Entry, ...]:
    """The entries that nothing draws any more, as far as the run can tell."""
    return tuple(sorted(one for at, one in entries.items() if at not in draws and ran.can_tell(one)))


def updated(entries: Entries, draws: Drawn, ran: Ran) -> Update:
    """The entries after a run. What the run cannot tell stays, and so do reasons."""
    dropped = _stale(entries, draws, ran)
    reasons, gone = _reasons(dropped), {one.fingerprint for one in dropped}
    found = {at: _renewed(one, draws.get(at), ran) for at, one in entries.items() if at not in gone}
    added = tuple(
        Entry(at, named(draw.tests), reasons.get(at[1:], ""))
        for at, draw in sorted(draws.items(), key=lambda one: one[0])
        if draw.fails and at not in found
    )
    return Update({**found, **{one.fingerprint: one for one in added}}, added, dropped)


def _renewed(entry: Entry, draw: Draw | None, ran: Ran) -> Entry:
    """The entry with the tests that draw it now, and those that could not tell."""
    if draw is None:
        return entry
    remembered = {one for one in entry.tests if _may_draw(one, draw.tests, ran)}
    return entry._replace(tests=named(remembered | draw.tests, first=entry.tests))


def _may_draw(test: str, drew: Collection[str], ran: Ran) -> bool:
    return not ran.is_complete if test == MORE else test in drew or not ran.is_silent(test)


def _reasons(dropped: Collection[Entry]) -> dict[tuple[str, ...], str]:
    """The reasons of dropped entries by all but the function: where a function was renamed, the reason stays."""
    found = defaultdict[tuple[str, ...], set[str]](set)
    for one in dropped:
        found[one.fingerprint[1:]].add(one.reason)
    return {key: reasons.pop() for key, reasons in found.items() if len(reasons) == 1}

"""Which call sites met an error, and what would let the others meet one: a mark, ready to paste."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pytest_customerio.reporting.looked_at import counted
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import Row

# The most call sites that are shown one by one; the rest is counted.
SHOWN = 5


class Way(NamedTuple):
    """How a call site would meet errors in a test. The lower the `effort`, the better."""

    effort: int
    nodeid: str
    text: str
    paste: str


class Unreached(NamedTuple):
    """One call site of an operation that met no error in this run, and the best way to change that."""

    operation: str
    call_site: str
    way: Way


def unreached(results: Results) -> list[Unreached]:
    """The call sites that met no error, of operations that can meet one."""
    ways: dict[tuple[str, str], Way] = {}
    met = results.call_sites
    for operation, site, way in _ways(results):
        if not met[operation][site]:
            ways[operation, site] = min(way, ways.get((operation, site), way))
    return [Unreached(operation, site, way) for (operation, site), way in sorted(ways.items())]


def lines(results: Results) -> list[str]:
    """The call sites that met no error as lines of the summary, each with what would reach it."""
    found = unreached(results)
    known = sum(len(sites) for name, sites in results.call_sites.items() if results.applicable.get(name))
    shown = [f"met no error: {len(found)} of {counted(known, 'call site')}"]
    for one in found[:SHOWN]:
        shown += [f"  {one.operation} at {one.call_site}", f"    {one.way.text}: {one.way.paste}"]
    return [*shown, *[f"  (and {len(found) - SHOWN} more)"] * (len(found) > SHOWN)] if found else []


def _ways(results: Results) -> Iterator[tuple[str, str, Way]]:
    """For each test, operation and call site how errors would meet it there."""
    first: dict[str, str] = {}
    for row in results.rows:
        if results.applicable.get(row["operation"]):
            first.setdefault(row["nodeid"], row["operation"])
            for place, site in enumerate(row["call_sites"]):
                yield row["operation"], site, _way(results, row, place, first=first[row["nodeid"]] == row["operation"])


def _way(results: Results, row: Row, place: int, *, first: bool) -> Way:
    """How errors would meet the call site at this `place` among those of its operation in the test."""
    operation, nodeid = row["operation"], row["nodeid"].partition("[")[0]
    test = results.tests.get(row["nodeid"], {})
    marks = test.get("mark")
    if not test.get("markable", True):
        return Way(5, nodeid, "in a test function", "@pytest.mark.cio_errors")
    if place:
        paste = f'with cio.replay("429", operations="{operation}"):'
        return Way(4, nodeid, f"around this call in {nodeid}", paste)
    if marks is not None and (first or not marks):
        paste = "@pytest.mark.cio_errors" + '(operations="each")' * (not marks)
        return Way(3, nodeid, f"run {nodeid} in all cases", paste)
    if marks:
        return Way(1, nodeid, f"{nodeid} meets each error in its first call only", marks)
    paste = "@pytest.mark.cio_errors" + f'(operations="{operation}")' * (not first)
    return Way(0 if first else 2, nodeid, f"mark {nodeid}", paste)

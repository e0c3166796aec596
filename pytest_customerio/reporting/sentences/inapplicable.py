"""The tests marked `cio_errors` of which every case was skipped: no error was replayed to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import Row

# The most tests that are shown one by one; the rest is counted.
TESTS = 10
HEAD = "no error was replayed to these tests, every case of their mark was skipped (fails with --cio-strict):"


def untouched(rows: Iterable[Row], skipped: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """The reasons of each test function of which every case was skipped; `skipped` is by test item.

    An item that sent something and was not skipped failed before it met its case.
    """
    met = {function(row["nodeid"]) for row in rows if row["case"] is not None or row["nodeid"] not in skipped}
    found: dict[str, list[str]] = {}
    for nodeid, one in skipped.items():
        if function(nodeid) not in met:
            found.setdefault(function(nodeid), []).append(one["reason"])
    return found


def function(nodeid: str) -> str:
    """The test function of an item: its node id without the parameters, which the case is one of."""
    path, colons, name = nodeid.partition("::")
    return path + colons + name.partition("[")[0]


def lines(results: Results) -> list[str]:
    """What the summary says of them; nothing where there are none."""
    found = untouched(results.rows, results.skipped)
    shown = [f"  {name}: {_reason(reasons)}" for name, reasons in list(found.items())[:TESTS]]
    more = [f"  (and {len(found) - TESTS} more tests)"] if len(found) > TESTS else []
    return ["", HEAD, *shown, *more] if found else []


def _reason(reasons: Sequence[str]) -> str:
    more = len(reasons) - 1
    return reasons[0] + (f" (and {more} more case{'s' * (more > 1)})" if more else "")

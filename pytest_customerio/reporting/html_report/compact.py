"""The verdicts of a run as compact JSON: what occurs often stands once in a pool, and rows are lists of numbers.

`templates/report.js` reads it. A text of a row is its place in the pool.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from json import JSONEncoder
from typing import Any

from pytest_customerio.reporting.matrix import family
from pytest_customerio.reporting.problems import STATES, state_of
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import Row
from pytest_customerio.reporting.sentences.inapplicable import function

# The members of a violation, and what a row is besides them, in the order in which the script expects both.
VIOLATION = ("rule", "severity", "where", "expected", "got", "hint", "sent_from", "source", "error", "allowed", "known")
OUTCOMES = ("", "recovered", "raised", "deferred", "reported", "lost")
WORDS = ("ok", *STATES, "skipped")
_NO_DETAILS = ((), (), None, None)
_encode = JSONEncoder(separators=(",", ":")).encode


class Pool:
    """Values that JSON can write, each once, by their place. The first one is null."""

    def __init__(self) -> None:
        self._places: dict[object, int] = {None: 0}
        self._texts: dict[str, int] = {}

    def add(self, value: tuple[Any, ...] | str | None) -> int:
        """The place of a text or a tuple; that of null for an empty text."""
        return self._places.setdefault(value or (None if value == "" else value), len(self._places))

    def add_text(self, text: str) -> int:
        """The place of a value that is JSON already."""
        place = self._texts.get(text)
        if place is None:
            place = self._texts[text] = self._places[_Written(text)] = len(self._places)
        return place

    def __str__(self) -> str:
        return f"[{','.join(one.text if isinstance(one, _Written) else _encode(one) for one in self._places)}]"


class _Written:
    """JSON text as a value of the pool, which no other value equals."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def data(results: Results) -> str:
    """The JSON text, in which no tag can end the element that it stands in."""
    pool = Pool()
    functions = ",".join(_functions(results, pool))
    cases = sorted({*(one["case"] for one in results.rows if one["case"]), *_skipped(results)})
    members = {
        "operations": _encode({name: pool.add(name) for name in results.operations}),
        "families": _encode({case: [pool.add(case), family(case)] for case in cases}),
        "words": _encode(WORDS),
        "outcomes": _encode(OUTCOMES),
        "violation": _encode(VIOLATION),
        "answers": JSONEncoder(separators=(",", ":"), sort_keys=True).encode(results.answers),
        "functions": f"[{functions}]",
        "pool": str(pool),
    }
    text = ",\n".join(f'"{name}":{value}' for name, value in members.items())
    return f"{{{text}}}".replace("<", "\\u003c")


def _functions(results: Results, pool: Pool) -> Iterator[str]:
    """Each test function with the rows of its items: `["t.py::test", [[…], …]]`."""
    found: dict[str, list[list[int]]] = {}
    for row in results.ordered:
        found.setdefault(function(row["nodeid"]), []).append(_row(results, row, pool))
    rowless = {**dict.fromkeys(results.headlines), **results.skipped}
    for nodeid in sorted(rowless.keys() - {row["nodeid"] for row in results.rows}):
        row = {"nodeid": nodeid, "operation": "", "case": None, "outcome": None, "attempts": 0, "violations": []}
        found.setdefault(function(nodeid), []).append(_row(results, row, pool))
    return (_encode([name, rows]) for name, rows in found.items())


def _row(results: Results, row: Row, pool: Pool) -> list[int]:
    nodeid, case, violations = row["nodeid"], row["case"], row["violations"]
    states = [state_of(results, each, nodeid) for each in violations]
    said = results.headlines.get(nodeid, "")
    skipped = results.skipped.get(nodeid)
    if skipped is not None and not said:
        said, case = f"not replayed: {skipped['reason']}", case or skipped["case"]
    details = results.details.get((nodeid, row["operation"], row["case"]))
    return [
        pool.add(_name(nodeid)),
        pool.add(row["operation"]),
        pool.add(case),
        WORDS.index(_state(states, said, skipped=skipped is not None)),
        OUTCOMES.index(row["outcome"] or ""),
        row["attempts"],
        pool.add(tuple(row.get("waits", ()))),
        pool.add(tuple(_violation(each, state, pool) for each, state in zip(violations, states, strict=True))),
        pool.add(tuple(row.get("call_sites", ()))),
        pool.add(tuple(row.get("met_at", ()))),
        *(map(pool.add, _NO_DETAILS) if details is None else map(pool.add_text, details)),
        pool.add(said),
        pool.add(results.outcomes.get(nodeid)),
    ]


def _violation(each: Mapping[str, Any], state: str, pool: Pool) -> tuple[int, ...]:
    return (WORDS.index(state), *(pool.add(each.get(name)) for name in VIOLATION))


def _state(states: Sequence[str], said: str, *, skipped: bool) -> str:
    """The state of a row: that of its worst violation; without any, whether it was judged at all. Info is no fault."""
    if found := [one for one in states if one != "info"]:
        return min(found, key=WORDS.index)
    if skipped:
        return "skipped"
    return "fail" if said else "ok"


def _skipped(results: Results) -> set[str]:
    return {one["case"] for one in results.skipped.values()}


def _name(nodeid: str) -> str:
    """What tells an item from the others of its function."""
    return nodeid.removeprefix(function(nodeid)).removeprefix("[").removesuffix("]")

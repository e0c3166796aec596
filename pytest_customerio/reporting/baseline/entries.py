"""The file of a baseline: one violation a line, as JSON, sorted by call site, so that git shows and merges lines."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.core.data import DataError, read_text

VERSION = 1
# The first line. A merge may leave it anywhere.
HEAD = "baseline"
# Behind the tests of an entry: there are more, which are not named.
MORE = "…"
# The tests that an entry names. More would make its line longer than anybody reads, and change it often.
NAMED = 3
ACCEPTED = '{"at": …, "operation": …, "rule": …, "where" or "case": …, "tests": […], "reason": …}, one a line'
MERGE = "a conflict of git; keep the lines of both sides, remove the lines of the markers, and update the baseline"
_MARKERS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
# The lines that are read at once: more would be slower again, as Python's garbage collector looks at all their values.
_CHUNK = 500
_MEMBERS = frozenset(("at", "operation", "rule", "where", "case", "tests", "reason"))


class Entry(NamedTuple):
    """One violation that the project knows. `tests` are test functions that drew it, with `MORE` if there are others.

    `reason` is what somebody wrote into the file: why it stays, or who mends it.
    """

    fingerprint: Fingerprint
    tests: tuple[str, ...] = ()
    reason: str = ""


Entries = Mapping[Fingerprint, Entry]


def text(entries: Iterable[Entry]) -> str:
    """The text of the file."""
    rows = [{HEAD: "pytest-customerio", "version": VERSION}, *map(_shown, sorted(entries))]
    return "".join(f"{_json(row)}\n" for row in rows)


def _shown(entry: Entry) -> dict[str, Any]:
    named = {name: value for name, value in entry.fingerprint._asdict().items() if value or name == "at"}
    return {**named, "tests": list(entry.tests), "reason": entry.reason}


def _json(row: Mapping[str, Any]) -> str:
    """One line. Half of a surrogate pair cannot be written as UTF-8, so that such a line is escaped."""
    shown = json.dumps(row, ensure_ascii=False)
    return shown if shown.isprintable() else json.dumps(row)


def read(path: Path) -> dict[Fingerprint, Entry]:
    """The entries of a file, in any order. Raises `DataError` with the line.

    An entry that stands there twice, as after a merge, has the tests and the reasons of both.
    """
    lines = read_text(path).split("\n")
    found: dict[Fingerprint, Entry] = {}
    for start in range(0, len(lines), _CHUNK):
        for number, row in enumerate(_rows(path, start, lines[start : start + _CHUNK]), start + 1):
            if row is None:
                continue
            if type(row) is not dict:
                raise _unread(path, number)
            if HEAD in row:
                _check_version(path, number, row)
                continue
            entry = _entry(path, number, row)
            old = found.setdefault(entry.fingerprint, entry)
            if old is not entry:
                found[entry.fingerprint] = _together(old, entry)
    return found


def _rows(path: Path, start: int, lines: list[str]) -> list[Any]:
    """The JSON of each line, None where a line is empty. Many lines are read at once, because that is faster."""
    try:
        found: list[Any] = json.loads(f"[{','.join(line or 'null' for line in lines)}]")
    except (ValueError, RecursionError):
        found = []
    if len(found) == len(lines):
        return found
    return [_row(path, number, line) for number, line in enumerate(lines, start + 1)]


def _row(path: Path, number: int, line: str) -> Any:
    if line.startswith(_MARKERS):
        raise DataError(path, number, MERGE)
    try:
        return json.loads(line) if line.strip() else None
    except (ValueError, RecursionError):
        raise _unread(path, number) from None


def _unread(path: Path, number: int) -> DataError:
    return DataError(path, number, f"no entry of a baseline; accepted: {ACCEPTED}")


def _check_version(path: Path, number: int, row: Mapping[str, Any]) -> None:
    if row.get("version") != VERSION:
        raise DataError(path, number, f"version {row.get('version')!r} of a baseline; accepted: {VERSION}")


def _entry(path: Path, number: int, row: dict[str, Any]) -> Entry:
    get, tests = row.get, row.get("tests", [])
    at, operation, rule = get("at", ""), get("operation", ""), get("rule", "")
    where, case, reason = get("where", ""), get("case", ""), get("reason", "")
    try:
        "".join((at, operation, rule, where, case, reason, *tests))  # raises TypeError where one is no text
    except TypeError:
        raise _unread(path, number) from None
    if not (rule and type(tests) is list and _MEMBERS.issuperset(row)):
        raise _unread(path, number)
    return Entry(Fingerprint(at, operation, rule, where, case), tuple(tests), reason.strip())


def _together(one: Entry, other: Entry) -> Entry:
    reasons = dict.fromkeys(part for each in (one, other) for part in each.reason.split("; ") if part)
    return Entry(one.fingerprint, named({*one.tests, *other.tests}), "; ".join(reasons))


def named(tests: Collection[str], first: Iterable[str] = ()) -> tuple[str, ...]:
    """The tests that an entry names: of many those that stood there `first`, then others, and `MORE`."""
    order = [*(one for one in first if one in tests), *sorted(tests)]
    several = list(dict.fromkeys(one for one in order if one != MORE))
    return (*sorted(several[:NAMED]), *[MORE] * (len(several) > NAMED or MORE in tests))

"""Mistakes in a schema of the project that JSON Schema allows: a misspelt keyword, and an `x-cio` that says nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pytest_customerio.contract.engine.keywords import KEYWORDS as OURS
from pytest_customerio.contract.engine.walk import CONSTRAINTS, KEYWORDS, subschemas
from pytest_customerio.core.data import read_json
from pytest_customerio.core.model import Severity
from pytest_customerio.core.nearest import nearest

Json = Any
# What is wrong, and the keys that lead to it.
Flaw = tuple[Sequence[str | int], str]
_OURS = (*OURS, "x-known", "x-cio")
_ENTRY = ("rule", "expected", "hint", "error", "source", "severity", "evidence")
_KEYED = 'x-cio is keyed by the keyword that breaks: {"required": {"rule": …, "hint": …}}'
# A shorter keyword is near to too many words that a project may have for itself.
_SHORTEST = 4


def flaw(document: Mapping[str, Json]) -> Flaw | None:
    """The first mistake in the document, or None. Keywords of the project's own are left alone."""
    return next((found for place, schema in subschemas(document) for found in _flaws(place, schema)), None)


def named_rules(folders: Iterable[Path]) -> frozenset[str]:
    """The rules that the schemas below these folders name, also those that only the project knows."""
    files = (path for folder in folders for path in sorted(folder.rglob("*.json")))
    return frozenset(rule for path in files for rule in _rules(read_json(path)))


def _flaws(place: Sequence[str | int], schema: Mapping[str, Json]) -> Iterator[Flaw]:
    for keyword in schema:
        if meant := _meant(keyword):
            yield [*place, keyword], f"{keyword!r} is no keyword, and constrains nothing; did you mean {meant}?"
    own = schema.get("x-cio", {})
    if not isinstance(own, dict):
        yield [*place, "x-cio"], _KEYED
    for key, entry in own.items() if isinstance(own, dict) else ():
        yield from (([*place, "x-cio", key, *at], cause) for at, cause in _entry_flaws(key, entry))


def _meant(keyword: str) -> str | None:
    if keyword in KEYWORDS or keyword in _OURS:
        return None
    if keyword.startswith("x-"):
        return nearest(keyword, _OURS, 0.85)
    return nearest(keyword, [one for one in CONSTRAINTS if len(one) >= _SHORTEST], 0.75)


def _entry_flaws(key: str, entry: Json) -> Iterator[Flaw]:
    """What is wrong with one member of `x-cio`. At a root it may say other things than those of a constraint."""
    if key in _ENTRY:
        yield (), _KEYED
    elif key.partition(":")[0] in (*KEYWORDS, *_OURS, "*"):
        if isinstance(entry, dict):
            yield from (([name], cause) for name, value in entry.items() for cause in _member_flaws(name, value))
        else:
            yield (), f'the x-cio of a keyword is an object: {{"{key}": {{"rule": …, "hint": …}}}}'


def _member_flaws(name: str, value: Json) -> Iterator[str]:
    if name in _ENTRY and not (isinstance(value, str) and value.strip()):
        yield f"{name} of x-cio is text"
    elif name == "severity" and value not in get_args(Severity):
        yield f"{value!r} is no severity; accepted: {', '.join(get_args(Severity))}"
    elif name not in _ENTRY and (near := nearest(name, _ENTRY, 0.75)):
        yield f"{name!r} is no member of x-cio; did you mean {near}?"


def _rules(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        entries = own.values() if isinstance(own := node.get("x-cio"), dict) else ()
        yield from (each["rule"] for each in entries if isinstance(each, dict) and isinstance(each.get("rule"), str))
        node = list(node.values())
    for each in node if isinstance(node, list) else ():
        yield from _rules(each)

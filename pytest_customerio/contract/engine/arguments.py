"""Whether the arguments of our own keywords, in a schema of the project, are such that the engine can use them.

A wrong one would constrain nothing, or fail when the first payload breaks it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from pytest_customerio.contract.engine.formats import FORMATS
from pytest_customerio.core.model import Severity
from pytest_customerio.core.nearest import did_you_mean

Json = Any
# Below these stand payloads, not schemas.
_VALUES = frozenset({"examples", "enum", "const", "default"})
_SEVERITIES = get_args(Severity)
_TEXTS = ("rule", "expected", "hint", "error", "source")


class Misuse(NamedTuple):
    """A keyword that cannot be used: the way to it, and what is wrong."""

    place: tuple[str | int, ...]
    cause: str


def misuses(schema: Json, place: tuple[str | int, ...] = ()) -> Iterator[Misuse]:
    """Each keyword of ours with an argument that it does not take, and each entry of `x-cio` that says nothing."""
    if isinstance(schema, list):
        for index, entry in enumerate(schema):
            yield from misuses(entry, (*place, index))
    if not isinstance(schema, dict):
        return
    for keyword, argument in schema.items():
        here = (*place, keyword)
        if keyword == "x-cio":
            yield from (Misuse((*here, *each.place), each.cause) for each in _of_entries(argument, schema))
        elif keyword in _ARGUMENTS:
            cause = _ARGUMENTS[keyword](argument)
            if cause:
                yield Misuse(here, f"{keyword}: {cause}")
        elif keyword not in _VALUES:
            yield from misuses(argument, here)


def _of_entries(entries: Json, schema: Mapping[str, Json]) -> Iterator[Misuse]:
    """What is wrong with `x-cio` beside the keywords of a schema. Other names in it are none of ours."""
    if not isinstance(entries, dict):
        yield Misuse((), 'x-cio: accepted: {"keyword": {"rule": …, "expected": …, "hint": …}}')
        return
    for name, entry in entries.items():
        keyword = name.partition(":")[0]
        if keyword == "*" or keyword in schema:
            cause = _of_entry(entry)
            if cause:
                yield Misuse((name,), f"x-cio: {name}: {cause}")


def _of_entry(entry: Json) -> str:
    if not isinstance(entry, dict):
        return "accepted: an object with rule, expected, hint"
    wrong = [name for name in _TEXTS if not isinstance(entry.get(name, ""), str)]
    if wrong:
        return f"{wrong[0]} is text"
    severity = entry.get("severity", "error")
    return "" if severity in _SEVERITIES else f"severity: accepted: {', '.join(_SEVERITIES)}"


def _number(argument: Json) -> str:
    return "" if isinstance(argument, int) and not isinstance(argument, bool) else "accepted: a whole number"


def _names(argument: Json) -> str:
    listed = isinstance(argument, list) and argument and all(isinstance(each, str) for each in argument)
    return "" if listed else "accepted: a list of names"


def _format(argument: Json) -> str:
    name = str(argument)[:40]
    near = did_you_mean(name, FORMATS)
    return "" if name in FORMATS else f"no format is named {name!r}{near}; accepted: {', '.join(FORMATS)}"


_ARGUMENTS: Mapping[str, Callable[[Json], str]] = {
    "x-maxBytes": _number,
    "x-maxJsonBytes": _number,
    "x-warnJsonBytes": _number,
    "x-recipients": _number,
    "x-anyRequired": _names,
    "x-exactlyOne": _names,
    "x-format": _format,
}

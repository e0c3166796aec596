"""Checks that JSON is a seed: the places and types of its members. A seed is refused as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.json_values import mapping, mappings
from pytest_customerio.tools.sandbox.workspace.people.person import IDENTIFIER_KINDS

VERSION = 1
KINDS = ("people", "objects", "segments")
_NAMING = ("id", "token")  # of which a device has one


class SeedError(CannotError):
    """This is no seed. The text names the place and what is expected there."""


def check_seed(seed: Any) -> None:
    """Raises `SeedError` for the first thing that is wrong."""
    if not isinstance(seed, dict):
        raise SeedError('a seed is a list of people, or an object such as {"version": 1, "people": […]}')
    if seed.get("version", VERSION) != VERSION:
        raise SeedError(f"the seed has version {seed['version']!r}, and this is a sandbox that reads {VERSION}")
    if unknown := [name for name in seed if name not in (*KINDS, "version")]:
        raise SeedError(f"there is no {unknown[0]!r} in a seed; known are {', '.join(KINDS)}")
    for kind in KINDS:
        if problem := next(_problems(kind, seed.get(kind, [])), None):
            raise SeedError(problem)


def identifiers_of(person: Mapping[str, Any]) -> dict[str, str]:
    """The identifiers of a person in a seed: at its top, or in `identifiers`."""
    given = {**person, **mapping(person.get("identifiers"))}
    return {kind: str(given[kind]) for kind in IDENTIFIER_KINDS if given.get(kind) not in (None, "")}


def _problems(kind: str, given: Any) -> Iterator[str]:
    """What is wrong with the people, objects or segments of a seed."""
    check = {"people": _of_person, "objects": _of_object, "segments": _of_segment}[kind]
    yield from _of_list(f"$.{kind}", given)
    for index, each in enumerate(mappings(given)):
        yield from check(f"$.{kind}[{index}]", each)


def _of_person(place: str, given: Mapping[str, Any]) -> Iterator[str]:
    named = {**given, **mapping(given.get("identifiers"))}
    for kind in IDENTIFIER_KINDS:
        if not _is_name(named.get(kind, "")):
            yield f"{place}.{kind}: expected a text or a number"
    if not identifiers_of(given):
        yield f"{place}: expected an id, an email or a phone"
    yield from _of_objects(place, given, ("identifiers", "attributes"))
    for name in ("devices", "events", "relationships"):
        yield from _of_list(f"{place}.{name}", given.get(name) or [])
    for index, each in enumerate(mappings(given.get("devices"))):
        if not any(_is_name(each.get(name)) and each.get(name) not in (None, "") for name in _NAMING):
            yield f"{place}.devices[{index}]: expected an id"
    for index, each in enumerate(mappings(given.get("events"))):
        yield from _of_event(f"{place}.events[{index}]", each)
    segments = given.get("segments") or []
    if not isinstance(segments, list) or not all(map(_is_number, segments)):
        yield f"{place}.segments: expected a list of numbers"


def _of_event(place: str, given: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(given.get("name"), str):
        yield f"{place}: expected a name"
    if not _is_number(given.get("timestamp", 0)):
        yield f"{place}.timestamp: expected unix seconds"
    yield from _of_objects(place, given, ("data",))


def _of_object(place: str, given: Mapping[str, Any]) -> Iterator[str]:
    if not _is_name(given.get("object_id")) or given.get("object_id") in (None, ""):
        yield f"{place}: expected an object_id"
    yield from _of_objects(place, given, ("attributes",))
    yield from _of_list(f"{place}.people", given.get("people") or [])


def _of_segment(place: str, given: Mapping[str, Any]) -> Iterator[str]:
    if not _is_number(given.get("id", 0)):
        yield f"{place}.id: expected a number"


def _of_objects(place: str, given: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if not isinstance(given.get(name), dict | None):
            yield f"{place}.{name}: expected an object"


def _of_list(place: str, given: Any) -> Iterator[str]:
    if not isinstance(given, list):
        yield f"{place}: expected a list"
    else:
        for index, each in enumerate(given):
            if not isinstance(each, dict):
                yield f"{place}[{index}]: expected an object"


def _is_name(value: object) -> bool:
    return value is None or isinstance(value, str) or _is_number(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

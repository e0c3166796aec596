"""Reads the files of a tracking plan. A file that cannot be used, or would constrain nothing, is refused with its line.

`events/<name>.json`, `attributes.json`, `messages/<id>.json` and `broadcasts/<id>.json` are JSON Schemas of data; in
`common.json` stand the definitions that they share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from pytest_customerio.contract.engine.arguments import misuses
from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.engine.members import nearest_member
from pytest_customerio.contract.engine.own_schemas import checked_schema, line_of
from pytest_customerio.contract.engine.walk import KEYWORDS, rebuilt, subschemas
from pytest_customerio.contract.plan.contents import Kind, message_id
from pytest_customerio.core.data import DataError, read_json
from pytest_customerio.core.nearest import did_you_mean

Json = Any
ATTRIBUTES, COMMON = "attributes.json", "common.json"
FOLDERS: Mapping[str, Kind] = {"events": "event", "messages": "message", "broadcasts": "broadcast"}
PLACES = ("attributes.json", "common.json", "events/*.json", "messages/*.json", "broadcasts/*.json")
RULES: Mapping[Kind, str] = {
    "event": "event-contract",
    "attributes": "attribute-type",
    "message": "message-data-contract",
    "broadcast": "message-data-contract",
}
_NOUNS: Mapping[Kind, str] = {
    "event": "a property",
    "attributes": "an attribute",
    "message": "a variable",
    "broadcast": "a variable",
}
_SHARED = "common.json#/$defs/"


class PlanFile(NamedTuple):
    """One schema of a plan as it stands on disk. `file` is its path below the plan's folder."""

    kind: Kind
    name: str
    file: PurePosixPath
    document: Mapping[str, Json]


def plan_files(folder: Path) -> list[PlanFile]:
    """The schemas in the folder, sorted; none where there is no such folder. Raises `DataError`."""
    found: dict[tuple[Kind, str], PlanFile] = {}
    for path in _paths(folder):
        one = _plan_file(folder, path)
        other = found.setdefault((one.kind, one.name), one)
        if other is not one:
            raise DataError(path, None, f"{other.file} is about the same {one.kind} {one.name!r}")
    return list(found.values())


def compiled(folder: Path, files: Sequence[PlanFile], common: Mapping[str, Json]) -> dict[tuple[Kind, str], Schema]:
    """The schemas by what they are about. `common` are the definitions that Customer.io's own schemas share; a
    `common.json` in the folder takes their place. Raises `DataError`.
    """
    shared = _own_common(folder / COMMON) if (folder / COMMON).is_file() else common
    found = {}
    for one in files:
        path = folder / one.file
        _check_keywords(path, one.document)
        document = rebuilt(one.document, lambda schema, kind=one.kind: _adapted(schema, _NOUNS[kind]))  # type: ignore[misc]
        found[one.kind, one.name] = checked_schema(path, document, shared, RULES[one.kind])
    return found


def _paths(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.json")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") for part in parts) or parts == (COMMON,):
            continue
        if parts != (ATTRIBUTES,) and not (len(parts) == 2 and parts[0] in FOLDERS):
            near = did_you_mean(parts[0], [ATTRIBUTES, COMMON] if len(parts) == 1 else list(FOLDERS))
            raise DataError(path, None, f"no part of a tracking plan{near}; accepted: {', '.join(PLACES)}")
        yield path


def _plan_file(folder: Path, path: Path) -> PlanFile:
    document = read_json(path, unique=True)
    if not isinstance(document, dict):
        raise DataError(path, 1, "a schema is an object")
    file = PurePosixPath(*path.relative_to(folder).parts)
    if file.name == ATTRIBUTES and len(file.parts) == 1:
        return PlanFile("attributes", "", file, document)
    kind = FOLDERS[file.parts[0]]
    return PlanFile(kind, _name(path, kind, document), file, document)


def _name(path: Path, kind: Kind, document: Mapping[str, Json]) -> str:
    """What the schema is about: the `x-cio` at its root says so where a file cannot have that name."""
    about = document.get("x-cio", {})
    given = about.get(kind, path.stem) if isinstance(about, dict) else None
    if not isinstance(given, str) or not given.strip():
        raise DataError(path, line_of(path, ["x-cio"]), f'x-cio: accepted: {{"{kind}": "the name"}}')
    return given if kind == "event" else message_id(given)


def _own_common(path: Path) -> Mapping[str, Json]:
    document = read_json(path, unique=True)
    if not isinstance(document, dict) or not isinstance(document.get("$defs"), dict):
        raise DataError(path, 1, 'holds what several schemas share: {"$defs": {"name": {…}}}')
    _check_keywords(path, document)
    for misuse in misuses(document):
        raise DataError(path, line_of(path, misuse.place), misuse.cause)
    found: Mapping[str, Json] = rebuilt(document, lambda schema: _adapted(schema, "a member"))
    return found


def _check_keywords(path: Path, document: Mapping[str, Json]) -> None:
    for place, schema in subschemas(document):
        for keyword in schema:
            if keyword not in KEYWORDS and not keyword.startswith("x-"):
                near = nearest_member(keyword, KEYWORDS)
                meant = f"; did you mean {near}?" if near else "; properties stand in properties"
                cause = f"{keyword!r} is no keyword of JSON Schema, and would constrain nothing{meant}"
                raise DataError(path, line_of(path, [*place, keyword]), cause)


def _adapted(schema: dict[str, Json], noun: str) -> dict[str, Json]:
    """The schema as the engine reads it: each member that it does not allow is a violation of its own."""
    if isinstance(reference := schema.get("$ref"), str) and reference.startswith(_SHARED):
        schema = {**schema, "$ref": f"../{reference}"}
    if schema.get("additionalProperties") is not False or "patternProperties" in schema:
        return schema
    own = schema.get("x-cio", {})
    listed = {"expected": f"{noun} of the plan", **own.get("additionalProperties", {})}
    rest = {keyword: value for keyword, value in schema.items() if keyword != "additionalProperties"}
    return {**rest, "x-known": list(schema.get("properties", {})), "x-cio": {**own, "x-known": listed}}

"""Reads a tracking plan of Segment or RudderStack into a plan.

Segment: `rules` of its Public API (`type`, `key`, `jsonSchema`, `version`; docs.segmentapis.com, and the resource
`segment_tracking_plan` of its Terraform provider), and the older form of its Config API, which Typewriter keeps as
plan.json (github.com/segmentio/typewriter, src/cli/api/api.ts). RudderStack: the events of its Data Catalog API
(`name`, `eventType`, `identitySection`, `rules`; github.com/rudderlabs/rudder-iac, api/client/catalog), and the
plan.json of RudderTyper (github.com/rudderlabs/rudder-typer, src/cli/api/api.ts).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from pytest_customerio.contract.engine.engine import Schema
from pytest_customerio.contract.engine.walk import KEYWORDS, rebuilt
from pytest_customerio.contract.plan.contents import Kind
from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.core.data import DataError, read_json
from pytest_customerio.tools.plan.changes import Change, Update
from pytest_customerio.tools.plan.documents import DRAFT, described, file_for

Json = Any
_KINDS: Mapping[str, Kind] = {"track": "event", "identify": "attributes"}
# The members of the Config API's `rules` that are about a person, by the name that each release gave them.
_TRAITS = ("identify", "identify_traits", "user_traits")
# Members of a rule, which a whole plan does not have.
_SCHEMAS = frozenset({"jsonSchema", "json_schema", "eventType"})
_NOT_A_PLAN = "no tracking plan of Segment or RudderStack: no rules, and no events with rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a vendor's plan: the `type` of the call, the event's `name`, and the schema of the whole call."""

    type: str
    name: str
    schema: Mapping[str, Json]
    version: float = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What was read: the `form` of the file, what is to be written, and what is left out, with the reason."""

    form: str
    update: Update
    left_out: tuple[str, ...]


def imported(path: Path, files: Sequence[PlanFile], common: Mapping[str, Json]) -> Imported:
    """What the file adds to a plan; what the plan has already stays as it is. Raises `DataError`."""
    document = read_json(path)
    rules = list(_rules(document))
    if not rules:
        raise DataError(path, None, _NOT_A_PLAN)
    known = {(one.kind, one.name) for one in files}
    taken, documents, changes = [str(one.file) for one in files], {}, []
    left = Counter(one.type for one in rules if one.type not in _KINDS)
    left_out = [f"{kind} (×{number}): a plan has events and attributes" for kind, number in sorted(left.items())]
    for rule in _latest(rules):
        kind = _KINDS[rule.type]
        name = rule.name if kind == "event" else ""
        if (kind, name) in known:
            left_out.append(f"{name or 'attributes'}: the plan has it, and stays as it is")
            continue
        file = file_for(kind, name, taken)
        taken.append(file)
        documents[file] = _own(path, rule, kind, PurePosixPath(file), common)
        changes.append(Change("+", file, "", described(documents[file], whole=True)))
    form = "RudderStack" if "eventType" in json.dumps(document) else "Segment"
    return Imported(form, Update(tuple(changes), documents), tuple(left_out))


def _rules(document: Json) -> Iterator[Rule]:
    """The rules of any of the four forms."""
    if isinstance(document, list):
        for each in document:
            yield from _rules(each)
    elif isinstance(document, dict):
        if (rule := _rule(document, "track")) is not None:
            yield rule
            return
        found = document.get("rules", document.get("events"))
        for each in found if isinstance(found, list) else ():
            yield from _rules(each)
        for name in ("data", "tracking_plan"):
            yield from _rules(document.get(name))
        if isinstance(found, dict):
            yield from _rules(found.get("events"))
            for name in _TRAITS:
                yield from _trait_rules(found.get(name))


def _rule(row: Mapping[str, Json], usual: str) -> Rule | None:
    """The rule in a row; None where the row is none."""
    kind, name = str(row.get("type") or row.get("eventType") or usual).lower(), row.get("key") or row.get("name") or ""
    schema = row.get("jsonSchema", row.get("json_schema", row.get("rules")))
    schema = _parsed(schema) if isinstance(schema, str) else schema
    # The schema of a rule may say nothing; `rules` of a whole plan is an object too.
    nothing: Json = {} if _SCHEMAS.intersection(row) else None
    is_schema = isinstance(schema, dict) and isinstance(schema.get("properties", nothing), dict)
    if not is_schema or (kind == "track" and not name):
        return None
    version = row.get("version")
    return Rule(kind, str(name), schema, version if isinstance(version, int | float) else 0)


def _parsed(text: str) -> Json:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _trait_rules(found: Json) -> Iterator[Rule]:
    """The rule about a person's traits: with a name and a version, in a list, or the schema alone."""
    for row in found if isinstance(found, list) else [found]:
        if isinstance(row, dict):
            rule = _rule(row, "identify") or _rule({"rules": row}, "identify")
            yield from [rule] if rule is not None else ()


def _latest(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that a plan can have, each in its newest version."""
    found: dict[tuple[str, str], Rule] = {}
    for one in rules:
        key = (one.type, one.name if one.type == "track" else "")
        if one.type in _KINDS and (key not in found or one.version > found[key].version):
            found[key] = one
    return list(found.values())


def _own(path: Path, rule: Rule, kind: Kind, file: PurePosixPath, common: Mapping[str, Json]) -> dict[str, Json]:
    """The document of a rule: what the schema of the call says about its properties, or traits."""
    data = _part(rule.schema, ("properties",) if kind == "event" else ("traits",))
    if kind == "attributes" and not data:
        data = _part(rule.schema, ("context", "traits")) or _part(rule.schema, ("properties",))
    shared = {name: rule.schema[name] for name in ("$defs", "definitions") if name in rule.schema}
    title = {"description": rule.schema["description"]} if isinstance(rule.schema.get("description"), str) else {}
    about = {"x-cio": {kind: rule.name}} if kind == "event" and file.stem != rule.name else {}
    clean = rebuilt({**title, **data, **shared}, _today)
    document = {"$schema": DRAFT, **about, **{name: each for name, each in clean.items() if name != "$schema"}}
    if problem := Schema(document, common).flaw():
        raise DataError(path, None, f"{rule.name or 'identify'}: {problem[1]}")
    return document


def _part(schema: Mapping[str, Json], steps: Sequence[str]) -> dict[str, Json]:
    for step in steps:
        properties = schema.get("properties")
        found = properties.get(step) if isinstance(properties, dict) else None
        schema = found if isinstance(found, dict) else {}
    return dict(schema)


def _today(schema: dict[str, Json]) -> dict[str, Json]:
    """A schema of draft 7 in the words of draft 2020-12, without what means nothing there."""
    if isinstance(schema.get("items"), list):
        rest = {"items": schema["additionalItems"]} if "additionalItems" in schema else {}
        others = {name: each for name, each in schema.items() if name != "items"}
        schema = {**others, "prefixItems": schema["items"], **rest}
    empty = {name for name in ("required", "labels") if not schema.get(name, True)}
    return {name: each for name, each in schema.items() if name in KEYWORDS and name not in empty}

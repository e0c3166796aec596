"""Writes the events and attributes of a plan in the form of Segment or RudderStack.

Segment: the `rules` of its Public API (docs.segmentapis.com). RudderStack: events of its Data Catalog API. Each is the
body of `PATCH /v2/catalog/tracking-plans/{id}/events` (github.com/rudderlabs/rudder-iac, api/client/catalog).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_customerio.contract.engine.bundle import bundle
from pytest_customerio.contract.engine.walk import KEYWORDS, rebuilt
from pytest_customerio.contract.plan.files import COMMON, PlanFile
from pytest_customerio.core.data import read_json

Json = Any
# Where a bundle holds definitions of a common.json, and what their names begin with in the vendors' forms.
_BUNDLED, _SHARED = "#/$defs/customerio/$defs/", "common_"
DRAFT_7 = "http://json-schema.org/draft-07/schema#"


def exported(vendor: str, folder: Path, files: Sequence[PlanFile], common: Mapping[str, Json]) -> Mapping[str, Json]:
    """The events and attributes of a plan in a vendor's form."""
    shared = read_json(folder / COMMON) if (folder / COMMON).is_file() else common
    planned = [(one, _theirs(one, shared)) for one in files if one.kind in ("event", "attributes")]
    if vendor == "segment":
        return {"rules": [_segment_rule(one, schema) for one, schema in planned]}
    return {"events": [_rudderstack_event(one, schema) for one, schema in planned]}


def _theirs(one: PlanFile, common: Mapping[str, Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The schema of the data in the words of draft 7, and the definitions that it needs."""
    document = rebuilt(bundle(rebuilt(one.document, _with_prefix), common), _draft_7)
    definitions = document.pop("$defs")
    shared = definitions.pop("customerio")["$defs"]
    definitions |= {f"{_SHARED}{name}": schema for name, schema in shared.items()}
    data = {name: each for name, each in document.items() if name not in ("$schema", "description")}
    return {"type": "object", **data}, definitions


def _with_prefix(schema: dict[str, Json]) -> dict[str, Json]:
    """References to the plan's `common.json`, in the way in which the engine writes them."""
    is_shared = str(schema.get("$ref", "")).startswith(f"{COMMON}#")
    return {**schema, "$ref": f"../{schema['$ref']}"} if is_shared else schema


def _draft_7(schema: dict[str, Json]) -> dict[str, Json]:
    known = {name: each for name, each in schema.items() if name in KEYWORDS}
    if "prefixItems" in known:
        first, rest = known.pop("prefixItems"), known.pop("items", True)
        known |= {"items": first, "additionalItems": rest}
    if str(known.get("$ref", "")).startswith(_BUNDLED):
        known["$ref"] = f"#/$defs/{_SHARED}{known['$ref'].removeprefix(_BUNDLED)}"
    return known


def _segment_rule(one: PlanFile, found: tuple[dict[str, Json], dict[str, Json]]) -> dict[str, Json]:
    kind = "TRACK" if one.kind == "event" else "IDENTIFY"
    call = _call(one, found, ("context", "traits", "properties"))
    return {"type": kind, "key": one.name, "version": 1, "jsonSchema": call}


def _rudderstack_event(one: PlanFile, found: tuple[dict[str, Json], dict[str, Json]]) -> dict[str, Json]:
    section = "properties" if one.kind == "event" else "traits"
    return {
        "name": one.name,
        "description": str(one.document.get("description", "")),
        "eventType": "track" if one.kind == "event" else "identify",
        "identitySection": section,
        "rules": _call(one, found, (section,)),
    }


def _call(one: PlanFile, found: tuple[dict[str, Json], dict[str, Json]], parts: Sequence[str]) -> dict[str, Json]:
    """The schema of a whole call, in draft 7, which both vendors use."""
    schema, definitions = found
    section = "properties" if one.kind == "event" else "traits"
    call: dict[str, Json] = {"$schema": DRAFT_7, "type": "object"}
    if isinstance(one.document.get("description"), str):
        call["description"] = one.document["description"]
    call["properties"] = {part: schema if part == section else {} for part in parts}
    if schema.get("required"):
        call["required"] = [section]
    return {**call, "$defs": definitions} if definitions else call

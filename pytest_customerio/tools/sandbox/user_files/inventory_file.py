"""Reads a file that describes an inventory, and fills a workspace from it. Without a file it is `inventory.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.sandbox.api.app.inventory.contents import store_rows
from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    BROADCAST_ACTIONS,
    BROADCASTS,
    CAMPAIGN_ACTIONS,
    CAMPAIGNS,
    CHANNELS,
    COLLECTIONS,
    NEWSLETTER_CONTENTS,
    NEWSLETTERS,
    OBJECT_TYPES,
    SENDERS,
    SNIPPETS,
    TOPICS,
    TRANSACTIONAL,
    TRANSACTIONAL_CONTENTS,
    Resource,
)
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

VERSION = 1
_DEFAULT = Path(__file__).with_name("inventory.json")
# The members of the file; of some, the member of a record that lists what belongs to it.
_RESOURCES = (
    CAMPAIGNS,
    BROADCASTS,
    NEWSLETTERS,
    TRANSACTIONAL,
    SENDERS,
    SNIPPETS,
    COLLECTIONS,
    TOPICS,
    CHANNELS,
    OBJECT_TYPES,
)
_PARTS: Mapping[str, Resource] = {
    CAMPAIGNS.kind: CAMPAIGN_ACTIONS,
    BROADCASTS.kind: BROADCAST_ACTIONS,
    NEWSLETTERS.kind: NEWSLETTER_CONTENTS,
    TRANSACTIONAL.kind: TRANSACTIONAL_CONTENTS,
}
_SEGMENTS = "segments"
_MEMBERS = (*(each.kind for each in _RESOURCES), _SEGMENTS)
Described = Mapping[str, list[Mapping[str, Any]]]


class InventoryError(CannotError):
    """The file cannot be used. The text says why."""


def read_inventory(path: Path | None) -> Described:
    """What a file describes; without a path, the inventory of a new sandbox. Raises `InventoryError`."""
    if path is None:
        return _default()
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise InventoryError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InventoryError(f"{path} is not JSON: {error}") from error
    problem = _problem(found)
    if problem:
        raise InventoryError(f"{path} is no inventory: {problem}")
    return {name: value for name, value in found.items() if name != "version"}


def fill(workspace: Workspace, described: Described, *, own: bool = True) -> None:
    """Put what a file describes into a workspace. What the project's `own` file does not name does not exist."""
    workspace.inventory.described = own
    for resource in _RESOURCES:
        for given in described.get(resource.kind, ()):
            _add(workspace, resource, given)
    for given in described.get(_SEGMENTS, ()):
        number = int(given["id"])
        workspace.segments[number] = Segment(number, str(given["name"]), str(given.get("description") or ""))


@cache
def _default() -> Described:
    found: Described = {name: value for name, value in json.loads(_DEFAULT.read_bytes()).items() if name != "version"}
    return found


def _add(workspace: Workspace, resource: Resource, given: Mapping[str, Any]) -> None:
    key, part, known = str(given[resource.key]), _PARTS.get(resource.kind), dict(given)
    if part is not None:
        known |= _add_parts(workspace, part, {resource.parameter: key}, known.pop(part.many, []))
    if resource is COLLECTIONS:
        known |= store_rows(workspace, key, known.pop("data", []))
    workspace.inventory.put(resource.kind, key, resource.record(key, known))


def _add_parts(
    workspace: Workspace, part: Resource, params: Mapping[str, str], given: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """Add what belongs to a record, and return what the record says of it."""
    for each in given:
        key = str(each["id"])
        owned = part.members({name: parse_number(value) for name, value in params.items()})
        workspace.inventory.put(part.kind_of(params), key, part.record(key, {**owned, **each}))
    if part is NEWSLETTER_CONTENTS:
        return {"content_ids": [each["id"] for each in given]}
    return {"actions": [{"id": each["id"], "type": each.get("type", "email")} for each in given]} if _acts(part) else {}


def _acts(part: Resource) -> bool:
    return part in (CAMPAIGN_ACTIONS, BROADCAST_ACTIONS)


def _problem(found: Any) -> str:
    """What is wrong with a file; empty if nothing is."""
    if not isinstance(found, dict) or found.get("version", VERSION) != VERSION:
        return f'it must be an object, of "version": {VERSION} if it has one'
    unknown = [name for name in found if name not in ("version", *_MEMBERS)]
    if unknown:
        similar = nearest(unknown[0], _MEMBERS)
        return f'there is no "{unknown[0]}"; ' + (f"did you mean {similar}?" if similar else ", ".join(_MEMBERS))
    keys = {each.kind: each.key for each in _RESOURCES} | {_SEGMENTS: "id"}
    problems = (_list_problem(name, found[name], keys[name]) for name in _MEMBERS if name in found)
    return next((each for each in problems if each), "")


def _list_problem(name: str, listed: Any, key: str) -> str:
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        return f'"{name}" must be a list of objects'
    part = _PARTS.get(name)
    for index, each in enumerate(listed):
        if problem := _key_problem(each, key):
            return f"{name}[{index}]: {problem}"
        if "name" not in each:
            return f'{name}[{index}]: "name" is missing'
        if part is not None and (problem := _list_problem_of_parts(each.get(part.many, []))):
            return f"{name}[{index}].{part.many}{problem}"
        if not isinstance(each.get("data", []), list):
            return f'{name}[{index}]: "data" must be a list'
    repeated = {str(each[key]) for each in listed}
    return f'"{name}" has a {key} twice' if len(repeated) < len(listed) else ""


def _list_problem_of_parts(parts: Any) -> str:
    if not isinstance(parts, list) or not all(isinstance(each, dict) for each in parts):
        return " must be a list of objects"
    for index, each in enumerate(parts):
        if problem := _key_problem(each, "id"):
            return f"[{index}]: {problem}"
    return ""


def _key_problem(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if key == "id" and not ((type(value) is int and value > 0) or (isinstance(value, str) and parse_number(value))):
        return '"id" must be a number from 1'
    return "" if isinstance(value, int | str) and value != "" else f'"{key}" must be a text'

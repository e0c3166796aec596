"""The languages of messages: of an action of a campaign or broadcast, of a newsletter, of a transactional message."""

from __future__ import annotations

from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.records import (
    add_record,
    find_record,
    if_exists,
    labelled,
    make_up,
    parent_may_exist,
    read_answer,
    store_change,
)
from pytest_customerio.tools.sandbox.api.app.inventory.resources import Resource
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult
from pytest_customerio.tools.sandbox.workspace.inventory import Record
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_GROUP = "test_group_id"


def get_translation(translations: Resource, workspace: Workspace, call: Call) -> CallResult:
    """The action of a campaign or broadcast in one language."""
    record = find_record(translations, workspace, call)
    return read_answer(translations, record, partial(_translated, translations, workspace, call))


def put_translation(translations: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change the action of a campaign or broadcast in one language."""
    known = find_record(translations, workspace, call)
    record = known or _translated(translations, workspace, call)
    stored = _stored(translations, workspace, call, call.params["language"], record)
    return stored if known else labelled(stored)


def get_language(contents: Resource, workspace: Workspace, call: Call) -> CallResult:
    """The content in one language."""
    record = _in_language(contents, workspace, call)
    return read_answer(contents, record, partial(_made_up_content, contents, workspace, call))


def create_language(contents: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Add a content in the language that the payload names."""
    assert contents.parent is not None

    def created() -> CallResult:
        record = add_record(contents, workspace, call, {**_belongs(contents, call), **_group(call), **call.payload})
        return CallResult(body={contents.one: record})

    return if_exists(contents.parent, workspace, call, created)


def update_language(contents: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change the content in one language."""
    known = _in_language(contents, workspace, call)
    record = known or _made_up_content(contents, workspace, call)
    stored = _stored(contents, workspace, call, str(record["id"]) if record else "", record)
    return stored if known else labelled(stored)


def delete_language(contents: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Delete the content in one language."""
    record, kind = _in_language(contents, workspace, call), contents.kind_of(call.params)
    if record is not None:
        workspace.inventory.forget(kind, str(record["id"]))
    removed = workspace.inventory.remove(kind, _absent(call)) or record is not None
    return CallResult() if removed else NOT_FOUND


def _stored(resource: Resource, workspace: Workspace, call: Call, key: str, record: Record | None) -> CallResult:
    """Change a record, whose id and language stay."""
    if record is None:
        return NOT_FOUND
    stored = store_change(resource, workspace, call, key, record, call.payload, ("id", "language"))
    return CallResult(body={resource.one: stored})


def _translated(translations: Resource, workspace: Workspace, call: Call) -> Record | None:
    """The action as it is in its own language, with the language in the path."""
    assert translations.parent is not None
    action = find_record(translations.parent, workspace, call) or make_up(translations.parent, workspace, call)
    if action is None or not workspace.inventory.may_exist(translations.kind_of(call.params), call.params["language"]):
        return None
    return {**action, "language": call.params["language"]}


def _in_language(contents: Resource, workspace: Workspace, call: Call) -> Record | None:
    group = call.params.get(_GROUP)
    if not parent_may_exist(contents, workspace, call):
        return None
    for each in workspace.inventory.all(contents.kind_of(call.params)):
        if each.get("language") == call.params["language"] and each.get(_GROUP) == group:
            return each
    return None


def _made_up_content(contents: Resource, workspace: Workspace, call: Call) -> Record | None:
    kind, inventory = contents.kind_of(call.params), workspace.inventory
    if not (parent_may_exist(contents, workspace, call) and inventory.may_exist(kind, _absent(call))):
        return None
    given = {**_belongs(contents, call), **_group(call), "language": call.params["language"]}
    return contents.record(str(inventory.next_number(kind)), given)


def _absent(call: Call) -> str:
    """The key under which the inventory notes that a language was deleted."""
    return f"{call.params.get(_GROUP, '')} {call.params['language']}"


def _belongs(contents: Resource, call: Call) -> dict[str, Any]:
    assert contents.parent is not None
    parameter = contents.parent.parameter
    return contents.members({parameter: contents.parent.key_value(call.params[parameter])})


def _group(call: Call) -> dict[str, str]:
    return {_GROUP: call.params[_GROUP]} if _GROUP in call.params else {}

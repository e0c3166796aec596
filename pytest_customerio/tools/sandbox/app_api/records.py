"""Reads and changes records of an inventory: the handlers that are alike for all kinds.

What only Customer.io's interface can make may exist there although the sandbox does not know it. A read of such a
record is answered by its published type, and says so, unless a file of the user describes the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.api.paging import page_of
from pytest_customerio.tools.sandbox.app_api.resources import Resource, as_number, changed
from pytest_customerio.tools.sandbox.workspace.inventory import Record
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MADE_UP = "made up by its published type: the sandbox does not know it, Customer.io may"


def list_records(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """All records, or a page of them."""
    if not parent_may_exist(resource, workspace, call):
        return NOT_FOUND
    return records_answer(resource, workspace.inventory.all(resource.kind_of(call.params)), call)


def records_answer(resource: Resource, records: list[Record], call: Call) -> CallResult:
    """The answer with these records, or a page of them."""
    if not resource.paged:
        return CallResult(body={resource.many: records})
    listed = records[::-1] if call.query.get("sort") == "desc" else records
    page = page_of(listed, call, lambda each: str(each[resource.key]))
    return CallResult(page.notes, {resource.many: page.results, "next": page.next})


def get_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """One record."""
    return read_answer(resource, find_record(resource, workspace, call), partial(make_up, resource, workspace, call))


def read_answer(resource: Resource, record: Record | None, made_up: Callable[[], Record | None]) -> CallResult:
    """The answer with a record; where there is none with a made-up one, if Customer.io may have it."""
    if record is not None:
        return CallResult(body={resource.one: record})
    instead = made_up()
    return CallResult((MADE_UP,), {resource.one: instead}, by_type=True) if instead else NOT_FOUND


def create_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Add a record with the members of the payload."""
    return CallResult(body={resource.one: add_record(resource, workspace, call, call.payload)})


def update_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change a record, and answer with it."""
    record = put_record(resource, workspace, call, call.payload)
    return CallResult(body={resource.one: record}) if record else NOT_FOUND


def change_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change a record; the answer has no body."""
    return CallResult() if put_record(resource, workspace, call, call.payload) else NOT_FOUND


def delete_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Delete a record; the answer has no body."""
    removed = workspace.inventory.remove(resource.kind_of(call.params), call.params[resource.parameter])
    return CallResult() if removed else NOT_FOUND


def find_record(resource: Resource, workspace: Workspace, call: Call) -> Record | None:
    """The record in the path."""
    return workspace.inventory.find(resource.kind_of(call.params), call.params[resource.parameter])


def make_up(resource: Resource, workspace: Workspace, call: Call) -> Record | None:
    """A record with made-up values in place of one that the sandbox does not know; None if there cannot be one."""
    key = call.params[resource.parameter]
    if not parent_may_exist(resource, workspace, call):
        return None
    if not (resource.may_be_key(key) and workspace.inventory.may_exist(resource.kind_of(call.params), key)):
        return None
    return resource.record(key, {name: as_number(value) for name, value in _parents(resource, call).items()})


def add_record(resource: Resource, workspace: Workspace, call: Call, given: Mapping[str, Any]) -> Record:
    """Add a record with a new key; of a kind whose key is a name, the one that is given."""
    kind = resource.kind_of(call.params)
    number = str(workspace.inventory.next_number(kind))
    key = str(given.get(resource.key) or "") if resource.key != "id" else number
    return workspace.inventory.put(kind, key, resource.record(key, given, call.at))


def put_record(resource: Resource, workspace: Workspace, call: Call, given: Mapping[str, Any]) -> Record | None:
    """Change the record in the path; None if there is none."""
    record = find_record(resource, workspace, call) or make_up(resource, workspace, call)
    if record is None:
        return None
    return store_change(resource, workspace, call, call.params[resource.parameter], record, given, (resource.key,))


def store_change(
    resource: Resource,
    workspace: Workspace,
    call: Call,
    key: str,
    record: Record,
    given: Mapping[str, Any],
    fixed: Iterable[str],
) -> Record:
    """Store a record with the given members under a key; the `fixed` ones stay as they are."""
    stored = changed(record, {**given, **{name: record[name] for name in fixed}}, call.at)
    return workspace.inventory.put(resource.kind_of(call.params), key, stored)


def parent_may_exist(resource: Resource, workspace: Workspace, call: Call) -> bool:
    """Whether that to which records of this kind belong exists, or may exist in Customer.io."""
    parent = resource.parent
    if parent is None:
        return True
    known = find_record(parent, workspace, call) is not None
    key = call.params[parent.parameter]
    possible = parent.may_be_key(key) and workspace.inventory.may_exist(parent.kind_of(call.params), key)
    return (known or possible) and parent_may_exist(parent, workspace, call)


def reading(resource: Resource, *, many: str = "", one: str = "") -> dict[str, Handler]:
    """The handlers of the calls that read a kind."""
    named: dict[str, Any] = {many: list_records, one: get_record}
    return {f"app.{name}": partial(handler, resource) for name, handler in named.items() if name}


def writing(
    resource: Resource, *, create: str = "", update: str = "", change: str = "", delete: str = ""
) -> dict[str, Handler]:
    """The handlers of the calls that change a kind; `change` answers without a body."""
    named: dict[str, Any] = {
        create: create_record,
        update: update_record,
        change: change_record,
        delete: delete_record,
    }
    return {f"app.{name}": partial(handler, resource) for name, handler in named.items() if name}


def _parents(resource: Resource, call: Call) -> dict[str, str]:
    """The parameters of the path that name what a record belongs to."""
    parent = resource.parent
    return {} if parent is None else {parent.parameter: call.params[parent.parameter], **_parents(parent, call)}

"""Reads and changes records of an inventory: the handlers that are alike for all kinds.

What Customer.io's interface can make may exist there although the sandbox does not know it. A call about such a record
is answered by its published type, and says so, unless a file of the user describes the workspace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.resources import Resource, as_number, changed
from pytest_customerio.tools.sandbox.api.app.paging import page_of
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.workspace.inventory import Record
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MADE_UP = "made up by its published type: the sandbox does not know it, Customer.io may"


def list_records(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """All records, or a page of them."""
    listed = partial(records_answer, resource, workspace.inventory.all(resource.kind_of(call.params)), call)
    return listed() if resource.parent is None else if_exists(resource.parent, workspace, call, listed)


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


def if_exists(resource: Resource, workspace: Workspace, call: Call, answer: Callable[[], CallResult]) -> CallResult:
    """The answer of a call about the record in the path, or about what belongs to it: 404 if there is no such record.

    Where only Customer.io may have the record, the answer says that it is made up.
    """
    if find_record(resource, workspace, call) is not None:
        return answer()
    return NOT_FOUND if make_up(resource, workspace, call) is None else labelled(answer())


def labelled(result: CallResult) -> CallResult:
    """The result, which says that it is made up; an error as it is."""
    return result if result.case else result._replace(notes=(*result.notes, MADE_UP), by_type=True)


def create_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Add a record with the members of the payload."""
    return CallResult(body={resource.one: add_record(resource, workspace, call, call.payload)})


def update_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change a record, and answer with it."""

    def updated() -> CallResult:
        return CallResult(body={resource.one: put_record(resource, workspace, call, call.payload)})

    return if_exists(resource, workspace, call, updated)


def change_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Change a record; the answer has no body."""
    return update_record(resource, workspace, call)._replace(body=None)


def delete_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Delete a record; the answer has no body."""
    removed = workspace.inventory.remove(resource.kind_of(call.params), call.params[resource.parameter])
    return CallResult() if removed else NOT_FOUND


def find_record(resource: Resource, workspace: Workspace, call: Call) -> Record | None:
    """The record in the path; none if that to which it belongs was deleted."""
    found = workspace.inventory.find(resource.kind_of(call.params), call.params[resource.parameter])
    return found if found is not None and parent_may_exist(resource, workspace, call) else None


def make_up(resource: Resource, workspace: Workspace, call: Call) -> Record | None:
    """A record with made-up values in place of one that the sandbox does not know; None if there cannot be one."""
    key = call.params[resource.parameter]
    if not parent_may_exist(resource, workspace, call):
        return None
    if not (resource.may_be_key(key) and workspace.inventory.may_exist(resource.kind_of(call.params), key)):
        return None
    return resource.record(key, _parents(resource, call))


def add_record(resource: Resource, workspace: Workspace, call: Call, given: Mapping[str, Any]) -> Record:
    """Add a record with a new key; of a kind whose key is a name, the one that is given."""
    kind = resource.kind_of(call.params)
    number = str(workspace.inventory.next_number(kind))
    key = str(given.get(resource.key) or "") if resource.key != "id" else number
    return workspace.inventory.put(kind, key, resource.record(key, given, call.at))


def put_record(resource: Resource, workspace: Workspace, call: Call, given: Mapping[str, Any]) -> Record:
    """Change the record in the path, which exists, or may exist in Customer.io."""
    record = find_record(resource, workspace, call) or make_up(resource, workspace, call)
    assert record is not None
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


def _parents(resource: Resource, call: Call) -> dict[str, int | str]:
    """What a record belongs to, by the parameters of the path; of the members that it has by its type."""
    above, found = resource.parent, {}
    while above is not None:
        found[above.parameter] = as_number(call.params[above.parameter])
        above = above.parent
    return resource.members(found)

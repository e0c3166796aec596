"""The App API's snippets, collections, sender identities, subscriptions and assets, and Design Studio."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.records import (
    add_record,
    create_record,
    delete_record,
    if_exists,
    list_records,
    put_record,
    reading,
    writing,
)
from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    ASSET_FOLDERS,
    ASSETS,
    CHANNELS,
    COLLECTIONS,
    SENDERS,
    SNIPPETS,
    STUDIO_COMPONENTS,
    STUDIO_EMAILS,
    STUDIO_FOLDERS,
    STUDIO_TRANSLATIONS,
    TOPICS,
    Resource,
)
from pytest_customerio.tools.sandbox.api.call import NOT_STORED, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

ROWS = "collection_rows"  # the kind under which the inventory stores the rows of collections
# Calls about an e-mail of Design Studio of whose effects nothing is stored.
_OF_STUDIO_EMAILS = (
    "create_design_studio_email_version",
    "create_design_studio_inbox_preview",
    "delete_design_studio_email_version",
    "get_design_studio_email_publish_status",
    "get_design_studio_email_review",
    "get_design_studio_email_unpublished_changes",
    "get_design_studio_email_version",
    "get_design_studio_inbox_preview",
    "get_design_studio_inbox_preview_capture",
    "link_design_studio_email",
    "list_design_studio_email_versions",
    "preview_design_studio_email",
    "publish_design_studio_email",
    "render_design_studio_email",
    "restore_design_studio_email_version",
)
_FILE_NAME = re.compile(r'filename="([^"\r\n]*)"')


def create_snippet(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/snippets`, and `PUT /v1/snippets`: the payload names the snippet."""
    name = str(call.payload.get("name") or "")
    record = SNIPPETS.record(name, {"value": str(call.payload.get("value") or "")}, call.at)
    return CallResult(body={"snippet": workspace.inventory.put(SNIPPETS.kind, name, record)})


def create_collection(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/collections`: with rows, or with a URL from which nothing is read here."""
    number = workspace.inventory.next_number(COLLECTIONS.kind)
    rows = call.payload.get("data")
    summary = store_rows(workspace, str(number), rows if isinstance(rows, list) else [])
    given = {"name": str(call.payload.get("name") or ""), **summary}
    return CallResult(_unread(call), {"collection": add_record(COLLECTIONS, workspace, call, given)})


def update_collection(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /v1/collections/{collection_id}`: a new name, or new rows."""
    rows = call.payload.get("data")
    given = {"name": call.payload["name"]} if call.payload.get("name") else {}
    return _update_collection(workspace, call, given, rows if isinstance(rows, list) else None)


def get_collection_content(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/collections/{collection_id}/content`: the rows."""
    stored = workspace.inventory.find(ROWS, call.params["collection_id"])
    return if_exists(COLLECTIONS, workspace, call, lambda: CallResult(body=stored["data"] if stored else None))


def update_collection_content(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /v1/collections/{collection_id}/content`: the payload is the list of rows."""
    return _update_collection(workspace, call, {}, call.body if isinstance(call.body, list) else [])


def delete_collection(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /v1/collections/{collection_id}`."""
    workspace.inventory.forget(ROWS, call.params["collection_id"])
    return delete_record(COLLECTIONS, workspace, call)


def store_rows(workspace: Workspace, key: str, rows: list[Any]) -> dict[str, Any]:
    """Store the rows of a collection, and return what the collection says of them."""
    workspace.inventory.put(ROWS, key, {"data": rows})
    schema = dict.fromkeys(name for row in rows if isinstance(row, Mapping) for name in row)
    return {"rows": len(rows), "schema": list(schema), "bytes": len(json.dumps(rows, separators=(",", ":")))}


def get_sender_identity_used_by(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/sender_identities/{sender_id}/used_by`: nothing, as the sandbox does not know who sends what."""
    nothing: dict[str, Any] = {"campaigns": [], "sent_newsletters": [], "draft_newsletters": []}
    return if_exists(SENDERS, workspace, call, lambda: CallResult(body=nothing))


def create_asset(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/assets/files`: of the form only the name of the file is read."""
    form = call.body if isinstance(call.body, str) else ""
    found = _FILE_NAME.search(form)
    name = found[1] if found else "file"
    given = {"name": name, "path": f"/{name}", "size": len(form), "parent_folder_id": None}
    return CallResult(body={"asset": add_record(ASSETS, workspace, call, given)})


def not_stored(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """A call about a record of which nothing is stored here: it is answered by its published type."""
    return if_exists(resource, workspace, call, lambda: CallResult((NOT_STORED,)))


def list_with_meta(resource: Resource, folders: Resource | None, workspace: Workspace, call: Call) -> CallResult:
    """All records of a kind, with the folders beside them; `meta` says how many there are."""
    listed = workspace.inventory.all(resource.kind)
    beside = {folders.many: workspace.inventory.all(folders.kind)} if folders else {}
    return CallResult(body={resource.many: listed, **beside, "meta": {"total": len(listed)}})


def create_studio_record(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """Add a record of Design Studio, whose id has the form of a UUID."""
    number = len(workspace.inventory.all(resource.kind)) + 1
    while workspace.inventory.find(resource.kind, key := f"00000000-0000-4000-8000-{number:012x}") is not None:
        number += 1
    record = resource.record(key, call.payload, call.at)
    return CallResult(body={resource.one: workspace.inventory.put(resource.kind, key, record)})


def _update_collection(
    workspace: Workspace, call: Call, given: Mapping[str, Any], rows: list[Any] | None
) -> CallResult:
    def updated() -> CallResult:
        summary = {} if rows is None else store_rows(workspace, call.params["collection_id"], rows)
        collection = put_record(COLLECTIONS, workspace, call, {**given, **summary})
        return CallResult(_unread(call), {"collection": collection})

    return if_exists(COLLECTIONS, workspace, call, updated)


def _unread(call: Call) -> tuple[str, ...]:
    return ("empty here: the sandbox reads no URL",) if call.payload.get("url") else ()


HANDLERS: Mapping[str, Handler] = {
    **reading(SNIPPETS, many="get_snippets"),
    **writing(SNIPPETS, delete="delete_snippet"),
    "app.create_snippet": create_snippet,
    "app.update_snippet": create_snippet,
    **reading(COLLECTIONS, many="list_collections", one="get_collection"),
    "app.create_collection": create_collection,
    "app.update_collection": update_collection,
    "app.get_collection_content": get_collection_content,
    "app.update_collection_content": update_collection_content,
    "app.delete_collection": delete_collection,
    **reading(SENDERS, many="get_sender_identities", one="get_sender_identity"),
    "app.get_sender_identity_used_by": get_sender_identity_used_by,
    **reading(TOPICS, many="list_subscription_topics"),
    **reading(CHANNELS, many="list_subscription_channels"),
    "app.create_asset": create_asset,
    "app.list_assets": partial(list_with_meta, ASSETS, None),
    **reading(ASSETS, one="get_asset"),
    **writing(ASSETS, change="update_asset", delete="delete_asset"),
    "app.create_asset_folder": partial(create_record, ASSET_FOLDERS),
    "app.list_asset_folders": partial(list_with_meta, ASSET_FOLDERS, None),
    **reading(ASSET_FOLDERS, one="get_asset_folder"),
    **writing(ASSET_FOLDERS, change="update_asset_folder", delete="delete_asset_folder"),
    "app.create_design_studio_component": partial(create_studio_record, STUDIO_COMPONENTS),
    "app.list_design_studio_components": partial(list_with_meta, STUDIO_COMPONENTS, STUDIO_FOLDERS),
    **reading(STUDIO_COMPONENTS, one="get_design_studio_component"),
    **writing(STUDIO_COMPONENTS, change="update_design_studio_component", delete="delete_design_studio_component"),
    "app.create_design_studio_folder": partial(create_studio_record, STUDIO_FOLDERS),
    "app.list_design_studio_folders": partial(list_with_meta, STUDIO_FOLDERS, None),
    **reading(STUDIO_FOLDERS, one="get_design_studio_folder"),
    **writing(STUDIO_FOLDERS, change="update_design_studio_folder", delete="delete_design_studio_folder"),
    "app.create_design_studio_email": partial(create_studio_record, STUDIO_EMAILS),
    "app.list_design_studio_emails": partial(list_with_meta, STUDIO_EMAILS, STUDIO_FOLDERS),
    **reading(STUDIO_EMAILS, one="get_design_studio_email"),
    **writing(STUDIO_EMAILS, change="update_design_studio_email", delete="delete_design_studio_email"),
    "app.list_design_studio_email_languages": partial(list_records, STUDIO_TRANSLATIONS),
    **reading(STUDIO_TRANSLATIONS, one="get_design_studio_email_language"),
    **writing(
        STUDIO_TRANSLATIONS,
        create="create_design_studio_email_language",
        change="update_design_studio_email_language",
        delete="delete_design_studio_email_language",
    ),
    **{f"app.{name}": partial(not_stored, STUDIO_EMAILS) for name in _OF_STUDIO_EMAILS},
}

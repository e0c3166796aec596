"""The App API's imports and live notifications."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.app_api.records import add_record, find_record
from pytest_customerio.tools.sandbox.app_api.resources import IMPORTS, LIVE_NOTIFICATIONS
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

NOT_READ = "imports nothing here: the sandbox reads no URL"


def create_import(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/imports`: the answer says that it is about to begin."""
    given = mapping(call.payload.get("import"))
    named = {name: given[name] for name in ("name", "description", "type", "identifier") if name in given}
    counts = {"rows_to_import": 0, "rows_imported": 0, "error": "", "state": "imported"}
    record = add_record(IMPORTS, workspace, call, {**counts, **named})
    return CallResult((NOT_READ,), {"import": {**record, "state": "preprocessing"}})


def get_import(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/imports/{import_id}`: it is done, so that an application that waits for it goes on."""
    record = find_record(IMPORTS, workspace, call)
    return CallResult((NOT_READ,), {"import": record}) if record else NOT_FOUND


def get_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/live_notifications/{instance_id}`."""
    record = find_record(LIVE_NOTIFICATIONS, workspace, call)
    return CallResult(body=record) if record else CallResult(by_type=True)


def change_live_notification(operation: str, workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/start`, `…/update` and `…/end`."""
    key = str(call.payload.get("instance_id") or f"notification-{workspace.next_number()}")
    known: dict[str, Any] = {"operation": operation, "source": "api", "status": "sent"}
    record = LIVE_NOTIFICATIONS.record(key, known, call.at)
    return CallResult(body=workspace.inventory.put(LIVE_NOTIFICATIONS.kind, key, record))


HANDLERS: Mapping[str, Handler] = {
    "app.create_import": create_import,
    "app.get_import": get_import,
    "app.get_live_notification": get_live_notification,
    **{
        f"app.{operation}_live_notification": partial(change_live_notification, operation)
        for operation in ("start", "update", "end")
    },
}

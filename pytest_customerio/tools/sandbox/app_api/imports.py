"""The App API's imports, live notifications, and suppressions of one domain."""

from __future__ import annotations

from collections.abc import Mapping
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


def start_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/start`."""
    return _live_notification(workspace, call, "start")


def update_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/update`."""
    return _live_notification(workspace, call, "update")


def end_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/end`."""
    return _live_notification(workspace, call, "end")


def get_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/live_notifications/{instance_id}`."""
    record = find_record(LIVE_NOTIFICATIONS, workspace, call)
    return CallResult(body=record) if record else CallResult(by_type=True)


def _live_notification(workspace: Workspace, call: Call, operation: str) -> CallResult:
    key = str(call.payload.get("instance_id") or f"notification-{workspace.next_number()}")
    known: dict[str, Any] = {"operation": operation, "source": "api", "status": "sent"}
    record = LIVE_NOTIFICATIONS.record(key, known, call.at)
    return CallResult(body=workspace.inventory.put(LIVE_NOTIFICATIONS.kind, key, record))


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (
        create_import,
        get_import,
        start_live_notification,
        update_live_notification,
        end_live_notification,
        get_live_notification,
    )
}

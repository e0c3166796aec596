"""The App API's imports and live notifications."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.records import add_record, find_record
from pytest_customerio.tools.sandbox.api.app.inventory.resources import IMPORTS, LIVE_NOTIFICATIONS
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import integer, mapping
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

LONGEST_LIFE = 6 * 3600  # seconds of a live notification
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.IGNORECASE)
_NO_ULID = CallResult(case="400-malformed", text="instance_id is no valid ULID")
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
    if not _ULID.fullmatch(call.params["instance_id"]):
        return _NO_ULID
    record = find_record(LIVE_NOTIFICATIONS, workspace, call)
    if record is None:
        return NOT_FOUND
    over = record["state"] == "active" and record["expires_at"] < call.at
    return CallResult(body={**record, "state": "expired"} if over else record)


def start_live_notification(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/start`."""
    number = workspace.next_number()
    key = f"01{number:024X}"  # in the form of a ULID
    named = {name: str(call.payload.get(name) or "") for name in ("notification_type", "platform")}
    times = {"started_at": call.at, "expires_at": integer(call.payload.get("expiration"), 0) or call.at + LONGEST_LIFE}
    known = {**named, **times, "state": "active", "last_delivery": _delivery("start", number, call.at)}
    workspace.inventory.put(LIVE_NOTIFICATIONS.kind, key, LIVE_NOTIFICATIONS.record(key, known))
    return CallResult(body={"instance_id": key})


def change_live_notification(operation: str, workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/live_notifications/update` and `…/end`."""
    key = str(call.payload.get("instance_id") or "")
    if not _ULID.fullmatch(key):
        return _NO_ULID
    record = workspace.inventory.find(LIVE_NOTIFICATIONS.kind, key)
    if record is None:
        return CallResult(("nothing to do: there is no such live notification",), {"instance_id": key})
    ended = {"state": "ended", "ended_at": call.at} if operation == "end" else {}
    last = _delivery(operation, workspace.next_number(), call.at)
    workspace.inventory.put(LIVE_NOTIFICATIONS.kind, key, {**record, **ended, "last_delivery": last})
    return CallResult(body={"instance_id": key})


def _delivery(operation: str, number: int, at: int) -> dict[str, Any]:
    known = {"id": f"delivery-{number}", "operation": operation, "source": "api", "status": "sent"}
    return {**known, "created_at": at}


HANDLERS: Mapping[str, Handler] = {
    "app.create_import": create_import,
    "app.get_import": get_import,
    "app.get_live_notification": get_live_notification,
    "app.start_live_notification": start_live_notification,
    **{
        f"app.{operation}_live_notification": partial(change_live_notification, operation)
        for operation in ("update", "end")
    },
}

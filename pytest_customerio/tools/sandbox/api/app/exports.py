"""The App API's exports. An export is finished at once, where the service takes some time."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import attributes, identifiers
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.json_values import mapping, parse_number
from pytest_customerio.tools.sandbox.workspace.people.audience import matching_people
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# The path of the sandbox's own where the file of an export is read.
FILES_PATH = "/_sandbox/exports/"
Rows = Sequence[Mapping[str, str | None]]
MAX_EXPORTS = 1000
_FIRST_COLUMNS = ("id", "email", "cio_id")


def list_exports(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/exports`: null, not an empty list, if there is none."""
    return CallResult(body={"exports": list(workspace.exports.values()) or None})


def create_customers_export(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/exports/customers`: the people that match a filter."""
    people = matching_people(workspace, mapping(call.payload.get("filters")))
    rows = [{**identifiers(each), **attributes(each)} for each in people]
    return CallResult(body={"export": _add_export(workspace, call, "customers", rows)})


def create_deliveries_export(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/exports/deliveries`: every message, as the sandbox does not distinguish campaigns and newsletters."""
    rows = [{"delivery_id": each.id, "to": each.to, "subject": each.subject} for each in workspace.deliveries.values()]
    return CallResult(body={"export": _add_export(workspace, call, "deliveries", rows)})


def get_export(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/exports/{export_id}`."""
    export = _export_in_path(workspace, call)
    return CallResult(body={"export": export}) if export else NOT_FOUND


def download_export(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/exports/{export_id}/download`: the URL of its file, which is one of the sandbox."""
    export = _export_in_path(workspace, call)
    if export is None:
        return NOT_FOUND
    export["downloads"] += 1
    return CallResult(body={"url": f"{call.base}{FILES_PATH}{export['id']}"})


def _export_in_path(workspace: Workspace, call: Call) -> dict[str, Any] | None:
    return workspace.exports.get(parse_number(call.params["export_id"]))


def _add_export(
    workspace: Workspace, call: Call, kind: str, rows: Sequence[Mapping[str, str | None]]
) -> dict[str, Any]:
    number = max(workspace.exports, default=0) + 1
    export = {
        "id": number,
        "deduplicate_id": f"{number}:{call.at}",
        "type": kind,
        "status": "done",
        "failed": False,
        "user_id": 0,
        "user_email": "",
        "description": str(call.payload.get("description") or ""),
        "downloads": 0,
        "total": len(rows),
        "created_at": call.at,
        "updated_at": call.at,
    }
    text = _csv(rows)
    put_bounded(workspace.exports, number, export, MAX_EXPORTS)
    put_bounded(workspace.files, number, text, MAX_EXPORTS)
    workspace.made_bytes += len(text)
    return export


def _csv(rows: Rows) -> str:
    """The rows as CSV: identifiers first, then all other columns in the order in which they occur."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    first = [name for name in _FIRST_COLUMNS if name in names]
    text = io.StringIO()
    writer = csv.DictWriter(text, [*first, *(name for name in names if name not in _FIRST_COLUMNS)])
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (list_exports, create_customers_export, create_deliveries_export, get_export, download_export)
}

"""The App API's exports. The answer to the call that creates one says that it is pending; from then on it is done.

What they contain is as in docs.customer.io/integrations/api/app/tag/exports.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import attributes, identifiers
from pytest_customerio.tools.sandbox.api.app.messages.delivery_filter import DeliveryFilter
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.json_values import mapping, parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.audience import matching_people
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# The path of the sandbox's own where the file of an export is read.
FILES_PATH = "/_sandbox/exports/"
Rows = Sequence[Mapping[str, str | None]]
MAX_EXPORTS = 1000
_NO_PARENT = "in the sandbox no message belongs to a newsletter or an action: every message is in the export"
_FIRST_COLUMNS = ("id", "email", "cio_id")


def list_exports(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/exports`: null, not an empty list, if there is none."""
    return CallResult(body={"exports": list(workspace.exports.values()) or None})


def create_customers_export(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/exports/customers`: the people that match a filter."""
    people = matching_people(workspace, mapping(call.payload.get("filters")))
    rows = [{**identifiers(each), **_columns(call, attributes(each))} for each in people]
    return CallResult(body={"export": _add_export(workspace, call, "customers", rows)})


def create_deliveries_export(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/exports/deliveries`: the messages that match; of a newsletter or an action all, as these send none."""
    chosen = DeliveryFilter.of(call.payload, call.at, workspace.inventory)
    matching = (each for each in workspace.deliveries.values() if chosen.matches(each))
    rows = [_delivery_row(workspace, call, each) for each in matching]
    notes = (_NO_PARENT,) if {"newsletter_id", "action_id"} & call.payload.keys() else ()
    return CallResult(notes, {"export": _add_export(workspace, call, "deliveries", rows)})


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


def _delivery_row(workspace: Workspace, call: Call, delivery: Delivery) -> Mapping[str, str | None]:
    row = {"delivery_id": delivery.id, "to": delivery.to, "subject": delivery.subject}
    person = workspace.people.find(("cio_id", delivery.person))
    wanted = _columns(call, attributes(person) if person else {}) if call.payload.get("attributes") else {}
    return {**row, **wanted}


def _columns(call: Call, known: Mapping[str, str]) -> Mapping[str, str]:
    """The attributes that a call names, empty where a person has none; all if it names none."""
    names = call.payload.get("attributes")
    return {str(name): known.get(str(name), "") for name in names} if isinstance(names, list) and names else known


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
    return {**export, "status": "pending", "total": 0}


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

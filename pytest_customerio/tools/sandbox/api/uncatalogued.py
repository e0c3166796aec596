"""Calls of the App API that the catalogue has no contract for: exports, the provider's suppressions, workspaces, and
what else segments can be asked. They are answered as documented (docs.customer.io/files/journeys-app.json), not judged.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import unquote

from pytest_customerio.tools.sandbox.api.app_format import attributes, identifiers
from pytest_customerio.tools.sandbox.api.call import Call, Effect, mapping, whole
from pytest_customerio.tools.sandbox.workspace.audience import chosen
from pytest_customerio.tools.sandbox.workspace.people import Person
from pytest_customerio.tools.sandbox.workspace.workspace import Segment, Workspace

# The call of the catalogue that stands for these where keys, limits and errors are concerned: a plain look-up.
LIKE = "app.list_exports"
SUPPRESSIONS = ("blocks", "bounces", "spam_reports", "invalid_emails")
FILES = "/_sandbox/exports/"
_NOT_FOUND = Effect(case="404-not-found")
_COLUMNS = ("id", "email", "cio_id")


@dataclass(frozen=True, slots=True)
class UncataloguedCall:
    """One such call: its name, what it does, and the parameters of its path."""

    name: str
    act: Callable[[Workspace, Call], Effect]
    params: Mapping[str, str]


def find(method: str, path: str) -> UncataloguedCall | None:
    """The call that lives at this address."""
    segments = path.split("/")
    for (wanted, template), (name, act) in _CALLS.items():
        parts = template.split("/")
        if wanted == method and len(parts) == len(segments):
            pairs = list(zip(parts, segments, strict=True))
            if all(part == got or (part[:1] == "{" and got) for part, got in pairs):
                return UncataloguedCall(name, act, {part[1:-1]: unquote(got) for part, got in pairs if part[:1] == "{"})
    return None


def workspaces(workspace: Workspace, call: Call) -> Effect:
    """The one workspace that there is."""
    things = workspace.things.all
    counted = {
        "id": 1,
        "name": "Sandbox",
        "messages_sent": len(workspace.deliveries),
        "billable_messages_sent": 0,
        "people": len(workspace.people),
        "object_types": len({thing.key[0] for thing in things}),
        "objects": len(things),
    }
    return Effect(body={"workspaces": [counted]})


def export_people(workspace: Workspace, call: Call) -> Effect:
    """Done at once; the service takes its time."""
    people = list(chosen(workspace, mapping(call.payload.get("filters"))))
    return Effect(body={"export": _exported(workspace, call, "customers", _people(people), len(people))})


def export_deliveries(workspace: Workspace, call: Call) -> Effect:
    """Of every message: campaigns and newsletters are not told apart here."""
    rows = [{"delivery_id": each.id, "to": each.to, "subject": each.subject} for each in workspace.deliveries.values()]
    return Effect(body={"export": _exported(workspace, call, "deliveries", rows, len(rows))})


def get_export(workspace: Workspace, call: Call) -> Effect:
    """One export."""
    found = workspace.exports.get(whole(call.params["export_id"]))
    return Effect(body={"export": found}) if found else _NOT_FOUND


def download_export(workspace: Workspace, call: Call) -> Effect:
    """Where its file lies: here."""
    found = workspace.exports.get(whole(call.params["export_id"]))
    if found is None:
        return _NOT_FOUND
    found["downloads"] += 1
    return Effect(body={"url": f"{call.base}{FILES}{found['id']}"})


def find_suppression(workspace: Workspace, call: Call) -> Effect:
    """Why the provider does not deliver to an address."""
    address = call.params["email_address"].casefold()
    for kind in SUPPRESSIONS:
        if address in workspace.undeliverable.get(kind, {}):
            return Effect(body=_category(kind, {address: workspace.undeliverable[kind][address]}))
    return Effect(body={"category": "", "suppressions": []})


def list_suppressions(workspace: Workspace, call: Call) -> Effect:
    """To whom the provider does not deliver, for one reason."""
    kind = call.params["suppression_type"]
    if kind not in SUPPRESSIONS:
        return _unknown(kind)
    start, limit = whole(call.query.get("offset", "")), whole(call.query.get("limit", "")) or 100
    known = workspace.undeliverable.get(kind, {})
    return Effect(body=_category(kind, dict(islice(known.items(), start, start + limit))))


def suppress_address(workspace: Workspace, call: Call) -> Effect:
    """Have the provider no longer deliver to an address. The person stays."""
    kind = call.params["suppression_type"]
    if kind not in SUPPRESSIONS:
        return _unknown(kind)
    workspace.undeliverable.setdefault(kind, {})[call.params["email_address"].casefold()] = call.at
    return Effect(body={})


def unsuppress_address(workspace: Workspace, call: Call) -> Effect:
    """Have it deliver again."""
    kind = call.params["suppression_type"]
    workspace.undeliverable.get(kind, {}).pop(call.params["email_address"].casefold(), None)
    return Effect()


def delete_segment(workspace: Workspace, call: Call) -> Effect:
    """Delete a manual segment."""
    return Effect() if workspace.segments.pop(whole(call.params["segment_id"]), None) else _NOT_FOUND


def segment_count(workspace: Workspace, call: Call) -> Effect:
    """How many people are in a segment."""
    found = _segment(workspace, call)
    return Effect(body={"segment_id": found.id, "count": len(found.members)}) if found else _NOT_FOUND


def segment_members(workspace: Workspace, call: Call) -> Effect:
    """Who is in a segment, page by page."""
    found = _segment(workspace, call)
    if found is None:
        return _NOT_FOUND
    start, limit = whole(call.query.get("start", "")), whole(call.query.get("limit", "")) or 1000
    people = [workspace.people.find(("cio_id", each)) for each in islice(found.members, start, start + limit)]
    named = [identifiers(each) for each in people if each]
    following = str(start + limit) if len(found.members) > start + limit else ""
    return Effect(body={"identifiers": named, "ids": [each["id"] for each in named], "next": following})


def _segment(workspace: Workspace, call: Call) -> Segment | None:
    return workspace.segments.get(whole(call.params["segment_id"]))


def _exported(workspace: Workspace, call: Call, kind: str, rows: list[dict[str, str]], total: int) -> dict[str, Any]:
    made = max(workspace.exports, default=0) + 1
    workspace.files[made] = _table(rows)
    about = {"id": made, "deduplicate_id": f"{made}:{call.at}", "type": kind, "status": "done", "failed": False}
    who = {"user_id": 0, "user_email": "", "description": str(call.payload.get("description") or ""), "downloads": 0}
    workspace.exports[made] = {**about, **who, "total": total, "created_at": call.at, "updated_at": call.at}
    return workspace.exports[made]


def _people(people: list[Person]) -> list[dict[str, str]]:
    return [{**identifiers(each), **attributes(each)} for each in people]


def _table(rows: list[dict[str, str]]) -> str:
    names = list(dict.fromkeys(name for row in rows for name in row))
    ordered = [*(name for name in _COLUMNS if name in names), *(name for name in names if name not in _COLUMNS)]
    text = io.StringIO()
    writer = csv.DictWriter(text, ordered)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _category(kind: str, known: Mapping[str, int]) -> dict[str, Any]:
    reason = "Uploaded manually via api.customer.io"
    listed = [{"created": at, "email": address, "reason": reason, "status": "550"} for address, at in known.items()]
    return {"category": kind, "suppressions": listed}


def _unknown(kind: str) -> Effect:
    return Effect(case="400-malformed", text=f"suppression_type: expected {', '.join(SUPPRESSIONS)}, got {kind[:40]}")


_CALLS: Mapping[tuple[str, str], tuple[str, Callable[[Workspace, Call], Effect]]] = {
    ("GET", "/v1/workspaces"): ("app.list_workspaces", workspaces),
    ("POST", "/v1/exports/customers"): ("app.export_people", export_people),
    ("POST", "/v1/exports/deliveries"): ("app.export_deliveries", export_deliveries),
    ("GET", "/v1/exports/{export_id}"): ("app.get_export", get_export),
    ("GET", "/v1/exports/{export_id}/download"): ("app.download_export", download_export),
    ("GET", "/v1/esp/search_suppression/{email_address}"): ("app.find_suppression", find_suppression),
    ("GET", "/v1/esp/suppression/{suppression_type}"): ("app.list_suppressions", list_suppressions),
    ("POST", "/v1/esp/suppression/{suppression_type}/{email_address}"): ("app.suppress_address", suppress_address),
    ("DELETE", "/v1/esp/suppression/{suppression_type}/{email_address}"): (
        "app.unsuppress_address",
        unsuppress_address,
    ),
    ("DELETE", "/v1/segments/{segment_id}"): ("app.delete_segment", delete_segment),
    ("GET", "/v1/segments/{segment_id}/customer_count"): ("app.segment_count", segment_count),
    ("GET", "/v1/segments/{segment_id}/membership"): ("app.segment_members", segment_members),
}

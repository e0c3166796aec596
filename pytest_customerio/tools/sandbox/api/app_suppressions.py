"""The App API's suppressions of the e-mail provider: addresses to which it does not deliver. The person stays."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

SUPPRESSION_TYPES = ("blocks", "bounces", "spam_reports", "invalid_emails")
_PAGE_SIZE = 100


def search_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/search_suppression/{email_address}`: the reason why an address is suppressed."""
    address = call.params["email_address"].casefold()
    for kind in SUPPRESSION_TYPES:
        if address in workspace.undeliverable.get(kind, {}):
            return CallResult(body=_suppressions(kind, {address: workspace.undeliverable[kind][address]}))
    return CallResult(body={"category": "", "suppressions": []})


def get_suppressions(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/suppression/{suppression_type}`: a page of the addresses that are suppressed for one reason."""
    kind = call.params["suppression_type"]
    start = parse_number(call.query.get("offset", ""))
    limit = parse_number(call.query.get("limit", "")) or _PAGE_SIZE
    known = workspace.undeliverable.get(kind, {})
    return CallResult(body=_suppressions(kind, dict(islice(known.items(), start, start + limit))))


def create_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/esp/suppression/{suppression_type}/{email_address}`."""
    kind = call.params["suppression_type"]
    workspace.undeliverable.setdefault(kind, {})[call.params["email_address"].casefold()] = call.at
    return CallResult(body={})


def delete_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /v1/esp/suppression/{suppression_type}/{email_address}`."""
    kind = call.params["suppression_type"]
    workspace.undeliverable.get(kind, {}).pop(call.params["email_address"].casefold(), None)
    return CallResult()


def _suppressions(kind: str, known: Mapping[str, int]) -> dict[str, Any]:
    reason = "Uploaded manually via api.customer.io"
    listed = [{"created": at, "email": address, "reason": reason, "status": "550"} for address, at in known.items()]
    return {"category": kind, "suppressions": listed}


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (search_suppression, get_suppressions, create_suppression, delete_suppression)
}

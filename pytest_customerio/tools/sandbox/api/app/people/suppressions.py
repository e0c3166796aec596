"""The App API's suppressions of the e-mail provider: addresses to which it does not deliver. The person stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.api.app.paging import PageSize, page_of
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

SUPPRESSION_TYPES = ("blocks", "bounces", "spam_reports", "invalid_emails")
SUPPRESSIONS = PageSize(100, 1000)


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
    limit = min(parse_number(call.query.get("limit", "")) or SUPPRESSIONS.default, SUPPRESSIONS.largest)
    known = _matching(workspace, call, call.query.get("domain", ""))
    return CallResult(body=_suppressions(kind, dict(islice(known, start, start + limit))))


def get_domain_suppressions(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/domains/{domain_name}/suppression/{suppression_type}`: those whose addresses have this domain."""
    page = page_of(_matching(workspace, call, call.params["domain_name"]), call, lambda each: each[0], SUPPRESSIONS)
    known = _suppressions(call.params["suppression_type"], dict(page.results))
    return CallResult(page.notes, {**known, "next": page.next})


def _matching(workspace: Workspace, call: Call, domain: str) -> Iterator[tuple[str, int]]:
    """The suppressed addresses of a domain (any if it is empty), each with its time; only the `email` of the query."""
    known, ending = workspace.undeliverable.get(call.params["suppression_type"], {}), f"@{domain.casefold()}"
    wanted = call.query.get("email", "").casefold()
    for address, at in known.items():
        if wanted in ("", address) and (not domain or address.endswith(ending)):
            yield address, at


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
    for handler in (
        search_suppression,
        get_suppressions,
        get_domain_suppressions,
        create_suppression,
        delete_suppression,
    )
}

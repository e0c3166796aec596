"""The App API's suppressions of the e-mail provider: addresses to which it does not deliver. The person stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.api.app.paging import PageSize, page_of
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

SUPPRESSION_TYPES = ("blocks", "bounces", "spam_reports", "invalid_emails")
SUPPRESSIONS = PageSize(100, 1000)
# The published values of `category` are bounces and spam; what the others are called is not published.
_CATEGORIES = {"spam_reports": "spam"}


def search_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/search_suppression/{email_address}`: the reason why an address is suppressed."""
    address = call.params["email_address"].casefold()
    for kind in SUPPRESSION_TYPES:
        if found := [each for each in workspace.esp_suppressions.of(kind) if each[0] == address]:
            return CallResult(body=_suppressions(kind, found))
    return CallResult(body={"category": "", "suppressions": []})


def get_suppressions(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/suppression/{suppression_type}`: a page of the addresses that are suppressed for one reason."""
    start = parse_number(call.query.get("offset", ""))
    limit = min(parse_number(call.query.get("limit", "")) or SUPPRESSIONS.default, SUPPRESSIONS.largest)
    known = _matching(workspace, call, call.query.get("domain", ""))
    return CallResult(body=_suppressions(call.params["suppression_type"], islice(known, start, start + limit)))


def get_domain_suppressions(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/esp/domains/{domain_name}/suppression/{suppression_type}`: those on one sending domain."""
    page = page_of(_matching(workspace, call, call.params["domain_name"]), call, lambda each: each[0], SUPPRESSIONS)
    return CallResult(page.notes, {**_suppressions(call.params["suppression_type"], page.results), "next": page.next})


def _matching(workspace: Workspace, call: Call, domain: str) -> Iterator[tuple[str, int]]:
    """The addresses that are suppressed on a sending domain (any if it is empty); only the `email` of the query."""
    wanted = call.query.get("email", "").casefold()
    known = workspace.esp_suppressions.of(call.params["suppression_type"], domain.casefold())
    return ((address, at) for address, at in known if wanted in ("", address))


def create_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/esp/suppression/{suppression_type}/{email_address}`: on every domain."""
    workspace.esp_suppressions.add(call.params["suppression_type"], call.params["email_address"], call.at)
    return CallResult(body={})


def delete_suppression(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /v1/esp/suppression/{suppression_type}/{email_address}`."""
    workspace.esp_suppressions.remove(call.params["suppression_type"], call.params["email_address"])
    return CallResult()


def _suppressions(kind: str, known: Iterable[tuple[str, int]]) -> dict[str, Any]:
    reason = "Uploaded manually via api.customer.io"
    listed = [{"created": at, "email": address, "reason": reason, "status": "550"} for address, at in known]
    return {"category": _CATEGORIES.get(kind, kind), "suppressions": listed}


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

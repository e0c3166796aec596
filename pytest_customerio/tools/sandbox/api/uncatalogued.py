"""The calls of the App API that the catalogue has no contract for: exports, suppressions, workspaces, and some calls
about segments. They are answered as documented (docs.customer.io/files/journeys-app.json); their payload is not judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pytest_customerio.tools.sandbox.api.app_exports import (
    download_export,
    export_deliveries,
    export_people,
    get_export,
)
from pytest_customerio.tools.sandbox.api.app_segments import delete_segment, segment_count, segment_members
from pytest_customerio.tools.sandbox.api.app_suppressions import (
    find_suppression,
    list_suppressions,
    suppress_address,
    unsuppress_address,
)
from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# The operation of the catalogue whose credentials, limits and errors apply to these calls: a simple look-up.
SIMILAR_OPERATION = "app.list_exports"


@dataclass(frozen=True, slots=True)
class UncataloguedCall:
    """One such call: its name, its handler, and the parameters of its path."""

    name: str
    handler: Handler
    params: Mapping[str, str]


def find_uncatalogued(method: str, path: str) -> UncataloguedCall | None:
    """The call with this method and path."""
    segments = path.split("/")
    for (known, template), handler in _CALLS.items():
        parts = template.split("/")
        if known == method and len(parts) == len(segments):
            params = _match(parts, segments)
            if params is not None:
                return UncataloguedCall(f"app.{handler.__name__}", handler, params)
    return None


def _match(parts: list[str], segments: list[str]) -> dict[str, str] | None:
    """The parameters of a path whose segments match the parts of a template; a parameter must not be empty."""
    params = {}
    for part, segment in zip(parts, segments, strict=True):
        if part.startswith("{") and segment:
            params[part[1:-1]] = unquote(segment)
        elif part != segment:
            return None
    return params


def list_workspaces(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/workspaces`: the only one that there is."""
    objects = workspace.objects.all
    counts = {
        "id": 1,
        "name": "Sandbox",
        "messages_sent": len(workspace.deliveries),
        "billable_messages_sent": 0,
        "people": len(workspace.people),
        "object_types": len({each.key[0] for each in objects}),
        "objects": len(objects),
    }
    return CallResult(body={"workspaces": [counts]})


_CALLS = {
    ("GET", "/v1/workspaces"): list_workspaces,
    ("POST", "/v1/exports/customers"): export_people,
    ("POST", "/v1/exports/deliveries"): export_deliveries,
    ("GET", "/v1/exports/{export_id}"): get_export,
    ("GET", "/v1/exports/{export_id}/download"): download_export,
    ("GET", "/v1/esp/search_suppression/{email_address}"): find_suppression,
    ("GET", "/v1/esp/suppression/{suppression_type}"): list_suppressions,
    ("POST", "/v1/esp/suppression/{suppression_type}/{email_address}"): suppress_address,
    ("DELETE", "/v1/esp/suppression/{suppression_type}/{email_address}"): unsuppress_address,
    ("DELETE", "/v1/segments/{segment_id}"): delete_segment,
    ("GET", "/v1/segments/{segment_id}/customer_count"): segment_count,
    ("GET", "/v1/segments/{segment_id}/membership"): segment_members,
}

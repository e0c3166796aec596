"""The App API's list of workspaces."""

from __future__ import annotations

from collections.abc import Mapping

from pytest_customerio.tools.sandbox.api.call import Call, CallResult, Handler
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


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


HANDLERS: Mapping[str, Handler] = {"app.list_workspaces": list_workspaces}

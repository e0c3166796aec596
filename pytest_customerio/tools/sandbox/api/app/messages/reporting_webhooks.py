"""The App API's reporting webhooks: to which URLs events are posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_customerio.contract.webhook_events import event_names
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.webhooks.json_views import reporting_webhook_json
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import ReportingWebhook
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

MAX_WEBHOOKS = 100
FULL = CallResult(case="400-malformed", text=f"the sandbox keeps {MAX_WEBHOOKS} reporting webhooks at most")


def create_reporting_webhook(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/reporting_webhooks`."""
    if len(workspace.reporting_webhooks) >= MAX_WEBHOOKS:
        return FULL
    number = workspace.number_of_new("reporting_webhooks", workspace.reporting_webhooks)
    return _saved(workspace, ReportingWebhook(number, "", ()), call)


def list_reporting_webhooks(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/reporting_webhooks`."""
    listed = [reporting_webhook_json(each) for each in workspace.reporting_webhooks.values()]
    return CallResult(body={"reporting_webhooks": listed})


def get_reporting_webhook(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/reporting_webhooks/{webhook_id}`."""
    webhook = _find(workspace, call)
    return CallResult(body=reporting_webhook_json(webhook)) if webhook else NOT_FOUND


def update_reporting_webhook(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /v1/reporting_webhooks/{webhook_id}`: what the payload leaves out stays."""
    webhook = _find(workspace, call)
    return _saved(workspace, webhook, call) if webhook else NOT_FOUND


def delete_reporting_webhook(workspace: Workspace, call: Call) -> CallResult:
    """`DELETE /v1/reporting_webhooks/{webhook_id}`."""
    webhook = _find(workspace, call)
    if webhook is None:
        return NOT_FOUND
    del workspace.reporting_webhooks[webhook.id]
    workspace.inventory.remove("reporting_webhooks", str(webhook.id))
    return CallResult()


def _find(workspace: Workspace, call: Call) -> ReportingWebhook | None:
    return workspace.reporting_webhooks.get(parse_number(call.params["webhook_id"]))


def _saved(workspace: Workspace, webhook: ReportingWebhook, call: Call) -> CallResult:
    changed = replace(webhook, **_given(call.payload))
    workspace.reporting_webhooks[changed.id] = changed
    unknown = set(changed.events) - set(event_names())
    notes = tuple(f"never posted: there is no event {each}" for each in sorted(unknown))
    doubt = workspace.doubt(changed.endpoint)
    return CallResult((doubt, *notes) if doubt else notes, reporting_webhook_json(changed))


def _given(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a reporting webhook that a payload sets."""
    given: dict[str, Any] = {name: payload[name] for name in ("name", "endpoint") if isinstance(payload.get(name), str)}
    for name in ("disabled", "full_resolution", "with_content"):
        if isinstance(payload.get(name), bool):
            given[name] = payload[name]
    if isinstance(events := payload.get("events"), list):
        given["events"] = tuple(str(each) for each in events)
    return given


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (
        create_reporting_webhook,
        list_reporting_webhooks,
        get_reporting_webhook,
        update_reporting_webhook,
        delete_reporting_webhook,
    )
}

"""The App API's look-ups of campaigns and broadcasts, and of the triggers of broadcasts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.inventory.records import if_exists, reading, writing
from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    BROADCAST_ACTIONS,
    BROADCAST_TRANSLATIONS,
    BROADCASTS,
    CAMPAIGN_ACTIONS,
    CAMPAIGN_TRANSLATIONS,
    CAMPAIGNS,
)
from pytest_customerio.tools.sandbox.api.app.inventory.translations import get_translation, put_translation
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import BroadcastTrigger
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


def get_broadcast_triggers(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/broadcasts/{broadcast_id}/triggers`."""
    broadcast = parse_number(call.params["broadcast_id"])
    triggers = [_trigger(each) for each in workspace.triggers.values() if each.broadcast == broadcast]
    return if_exists(BROADCASTS, workspace, call, lambda: CallResult(body={"triggers": triggers}))


def get_broadcast_trigger_status(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/campaigns/{broadcast_id}/triggers/{trigger_id}`: a trigger is processed at once."""
    key = parse_number(call.params["broadcast_id"]), parse_number(call.params["trigger_id"])
    trigger = workspace.triggers.get(key)
    return CallResult(body=_trigger(trigger)) if trigger else NOT_FOUND


def _trigger(trigger: BroadcastTrigger) -> dict[str, Any]:
    return {
        "id": trigger.id,
        "broadcast_id": trigger.broadcast,
        "created_at": trigger.created,
        "processed_at": trigger.created,
    }


HANDLERS: Mapping[str, Handler] = {
    **reading(CAMPAIGNS, many="list_campaigns", one="get_campaign"),
    **reading(CAMPAIGN_ACTIONS, many="get_campaign_actions", one="get_campaign_action"),
    **writing(CAMPAIGN_ACTIONS, update="update_campaign_action"),
    "app.get_campaign_action_language": partial(get_translation, CAMPAIGN_TRANSLATIONS),
    "app.update_campaign_action_language": partial(put_translation, CAMPAIGN_TRANSLATIONS),
    **reading(BROADCASTS, many="list_broadcasts", one="get_broadcast"),
    **reading(BROADCAST_ACTIONS, many="get_broadcast_actions", one="get_broadcast_action"),
    **writing(BROADCAST_ACTIONS, update="update_broadcast_action"),
    "app.get_broadcast_action_language": partial(get_translation, BROADCAST_TRANSLATIONS),
    "app.update_broadcast_action_language": partial(put_translation, BROADCAST_TRANSLATIONS),
    "app.get_broadcast_triggers": get_broadcast_triggers,
    "app.get_broadcast_trigger_status": get_broadcast_trigger_status,
}

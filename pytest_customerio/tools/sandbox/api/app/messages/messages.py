"""The App API's messages: all, those of a person, and those of a broadcast or transactional message. Newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from pytest_customerio.tools.sandbox.api.app.inventory.records import if_exists
from pytest_customerio.tools.sandbox.api.app.inventory.resources import (
    BROADCAST_ACTIONS,
    BROADCASTS,
    CAMPAIGN_ACTIONS,
    CAMPAIGNS,
    NEWSLETTER_CONTENTS,
    NEWSLETTERS,
    TRANSACTIONAL,
    Resource,
    is_template,
)
from pytest_customerio.tools.sandbox.api.app.messages.message_format import archived_message, message, metrics
from pytest_customerio.tools.sandbox.api.app.messages.metrics import journey_series, series
from pytest_customerio.tools.sandbox.api.app.paging import page_of
from pytest_customerio.tools.sandbox.api.app.people.lookups import person_in_path
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import flag, parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.activities import channel
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# The parameters of the query that name what a message belongs to; no message of the sandbox has such a parent.
_NO_PARENTS = ("campaign_id", "newsletter_id", "action_id", "content_id")


def get_messages(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/messages`: a page of the messages that match the query."""
    return _messages(workspace, call, reversed(workspace.deliveries.values()))


def get_message(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/messages/{message_id}`."""
    delivery = workspace.deliveries.get(call.params["message_id"])
    return CallResult(body={"message": message(workspace, delivery)}) if delivery else NOT_FOUND


def get_archived_message(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/messages/{message_id}/archived_message`."""
    delivery = workspace.deliveries.get(call.params["message_id"])
    return CallResult(body={"archived_message": archived_message(delivery)}) if delivery else NOT_FOUND


def get_customer_messages(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/messages`."""
    person = person_in_path(workspace, call)
    return _messages(workspace, call, workspace.deliveries.of(person.cio_id)) if person else NOT_FOUND


def messages_of(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """The messages of a campaign, broadcast, newsletter or transactional message."""
    deliveries = _of(resource, workspace, call)
    return if_exists(resource, workspace, call, lambda: _messages(workspace, call, deliveries))


def metrics_of(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """The metrics of these messages."""
    deliveries = (each for each in _of(resource, workspace, call) if _of_type(each, call))
    return if_exists(resource, workspace, call, lambda: CallResult(body=series(deliveries, call)))


def links_of(resource: Resource, workspace: Workspace, call: Call) -> CallResult:
    """The links in these messages: none, because the sandbox tracks no links."""
    return if_exists(resource, workspace, call, lambda: CallResult(body={"links": []}))


def get_campaign_journey_metrics(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/campaigns/{campaign_id}/journey_metrics`."""
    return if_exists(CAMPAIGNS, workspace, call, lambda: CallResult(body=journey_series(call)))


def _messages(workspace: Workspace, call: Call, deliveries: Iterable[Delivery]) -> CallResult:
    found = page_of((each for each in deliveries if _matches(workspace, each, call)), call, lambda each: each.id)
    return CallResult(
        found.notes, {"messages": [message(workspace, each) for each in found.results], "next": found.next}
    )


def _matches(workspace: Workspace, delivery: Delivery, call: Call) -> bool:
    query = call.query
    if any(query.get(name) for name in _NO_PARENTS) or not _of_type(delivery, call):
        return False
    if flag(query.get("drafts", "")) != (delivery.state == "draft"):
        return False
    if query.get("metric") and query["metric"] not in metrics(delivery):
        return False
    if query.get("trigger_id") and delivery.trigger != parse_number(query["trigger_id"]):
        return False
    named = [query[name] for name in ("transactional_id", "template_id") if query.get(name)]
    if not all(_is_of_template(workspace, delivery, each) for each in named):
        return False
    since, until = (parse_number(query.get(name, "")) for name in ("start_ts", "end_ts"))
    return since <= delivery.queued_at and (not until or delivery.queued_at <= until)


def _of_type(delivery: Delivery, call: Call) -> bool:
    return call.query.get("type", "") in ("", channel(delivery))


def _is_of_template(workspace: Workspace, delivery: Delivery, key: str) -> bool:
    record = workspace.inventory.find(TRANSACTIONAL.kind, key)
    return is_template(record, delivery.template) if record else delivery.template == key


def _of(resource: Resource, workspace: Workspace, call: Call) -> Iterable[Delivery]:
    belongs = _BELONGS.get(resource.kind)
    deliveries = reversed(workspace.deliveries.values()) if belongs else ()
    return (each for each in deliveries if belongs and belongs(workspace, each, call.params[resource.parameter]))


def _is_of_broadcast(_: Workspace, delivery: Delivery, key: str) -> bool:
    return delivery.broadcast is not None and delivery.broadcast == parse_number(key)


# Which messages belong to a record. The sandbox sends none of campaigns and newsletters, and knows no actions.
_BELONGS: Mapping[str, Callable[[Workspace, Delivery, str], bool]] = {
    BROADCASTS.kind: _is_of_broadcast,
    TRANSACTIONAL.kind: _is_of_template,
}
_METRICS: Mapping[str, Resource] = {
    "get_campaign_metrics": CAMPAIGNS,
    "get_campaign_action_metrics": CAMPAIGN_ACTIONS,
    "get_broadcast_metrics": BROADCASTS,
    "get_broadcast_action_metrics": BROADCAST_ACTIONS,
    "get_newsletter_metrics": NEWSLETTERS,
    "get_newsletter_content_metrics": NEWSLETTER_CONTENTS,
}
HANDLERS: Mapping[str, Handler] = {
    **{
        f"app.{handler.__name__}": handler
        for handler in (
            get_messages,
            get_message,
            get_archived_message,
            get_customer_messages,
            get_campaign_journey_metrics,
        )
    },
    "app.get_campaign_messages": partial(messages_of, CAMPAIGNS),
    "app.get_broadcast_messages": partial(messages_of, BROADCASTS),
    "app.get_newsletter_messages": partial(messages_of, NEWSLETTERS),
    "app.get_transactional_message_deliveries": partial(messages_of, TRANSACTIONAL),
    "app.get_transactional_message_metrics": partial(metrics_of, TRANSACTIONAL),
    "app.get_transactional_message_link_metrics": partial(links_of, TRANSACTIONAL),
    **{f"app.{name}": partial(metrics_of, resource) for name, resource in _METRICS.items()},
    **{f"app.{name}_links": partial(links_of, resource) for name, resource in _METRICS.items()},
}

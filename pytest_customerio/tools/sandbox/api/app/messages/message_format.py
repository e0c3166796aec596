"""Messages in the form in which the App API returns them."""

from __future__ import annotations

from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import person_identifiers
from pytest_customerio.tools.sandbox.api.app.inventory.resources import find_template
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.activities import channel
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# What a message may belong to, but none of the sandbox does.
_PARENTS = ("newsletter_id", "campaign_id", "action_id", "parent_action_id", "content_id", "trigger_event_id")


def message(workspace: Workspace, delivery: Delivery) -> dict[str, Any]:
    """A message: it names what it belongs to; all other parents are null."""
    person = workspace.people.find(("cio_id", delivery.person))
    identifiers = person.identifiers if person else {}
    known = metrics(delivery)
    template = find_template(workspace.inventory, delivery.template) if delivery.broadcast is None else None
    return {
        "id": delivery.id,
        "deduplicate_id": f"{delivery.id}:{max(known.values(), default=delivery.queued_at)}",
        "msg_template_id": template["id"] if template else None,
        "transactional_message_id": template["id"] if template else None,
        "customer_id": identifiers.get("id"),
        "customer_identifiers": person_identifiers(delivery.person, identifiers),
        "recipient": delivery.to,
        "subject": delivery.subject,
        "metrics": known,
        "created": delivery.queued_at,
        "failure_message": None,
        **dict.fromkeys(_PARENTS),
        "broadcast_id": delivery.broadcast,
        "type": channel(delivery),
        "forgotten": _is_forgotten(delivery),
    }


def metrics(delivery: Delivery) -> dict[str, int]:
    """Each metric of a message with the time at which the message first got it."""
    known = {delivery.first_metric: delivery.queued_at} if delivery.first_metric else {}
    for name, at in delivery.metrics:
        known.setdefault(name, at)
    return known


def archived_message(delivery: Delivery) -> dict[str, Any]:
    """The text of a message, unless it was sent with `disable_message_retention`."""
    forgotten = _is_forgotten(delivery)
    return {
        "id": delivery.id,
        "recipient": delivery.to,
        "from": str(delivery.payload.get("from") or ""),
        "subject": delivery.subject,
        "body": "" if forgotten else delivery.body,
        "forgotten": forgotten,
    }


def _is_forgotten(delivery: Delivery) -> bool:
    return delivery.payload.get("disable_message_retention") is True

"""Which messages an export contains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from pytest_customerio.tools.sandbox.api.app.inventory.resources import note_template
from pytest_customerio.tools.sandbox.api.app.messages.delivery_filter import LONGEST, USUAL, DeliveryFilter
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory

NOW = 1_764_000_000
DAY = 86_400


def matches(payload: Mapping[str, Any], **members: Any) -> bool:
    """Whether an export with this payload contains a message with these members."""
    inventory = Inventory()
    note_template(inventory, "order_receipt")
    base: dict[str, Any] = {"state": "queued", "queued_at": NOW, "metrics": [("opened", NOW)]}
    state, queued_at = (({**base, **members}).pop(name) for name in ("state", "queued_at"))
    others = {name: value for name, value in members.items() if name not in ("state", "queued_at")}
    delivery = Delivery("1", "app.send_email", "", "", "", "", state, queued_at, metrics=base["metrics"], **others)
    return DeliveryFilter.of(payload, NOW, inventory).matches(delivery)


@pytest.mark.parametrize(
    ("payload", "members", "expected"),
    [
        ({}, {}, True),
        ({}, {"queued_at": NOW - USUAL - 1}, False),
        ({"start": NOW - 300 * DAY}, {"queued_at": NOW - 299 * DAY}, True),
        ({"start": str(NOW - 300 * DAY)}, {"queued_at": NOW - 299 * DAY}, True),
        ({"start": 1}, {"queued_at": NOW - LONGEST - 1}, False),
        ({"end": NOW - DAY}, {}, False),
        ({}, {"state": "draft"}, False),
        ({"drafts": True}, {"state": "draft"}, True),
        ({"metric": "opened"}, {}, True),
        ({"metric": "sent"}, {}, True),
        ({"metric": "created"}, {"state": "scheduled"}, True),
        ({"metric": "sent"}, {"state": "scheduled"}, False),
        ({"metric": "bounced"}, {}, False),
        ({"transactional_message_id": 1}, {"template": "Order_Receipt"}, True),
        ({"transactional_message_id": 2}, {"template": "order_receipt"}, False),
        ({"transactional_message_id": 77}, {"template": "77"}, True),
        ({"campaign_id": 12}, {"broadcast": 12}, True),
        ({"campaign_id": "12"}, {"broadcast": 13}, False),
    ],
)
def test_messages(payload: Mapping[str, Any], members: Mapping[str, Any], expected: bool) -> None:
    """Those of the last six months, or of a time of at most twelve; drafts, a metric or a parent if it is asked for."""
    assert matches(payload, **members) is expected

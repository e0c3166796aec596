"""Which messages an export contains (docs.customer.io/integrations/api/app/tag/exports/exportDeliveriesData)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pytest_customerio.tools.sandbox.api.app.inventory.resources import find_template, is_template
from pytest_customerio.tools.sandbox.json_values import integer, parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory

_DAY = 86_400
USUAL, LONGEST = 183 * _DAY, 366 * _DAY  # six months, twelve months
# Metrics that every message has.
_ALL = ("", "created")


@dataclass(frozen=True, slots=True)
class DeliveryFilter:
    """The messages of a time, with a metric, of a transactional message or of an API-triggered broadcast.

    `template` is the record of the transactional message, `broadcast` the id of a broadcast; None and 0 stand for any.
    """

    start: int
    end: int
    metric: str = ""
    drafts: bool = False
    template: Mapping[str, Any] | None = None
    broadcast: int = 0

    @classmethod
    def of(cls, payload: Mapping[str, Any], now: int, inventory: Inventory) -> Self:
        """The filter in a payload: without a time the last six months, and never more than twelve."""
        end = _seconds(payload.get("end"), now)
        start = _seconds(payload.get("start"), end - USUAL)
        template = str(payload.get("transactional_message_id") or "")
        return cls(
            start=max(start, end - LONGEST),
            end=end,
            metric=str(payload.get("metric") or ""),
            drafts=payload.get("drafts") is True,
            template=(find_template(inventory, template) or {"id": template}) if template else None,
            broadcast=_seconds(payload.get("campaign_id"), 0),
        )

    def matches(self, delivery: Delivery) -> bool:
        """Whether a message is among them."""
        has_metric = self.metric in _ALL or any(name == self.metric for name in delivery.metric_names)
        return (
            self.start <= delivery.queued_at <= self.end
            and has_metric
            and (self.drafts or delivery.state != "draft")
            and (self.template is None or is_template(self.template, delivery.template))
            and self.broadcast in (0, delivery.broadcast)
        )


def _seconds(value: object, default: int) -> int:
    """A number, also one that is sent as text."""
    return (parse_number(value) or default) if isinstance(value, str) else integer(value, default)

"""Metrics of messages: how many of them were sent, opened and so on in each of the last periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.app.messages.message_format import metrics
from pytest_customerio.tools.sandbox.api.call import Call
from pytest_customerio.tools.sandbox.json_values import parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

# The seconds of a period, and how many periods there are unless `steps` says so, and at most
# (docs.customer.io/files/journeys-app.json). A month has 30 days here.
_PERIODS: Mapping[str, tuple[int, int, int]] = {
    "hours": (3600, 24, 24),
    "days": (86_400, 45, 45),
    "weeks": (604_800, 12, 12),
    "months": (2_592_000, 12, 121),
}
_NAMES = (
    "attempted",
    "bounced",
    "clicked",
    "converted",
    "created",
    "deferred",
    "delivered",
    "drafted",
    "dropped",
    "failed",
    "opened",
    "sent",
    "spammed",
    "undeliverable",
    "unsubscribed",
)
_JOURNEY = ("started", "activated", "exited_early", "finished", "converted", "never_activated", "messaged")


def series(deliveries: Iterable[Delivery], call: Call) -> dict[str, Any]:
    """The number of messages with each metric in each period, the oldest period first."""
    seconds, steps = _period(call)
    counts = {name: [0] * steps for name in _NAMES}
    for delivery in deliveries:
        for name, at in {"created": delivery.queued_at, **metrics(delivery)}.items():
            ago = (call.at - at) // seconds
            if name in counts and 0 <= ago < steps:
                counts[name][steps - 1 - ago] += 1
    return {"metric": {"series": counts}}


def journey_series(call: Call) -> dict[str, Any]:
    """The metrics of a campaign's journeys: the sandbox runs no campaign."""
    steps = _period(call)[1]
    return {"journey_metric": {name: [0] * steps for name in _JOURNEY}}


def _period(call: Call) -> tuple[int, int]:
    """The seconds of a period, and the number of periods."""
    seconds, usual, most = _PERIODS.get(call.query.get("period", ""), _PERIODS["days"])
    return seconds, min(parse_number(call.query.get("steps", "")) or usual, most)

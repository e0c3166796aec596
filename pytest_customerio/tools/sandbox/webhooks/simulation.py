"""Lets something happen to a message on request: for example it bounces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.contract.webhook_events import event_names, metrics
from pytest_customerio.core.nearest import did_you_mean, nearest
from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import Report
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

# A word that other services use, with that of Customer.io.
_OTHER_WORDS = {"complained": "spammed"}


class MetricError(CannotError):
    """This cannot happen to this message. The text says what can."""


def simulate(workspace: Workspace, metric: str, delivery_id: str | None, at: int, members: Mapping[str, Any]) -> Report:
    """Let a metric happen to a message, the last one unless another is named. Raises `MetricError`."""
    delivery = _find(workspace, delivery_id)
    name = _OTHER_WORDS.get(metric, metric)
    if name not in delivery.known_metrics:
        similar = nearest(name, delivery.known_metrics)
        proposal = f"did you mean {similar}?" if similar else f"known are {', '.join(delivery.known_metrics)}"
        raise MetricError(f"{metric!r} does not happen to a message of {delivery.channel}; {proposal}")
    return workspace.report(name, at, delivery, members)


def check_metric(name: str) -> None:
    """Raises `MetricError` for what happens to no message of any channel."""
    of_messages = (names for channel, names in metrics().items() if channel != "customer")
    known = list(dict.fromkeys(each for names in of_messages for each in names))
    if name not in known:
        raise MetricError(f"there is no metric {name!r}{did_you_mean(name, known)}; known are {', '.join(known)}")


def check_events(names: Iterable[str]) -> None:
    """Raises `MetricError` for a name that no event has: a webhook that subscribes to it would never be called."""
    known = list(event_names())
    for name in names:
        if name not in known:
            raise MetricError(f"there is no event {name!r}{did_you_mean(name, known)}; known are {', '.join(known)}")


def _find(workspace: Workspace, delivery_id: str | None) -> Delivery:
    if not workspace.deliveries:
        raise MetricError("no message was sent yet")
    if delivery_id is None:
        return next(reversed(workspace.deliveries.values()))
    delivery = workspace.deliveries.get(delivery_id)
    if delivery is None:
        raise MetricError(
            f"there is no delivery {delivery_id!r}; the last one is {next(reversed(workspace.deliveries))}"
        )
    return delivery

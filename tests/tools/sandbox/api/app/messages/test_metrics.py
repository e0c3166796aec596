"""Metrics of messages by period."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.api.app.messages.metrics import journey_series, series
from pytest_customerio.tools.sandbox.api.call import Call
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

HOUR, NOW = 3600, 1_764_000_000


def test_each_metric_counts_in_its_period() -> None:
    """A message that was sent two hours ago and opened now counts in two periods; later and older ones in none."""
    sent = Delivery("1", "app.send_email", "", "", "", "", "queued", NOW - 2 * HOUR, metrics=[("opened", NOW)])
    old = Delivery("2", "app.send_email", "", "", "", "", "queued", NOW - 9 * HOUR, metrics=[("clicked", NOW + 1)])
    found = series([sent, old], Call(query={"period": "hours", "steps": "3"}, at=NOW))["metric"]["series"]
    assert (found["created"], found["sent"], found["opened"]) == ([1, 0, 0], [1, 0, 0], [0, 0, 1])
    assert found["clicked"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("query", "steps"),
    [({}, 45), ({"period": "hours"}, 24), ({"period": "months", "steps": "500"}, 121), ({"steps": "x"}, 45)],
)
def test_periods(query: dict[str, str], steps: int) -> None:
    """Each period has a usual and a largest number of steps; an unknown one is days."""
    assert len(journey_series(Call(query=query))["journey_metric"]["started"]) == steps

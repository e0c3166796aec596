"""What every page contains."""

from __future__ import annotations

from typing import Any

from pytest_customerio.tools.sandbox.pages.frame import missing_page, version
from pytest_customerio.tools.sandbox.settings import Settings

EVENTS = "/api/v1/customers/42/events"


def test_everything_changes_the_version(ask: Any) -> None:
    """A request, a new fault, a fault that was given, its end and a reset each change the version."""
    seen = [version(ask.service)]
    for step in (
        lambda: ask.identify("42"),
        lambda: ask.service.fault("429-retry-after", 2),
        lambda: ask("POST", EVENTS, {"name": "x"}),
        ask.service.faults.clear,
        ask.service.reset,
    ):
        step()
        seen.append(version(ask.service))
    assert len(set(seen)) == len(seen)


def test_the_region_stands_above() -> None:
    """The region of the workspace is among the values of every page."""
    from pytest_customerio.tools.sandbox.answering.service import Service

    assert missing_page(Service(Settings(region="eu")))["region"] == "eu"

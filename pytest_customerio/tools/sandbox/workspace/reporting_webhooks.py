"""The reporting webhooks of a workspace, and what happened that they may report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people import Person

MAX_REPORTS = 10_000
ONCE = ("opened", "clicked")


@dataclass(frozen=True, slots=True)
class ReportingWebhook:
    """A URL to which events are posted.

    `events` are names such as `email_bounced`. `full_resolution` reports each open and click of a message, in place of
    the first one. `with_content` adds the text of a message to its `sent` event.
    """

    id: int
    endpoint: str
    events: tuple[str, ...]
    name: str = ""
    disabled: bool = False
    full_resolution: bool = False
    with_content: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What happened to a message, or to a person where there is no message.

    `members` replace or extend those of `data` in the event. `again` says that the same happened to the message before.
    """

    metric: str
    at: int
    delivery: Delivery | None = None
    person: Person | None = None
    members: Mapping[str, Any] = field(default_factory=dict)
    again: bool = False

    @property
    def message(self) -> str:
        """The id of the message; empty without one."""
        return self.delivery.id if self.delivery else ""

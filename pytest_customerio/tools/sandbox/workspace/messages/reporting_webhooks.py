"""The reporting webhooks of a workspace, and what happened that they may report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people.person import PREFERENCES, Person

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


def first_metrics(delivery: Delivery, at_once: Sequence[str], *, suppressed: bool) -> tuple[str, ...]:
    """What becomes of a message as soon as it was added; `suppressed` says that its recipient gets none."""
    if delivery.state == "queued":
        return tuple(each for each in at_once if each in delivery.known_metrics)
    dropped = delivery.state == "skipped" and suppressed
    first = "drafted" if delivery.state == "draft" else "dropped" if dropped else ""
    return (first,) if first in delivery.known_metrics else ()


def changes_subscription(given: Iterable[str]) -> bool:
    """Whether an update with these attributes may change to what a person is subscribed."""
    return any(name == "unsubscribed" or name.startswith(PREFERENCES) for name in given)


def subscription(person: Person | None) -> tuple[bool, Any]:
    """To what a person is subscribed: whether to nothing, and the preferences."""
    return (person.unsubscribed, deepcopy(person.attributes.get(PREFERENCES))) if person else (False, None)


def subscription_reports(person: Person, before: tuple[bool, Any], at: int) -> Iterator[Report]:
    """What changed since then."""
    unsubscribed, preferences = subscription(person)
    if unsubscribed != before[0]:
        yield Report("unsubscribed" if unsubscribed else "subscribed", at, person=person)
    if preferences != before[1]:
        yield Report(f"{PREFERENCES}_changed", at, person=person)

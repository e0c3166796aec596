"""A workspace: everything that an application has sent. Values without I/O; threads that share one hold a lock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from pytest_customerio.tools.sandbox.bounded import put_bounded
from pytest_customerio.tools.sandbox.workspace.deliveries import (
    BroadcastTrigger,
    Delivery,
    DeliveryStore,
    Template,
)
from pytest_customerio.tools.sandbox.workspace.inventory import Inventory
from pytest_customerio.tools.sandbox.workspace.messages.esp_suppressions import EspSuppressions
from pytest_customerio.tools.sandbox.workspace.messages.reporting_webhooks import (
    MAX_REPORTS,
    Report,
    ReportingWebhook,
    changes_subscription,
    first_metrics,
    subscription,
    subscription_reports,
)
from pytest_customerio.tools.sandbox.workspace.people.activities import ActivityLog
from pytest_customerio.tools.sandbox.workspace.people.changes import changes, known_person, values
from pytest_customerio.tools.sandbox.workspace.people.devices import add_device, note_push
from pytest_customerio.tools.sandbox.workspace.people.merging import merge_halves, merge_people
from pytest_customerio.tools.sandbox.workspace.people.objects import WorkspaceObjects
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED, People
from pytest_customerio.tools.sandbox.workspace.people.person import Event, EventIds, Identifier, Notes, Person
from pytest_customerio.tools.sandbox.workspace.people.segments import Segment
from pytest_customerio.tools.sandbox.workspace.people.visitors import Visitors

MAX_DELIVERIES = 100_000
_SETTINGS = ("templates", "doubt")
_DELIVERY_BYTES = 1000  # of a message without its text, about


class Workspace:
    """What Customer.io would know.

    `files` maps the number of each export to its CSV text, `optouts` the cio_id of each person to channels and senders
    that must not write to this person.
    `reports` is what happened since the reporting webhooks were last told; it is empty where there are none. `at_once`
    are the metrics that each message gets as soon as it is sent, while there are reporting webhooks. `made_bytes` is
    about how much was made of requests since the size was last looked at: rendered messages, and files of exports.
    """

    # Settings, so they are no part of what is stored: `templates` finds the template with an id or a name, `doubt` says
    # why nothing may be posted to a URL, or nothing.
    templates: Callable[[str], Template | None] = staticmethod(lambda name: None)
    doubt: Callable[[str], str] = staticmethod(lambda url: "")

    def __init__(self, region: str = "us", inventory: Inventory | None = None, at_once: tuple[str, ...] = ()) -> None:
        self.region = region
        self.at_once = at_once
        self.reporting_webhooks: dict[int, ReportingWebhook] = {}
        self.reports: deque[Report] = deque(maxlen=MAX_REPORTS)
        self.inventory = inventory or Inventory()
        self.activities = ActivityLog()
        self.people = People(self.activities)
        self.objects = WorkspaceObjects(self.people)
        self.segments: dict[int, Segment] = {}
        self.deliveries = DeliveryStore()
        self.triggers: dict[tuple[int, int], BroadcastTrigger] = {}
        self.exports: dict[int, dict[str, Any]] = {}
        self.files: dict[int, str] = {}
        self.esp_suppressions = EspSuppressions()
        self.optouts: dict[str, dict[tuple[str, str], None]] = {}
        self.visitors = Visitors()
        self.forms: dict[str, list[Mapping[str, Any]]] = {}
        self.made_bytes = 0
        self._event_ids = EventIds()
        self._last_number = 0

    def __getstate__(self) -> dict[str, Any]:
        """What is stored of it."""
        return {name: value for name, value in vars(self).items() if name not in _SETTINGS}

    def next_number(self) -> int:
        """A number that this workspace has not returned before."""
        self._last_number += 1
        return self._last_number

    def number_of_new(self, kind: str, known: Iterable[int]) -> int:
        """The number for a new record of a kind: no other has it, and none that was removed had it."""
        return max(max(known, default=0) + 1, self.inventory.next_number(kind))

    def identify(
        self, identifier: Identifier, attributes: Mapping[str, Any], at: int, *, create: bool = True
    ) -> tuple[Person | None, Notes]:
        """Add or update a person; recent events of the visitor with the given anonymous_id become the person's."""
        merged = merge_halves(self, identifier, attributes)
        known = known_person(self.people, identifier, attributes)
        before = values(known, attributes)
        reported = bool(self.reporting_webhooks) and changes_subscription(attributes)
        subscribed = subscription(known) if reported else None
        person, notes = self.people.identify(identifier, attributes, at, create=create)
        if person is None:
            return None, merged + notes
        if changed := changes(person, before):
            self.activities.add("attribute_change", person, at, data=changed)
        if subscribed is not None:
            self.reports.extend(subscription_reports(person, subscribed, at))
        visitor = attributes.get("anonymous_id")
        if isinstance(visitor, str):
            self._identify_visitor(person, visitor, at)
        return person, merged + notes

    def delete(self, identifier: Identifier) -> Notes:
        """Delete a person, with relationships and memberships."""
        person = self.people.find(identifier)
        if person is None:
            return ("nothing to do: there is no such person",)
        self.people.delete(person)
        self._remove_person(person)
        return ()

    def suppress(self, identifier: Identifier) -> Notes:
        """Delete a person, and ignore the person's identifiers from now on."""
        person = self.people.suppress(identifier)
        if person is not None:
            self._remove_person(person)
            self.activities.redact(person)
        return ()

    def add_event(self, identifier: Identifier, event: Event) -> Notes:
        """Add an event to a person. An event whose id was received before is ignored."""
        if self.people.is_suppressed(identifier):
            return (SUPPRESSED,)
        if duplicate := self._event_ids.repeated(event):
            return duplicate
        person, notes = self.people.find_or_create(identifier)
        if person is not None:
            self._give_events(person, [event])
        return notes

    def add_visitor_event(self, visitor: str, event: Event) -> Notes:
        """Add an event to an anonymous visitor."""
        if duplicate := self._event_ids.repeated(event):
            return duplicate
        if not visitor:
            return ("belongs to nobody: without anonymous_id no person can ever get it",)
        person = self.people.find(("cio_id", self.visitors.people.get(visitor, "")))
        if person is None:
            self.visitors.add(visitor, event)
        else:
            self._give_events(person, [event])
        return ()

    def merge(self, primary: Identifier, secondary: Identifier) -> Notes:
        """Merge the secondary person into the primary, who gets what the primary lacks. Deletes the secondary."""
        first, second = self.people.find(primary), self.people.find(secondary)
        if first is None or second is None or first is second:
            return ("dropped: both people must exist, and be two",)
        merge_people(self, first, second)
        return ()

    def add_device(self, identifier: Identifier, token: str, device: Mapping[str, Any]) -> Notes:
        """Add or update a device."""
        if self.people.is_suppressed(identifier):
            return (SUPPRESSED,)
        person, notes = self.people.find_or_create(identifier)
        if person is not None:
            add_device(person, token, device, self.people.now)
            self.activities.add("device_change", person, self.people.now, data={"device_id": token})
        return notes

    def delete_device(self, identifier: Identifier, token: str) -> Notes:
        """Remove a device."""
        person = self.people.find(identifier)
        if person is None or person.devices.pop(token, None) is None:
            return ("nothing to do: there is no such device",)
        return ()

    def segment(self, number: int) -> Segment:
        """The segment of this number, created if there is none: it stands for one of Customer.io's interface."""
        if number not in self.segments:
            self.segments[number] = Segment(number, f"Segment {number}", created=self.people.now, implicit=True)
        return self.segments[number]

    def add_delivery(self, delivery: Delivery) -> None:
        """Add a message; the oldest is removed when there are too many."""
        put_bounded(self.deliveries, delivery.id, delivery, MAX_DELIVERIES)
        self.made_bytes += len(delivery.body) + len(delivery.plain) + _DELIVERY_BYTES
        suppressed = not delivery.person or bool(
            self.esp_suppressions.reason(delivery.to, delivery.payload.get("from"))
        )
        reported = first_metrics(delivery, self.at_once, suppressed=suppressed) if self.reporting_webhooks else ()
        if delivery.first_metric and delivery.first_metric not in reported:
            self._log_delivery(delivery, delivery.first_metric, delivery.queued_at)
        for metric in reported:
            why = {"failure_message": "the recipient is suppressed"} if metric == "dropped" else {}
            self.report(metric, delivery.queued_at, delivery, why)

    def report(self, metric: str, at: int, delivery: Delivery, members: Mapping[str, Any] | None = None) -> Report:
        """Note what happened to a message, such as `opened`, with its effect on the person and on the address."""
        again = any(name == metric for name, _ in delivery.metrics)
        delivery.metrics.append((metric, at))
        self._log_delivery(delivery, metric, at)
        person = self.people.find(("cio_id", delivery.person))
        self.esp_suppressions.note(delivery, metric, at)
        if metric == "unsubscribed" and person is not None:
            person.attributes["unsubscribed"], person.timestamps["unsubscribed"] = True, at
            self.people.by_attribute.note(person)
            person.add_events([Event("email_unsubscribed", "event", at, {"delivery_id": delivery.id})])
        report = Report(metric, at, delivery, person, members or {}, again)
        if self.reporting_webhooks:
            self.reports.append(report)
        return report

    def add_webhook(self, url: str, events: Iterable[str], settings: Mapping[str, Any]) -> ReportingWebhook:
        """Add a reporting webhook."""
        number = self.number_of_new("reporting_webhooks", self.reporting_webhooks)
        self.reporting_webhooks[number] = ReportingWebhook(number, url, tuple(events), **settings)
        return self.reporting_webhooks[number]

    def _log_delivery(self, delivery: Delivery, metric: str, at: int) -> None:
        person = self.people.find(("cio_id", delivery.person))
        self.activities.add_delivery(person, delivery, metric, at)
        if person is not None:
            note_push(person, delivery, metric)

    def _identify_visitor(self, person: Person, visitor: str, at: int) -> None:
        """Give the recent events of an anonymous visitor, and all relationships, to a person, and those to come."""
        events = self.visitors.identify(visitor, person.cio_id, at)
        if events:
            self.activities.add("anon_merge", person, at, data={"anonymous_id": visitor})
        self._give_events(person, events)
        self.objects.identify_visitor(person, visitor)

    def _give_events(self, person: Person, events: Sequence[Event]) -> None:
        person.add_events(events)
        for each in events:
            self.activities.add_event(person, each)

    def _remove_person(self, person: Person) -> None:
        self.remove_traces(person)
        self.activities.add("profile_delete", person, self.people.now)

    def remove_traces(self, person: Person) -> None:
        """Remove a person from relationships, opt-outs and segments."""
        self.objects.remove_person(person)
        self.optouts.pop(person.cio_id, None)
        for segment in self.segments.values():
            segment.members.pop(person.cio_id, None)

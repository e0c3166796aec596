"""What stands on each page: plain values in, plain values out. Whoever calls holds the lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pytest_customerio.tools.sandbox.inbox.email_html import links, quiet
from pytest_customerio.tools.sandbox.inbox.entries import brief, compact, entry, moment, said, shown, wrong
from pytest_customerio.tools.sandbox.inbox.query import Asked, chosen, names
from pytest_customerio.tools.sandbox.service import json_views as views
from pytest_customerio.tools.sandbox.service.faults import Fault
from pytest_customerio.tools.sandbox.service.request_log import Received
from pytest_customerio.tools.sandbox.service.service import Service
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.people import Person

Context = dict[str, Any]
PER_PAGE = 50
WHOLE = 200_000  # characters of one payload, on its own page
_FROM_PAYLOAD = ("from", "reply_to", "cc", "bcc", "preheader")
_KINDS = {
    "app.send_email": "email",
    "app.send_push": "push",
    "app.send_sms": "SMS",
    "app.send_in_app": "in-app",
    "app.send_inbox_message": "inbox",
    "app.send_whatsapp": "WhatsApp",
    "app.trigger_broadcast": "broadcast",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A fault as it was asked for in the form, and why it cannot be."""

    case: str = "429-retry-after"
    times: str = "1"
    operation: str = ""
    error: str = ""


def version(service: Service) -> str:
    """Changes with everything that a page shows."""
    faults = ",".join(f"{each.id}:{each.given}" for each in service.faults.all)
    return f"{service.log.number}-{len(service.log)}-{faults}"


def requests(service: Service, environ: Mapping[str, str], asked: Asked, wish: Wish | None = None) -> Context:
    """The requests, newest first, and the faults."""
    who = names(service.workspace, asked.person) if asked.person else frozenset()
    found = list(islice(chosen(reversed(list(service.log)), asked, who), PER_PAGE + 1))
    operations: dict[str, list[str]] = {}
    for each in service.catalog.operations:
        operations.setdefault(each.partition(".")[0], []).append(each)
    return {
        **_frame(service, "requests", asked),
        "entries": [entry(each) for each in found[:PER_PAGE]],
        "older": asked.address(before=found[PER_PAGE - 1].number) if len(found) > PER_PAGE else "",
        "newest": asked.address(before=0) if asked.before else "",
        "operations": operations,
        "cases": service.faults.known,
        "wish": wish or Wish(),
        "environ": environ,
    }


def request(service: Service, number: int) -> Context | None:
    """One request with all of its payload."""
    found: Received | None = next((each for each in service.log if each.number == number), None)
    return {**_frame(service, "requests"), "entry": entry(found, WHOLE)} if found else None


def people(service: Service, asked: Asked) -> Context:
    """The people, those who came last first."""
    found = views.people(service.workspace, asked.q, asked.start, PER_PAGE)
    return {
        **_frame(service, "people", asked),
        "people": [_summary(each) for each in found["people"]],
        "next": asked.address("/_sandbox/inbox/people", start=found["next"]) if found["next"] else "",
        "first": asked.address("/_sandbox/inbox/people", start=0) if asked.start else "",
    }


def person(service: Service, cio_id: str, asked: Asked) -> Context | None:
    """One person with all that hangs on it."""
    found = service.workspace.people.find(("cio_id", cio_id))
    if found is None:
        return None
    path = f"/_sandbox/inbox/people/{found.cio_id}"
    events = list(islice(reversed(found.events), asked.start, asked.start + PER_PAGE + 1))
    return {
        **_frame(service, "people", asked),
        **_profile(service, found),
        "events": [(each.name, each.type, moment(each.timestamp), *compact(each.data)) for each in events[:PER_PAGE]],
        "next": asked.address(path, start=asked.start + PER_PAGE) if len(events) > PER_PAGE else "",
        "first": path if asked.start else "",
    }


def messages(service: Service, asked: Asked) -> Context:
    """The messages, newest first."""
    words = asked.q.casefold()
    kept = (each for each in reversed(service.workspace.deliveries.values()) if words in _told(each))
    found = list(islice(kept, asked.start, asked.start + PER_PAGE + 1))
    path = "/_sandbox/inbox/messages"
    return {
        **_frame(service, "messages", asked),
        "messages": [_line(each) for each in found[:PER_PAGE]],
        "next": asked.address(path, start=asked.start + PER_PAGE) if len(found) > PER_PAGE else "",
        "first": asked.address(path, start=0) if asked.start else "",
    }


def message(service: Service, number: str) -> Context | None:
    """One message. Its body is a document of its own where it is HTML."""
    one = service.workspace.deliveries.get(number)
    if one is None:
        return None
    html = one.body if one.operation == "app.send_email" and not one.made_here else ""
    receiver = service.workspace.people.find(("cio_id", one.person))
    return {
        **_frame(service, "messages"),
        "message": _line(one),
        "facts": [(name.replace("_", " "), brief(said(one.payload[name]), 300)) for name in _facts(one)],
        "person": {"cio_id": receiver.cio_id, "name": receiver.known_as} if receiver else None,
        "template": one.template,
        "send_at": moment(one.send_at) if one.send_at else None,
        "metrics": [(name, moment(at)) for name, at in one.metrics],
        "html": quiet(html) if html else "",
        "links": links(html[:WHOLE])[:PER_PAGE],
        "body": one.body[:WHOLE],
        "plain": one.plain[:WHOLE],
        "made_here": one.made_here,
        "payload": shown(one.payload, WHOLE),
    }


def missing(service: Service) -> Context:
    """Nothing is here."""
    return _frame(service, "")


def _frame(service: Service, tab: str, asked: Asked | None = None) -> Context:
    """What every page has: where one is, how much there is, the faults at work."""
    return {
        "tab": tab,
        "asked": asked or Asked(),
        "region": service.settings.region,
        "version": version(service),
        "counts": {
            "requests": len(service.log),
            "people": len(service.workspace.people),
            "messages": len(service.workspace.deliveries),
        },
        "wrong": sum(wrong(each) for each in service.log),
        "faults": [_fault(each) for each in service.faults.all],
    }


def _fault(one: Fault) -> Context:
    left = "every time" if one.times is None else f"{one.times - one.given} of {one.times} left"
    return {"id": one.id, "case": one.case, "operation": one.operation or "any operation", "left": left}


def _summary(one: Mapping[str, Any]) -> Context:
    given = dict(one["identifiers"])
    name = next(iter(given.values()), f"cio_{one['cio_id']}")
    known = [(key, brief(said(value), 40)) for key, value in islice(one["attributes"].items(), 4)]
    return {
        **one,
        "name": brief(name, 80),
        "others": [brief(each, 80) for each in given.values() if each != name],
        "said": known,
        "more": len(one["attributes"]) - len(known),
    }


def _profile(service: Service, one: Person) -> Context:
    known = views.person(service.workspace, one)
    deliveries = service.workspace.deliveries
    return {
        "person": known,
        "name": brief(one.known_as, 80),
        "attributes": [
            (key, *compact(value), moment(one.stamps[key]) if key in one.stamps else None)
            for key, value in one.attributes.items()
        ],
        "total": len(one.events),
        "devices": [(name, shown(each)[0]) for name, each in one.devices.items()],
        "segments": [service.workspace.segment(each) for each in known["segments"]],
        "relationships": [(each["object_type_id"], each["object_id"]) for each in known["relationships"]],
        "messages": [_line(deliveries[each]) for each in reversed(known["deliveries"])][:PER_PAGE],
    }


def _line(one: Delivery) -> Context:
    return {
        "id": one.id,
        "kind": _KINDS.get(one.operation, one.operation),
        "to": brief(one.to, 80),
        "subject": brief(one.subject, 160),
        "state": one.metrics[-1][0] if one.metrics else one.state,
        "at": moment(one.queued_at),
    }


def _facts(one: Delivery) -> list[str]:
    return [name for name in _FROM_PAYLOAD if one.payload.get(name)]


def _told(one: Delivery) -> str:
    return f"{one.to} {one.subject} {one.body} {one.plain} {one.template} {one.operation}".casefold()

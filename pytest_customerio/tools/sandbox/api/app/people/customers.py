"""The App API's look-ups about one person: segments, subscriptions, opt-outs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import identifiers, segment_data
from pytest_customerio.tools.sandbox.api.app.inventory.resources import TOPICS
from pytest_customerio.tools.sandbox.api.app.paging import OPTOUTS, page_of
from pytest_customerio.tools.sandbox.api.app.people.lookups import person_in_path
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import flag, mapping, mappings
from pytest_customerio.tools.sandbox.workspace.inventory import Record
from pytest_customerio.tools.sandbox.workspace.people.person import PREFERENCES, Person
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_CHANNELS = ("sms", "whatsapp")  # docs.customer.io/integrations/api/app/tag/opt-outs/updatePersonOptouts


def get_customer_segments(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/segments`: the manual ones."""
    person = person_in_path(workspace, call)
    if person is None:
        return NOT_FOUND
    segments = [each for each in workspace.segments.values() if person.cio_id in each.members]
    return CallResult(body={"segments": [segment_data(each) for each in segments]})


def get_customer_subscription_preferences(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/subscription_preferences`."""
    person = person_in_path(workspace, call)
    if person is None:
        return NOT_FOUND
    preferences = {
        "id": person.identifiers.get("id"),
        "identifiers": identifiers(person),
        "topics": [_topic(each, person) for each in workspace.inventory.all(TOPICS.kind)],
        "unsubscribed": person.unsubscribed,
    }
    return CallResult(body={"customer": preferences})


def get_customer_optouts(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/customers/{customer_id}/optouts`."""
    person = person_in_path(workspace, call)
    return CallResult(body={"optouts": _optouts(workspace, person.cio_id)}) if person else NOT_FOUND


def update_customer_optouts(workspace: Workspace, call: Call) -> CallResult:
    """`PUT /v1/customers/{customer_id}/optouts`: opt a person out of senders, or in again."""
    person = person_in_path(workspace, call)
    if person is None:
        return NOT_FOUND
    given = mappings(call.payload.get("optouts"))
    senders = [(str(each.get("channel") or "sms"), str(each.get("from") or "")) for each in given]
    if unknown := next((channel for channel, _ in senders if channel not in _CHANNELS), ""):
        return CallResult(case="400-malformed", text=f"unknown channel {unknown!r}: {' or '.join(_CHANNELS)}")
    known = workspace.optouts.setdefault(person.cio_id, {})
    for each, sender in zip(given, senders, strict=True):
        known.pop(sender, None)
        if each.get("optout") is not False:
            known[sender] = None
    if not known:
        del workspace.optouts[person.cio_id]
    return CallResult()


def list_optouts(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/optouts`: a page of the people who opted out of a sender."""
    wanted = call.query.get("from", "")
    people = (
        each
        for each, senders in workspace.optouts.items()
        if not wanted or any(sender == wanted for _, sender in senders)
    )
    found = page_of(people, call, str, OPTOUTS)
    listed = [_person_optouts(workspace, each) for each in found.results]
    return CallResult(found.notes, {"optouts": listed, "next": found.next})


def get_subscription_center_token(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/subscription_center/{customer_id}/token`: by id or e-mail address. Nobody's is answered 400, not 404."""
    given = call.params["customer_id"]
    person = workspace.people.find(("id", given)) or workspace.people.find(("email", given))
    if person is None:
        return CallResult(case="400-malformed", text="bad request")
    token = f"token-{person.cio_id}"
    return CallResult(body={"token": token, "url": f"{call.base}/u/i/{token}/"})


def _topic(topic: Record, person: Person) -> dict[str, Any]:
    """A topic, and whether a person is subscribed to it: what the person chose, else what the topic says."""
    by_default = bool(topic.get("subscribed_by_default", True))
    chosen = _preferences(person).get(f"topic_{topic['id']}", by_default)
    members = ("id", "identifier", "name", "description")
    known: dict[str, Any] = {name: topic[name] for name in members if name in topic}
    return {**known, "subscribed": flag(chosen) and not person.unsubscribed}


def _preferences(person: Person) -> Mapping[str, Any]:
    """The topics that a person has chosen; the attribute is an object, or its JSON as text."""
    value = person.attributes.get(PREFERENCES)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return {}
    return mapping(mapping(value).get("topics"))


def _person_optouts(workspace: Workspace, cio_id: str) -> dict[str, Any]:
    person = workspace.people.find(("cio_id", cio_id))
    known = person.identifiers.get("id") if person else None
    return {"cio_id": cio_id, "customer_id": known, "optouts": _optouts(workspace, cio_id)}


def _optouts(workspace: Workspace, cio_id: str) -> list[dict[str, str]]:
    return [{"channel": channel, "from": sender} for channel, sender in workspace.optouts.get(cio_id, ())]


HANDLERS: Mapping[str, Handler] = {
    f"app.{handler.__name__}": handler
    for handler in (
        get_customer_segments,
        get_customer_subscription_preferences,
        get_customer_optouts,
        update_customer_optouts,
        list_optouts,
        get_subscription_center_token,
    )
}

"""The App API's messages: transactional sends and triggers of broadcasts. Nothing is sent: it lies in the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app_format import liquid
from pytest_customerio.tools.sandbox.api.call import Call, Effect, Handler, items, mapping, number, whole
from pytest_customerio.tools.sandbox.workspace.audience import chosen
from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery, placeholder, render
from pytest_customerio.tools.sandbox.workspace.people import SUPPRESSED, Identifier, Notes, Person
from pytest_customerio.tools.sandbox.workspace.relationships import identifier
from pytest_customerio.tools.sandbox.workspace.workspace import Trigger, Workspace

# Which members of a payload hold the subject, the body and the plain text, by kind of message.
_CONTENT = {"send_email": ("subject", "body", "body_plain"), "send_push": ("title", "message", "")}
_PER_USER = "/data/attributes/per_user_data"


def send(name: str, workspace: Workspace, call: Call) -> Effect:
    """`POST /v1/send/…`."""
    who = identifier(mapping(call.payload.get("identifiers")))
    person, notes = _receiver(workspace, who)
    state, told = _state(call, person, suppressed=SUPPRESSED in notes)
    delivery = _delivery(workspace, name, call, person, state)
    workspace.keep(delivery)
    body: dict[str, Any] = {"delivery_id": delivery.id, "queued_at": call.at}
    if state == "scheduled":
        body["send_at"] = delivery.send_at
    return Effect(notes + told, body)


def trigger_broadcast(workspace: Workspace, call: Call) -> Effect:
    """`POST /v1/campaigns/{broadcast_id}/triggers`: one missing person fails it, unless it says otherwise."""
    broadcast = whole(call.params["broadcast_id"])
    people, errors = _audience(workspace, call)
    made = Trigger(sum(each.broadcast == broadcast for each in workspace.triggers.values()) + 1, broadcast, errors)
    workspace.triggers[broadcast, made.id] = made
    if errors:
        said = "Errors were found while processing per user data (ids, emails or json data). "
        return Effect(
            errors,
            case="422-unprocessable",
            text=f"{said}More detail available from the errors endpoint for trigger {made.id}",
        )
    for person, data in people:
        merged = {**mapping(call.payload.get("data")), **data}
        one = Call(
            call.params,
            call.query,
            {"transactional_message_id": f"of broadcast {broadcast}", "message_data": merged},
            call.at,
        )
        workspace.keep(_delivery(workspace, "trigger_broadcast", one, person, "queued"))
    return Effect(
        () if people else ("reaches nobody here: the audience set in the interface is not known",), {"id": made.id}
    )


def broadcast_errors(workspace: Workspace, call: Call) -> Effect:
    """`GET /v1/campaigns/{broadcast_id}/triggers/{trigger_id}/errors`."""
    found = workspace.triggers.get((whole(call.params["broadcast_id"]), whole(call.params["trigger_id"])))
    if found is None:
        return Effect(case="404-not-found")
    return Effect(body={"errors": list(found.errors), "next": 0})


def _receiver(workspace: Workspace, who: Identifier) -> tuple[Person | None, Notes]:
    if not who[1]:
        return None, ("goes to nobody's profile: without identifiers",)
    if workspace.people.is_suppressed(who):
        return None, (SUPPRESSED,)
    return workspace.people.sure(who)


def _state(call: Call, person: Person | None, *, suppressed: bool) -> tuple[str, Notes]:
    if suppressed:
        return "skipped", ()
    if call.payload.get("queue_draft") is True:
        return "draft", ("not sent: queue_draft waits for somebody to send it",)
    if call.payload.get("send_to_unsubscribed") is False and person is not None and person.unsubscribed:
        return "skipped", ("not sent: this person is unsubscribed",)
    moment = number(call.payload.get("send_at"), 0)
    if moment > call.at:
        return "scheduled", ()
    return "queued", ("sent at once: send_at lies in the past",) if moment else ()


def _delivery(workspace: Workspace, name: str, call: Call, person: Person | None, state: str) -> Delivery:
    payload, data = call.payload, mapping(call.payload.get("message_data"))
    template = str(payload.get("transactional_message_id") or "")
    known, content = liquid(person, data), _CONTENT.get(name, ("", "", ""))
    subject, body, plain = (render(str(payload.get(each) or ""), known) if each else "" for each in content)
    made_here = not (body or plain)
    to = payload.get("to") or (person.identifiers.get("email") if person and "email" in person.identifiers else "")
    return Delivery(
        id=f"delivery-{workspace.number()}",
        operation=f"app.{name}",
        to=str(to or (person.known_as if person else "")),
        subject=subject or f"(template {template})",
        body=placeholder(template, data) if made_here else body,
        plain=plain,
        state=state,
        queued_at=call.at,
        send_at=number(payload.get("send_at"), 0) or None,
        template=template,
        person=person.cio_id if person else "",
        made_here=made_here,
        payload=payload,
    )


_Audience = list[tuple[Person, Mapping[str, Any]]]


def _audience(workspace: Workspace, call: Call) -> tuple[_Audience, Notes]:
    """Who gets a broadcast with which data of their own, and what is wrong with the list."""
    payload = call.payload
    if mapping(payload.get("recipients")):
        return [(each, {}) for each in chosen(workspace, mapping(payload["recipients"]))], ()
    rows: list[tuple[Identifier, Mapping[str, Any]]] = []
    for kind, listed in (("id", payload.get("ids")), ("email", payload.get("emails"))):
        rows += [((kind, str(each)), {}) for each in (listed if isinstance(listed, list) else ())]
    rows += [
        (identifier({kind: each.get(kind) for kind in ("id", "email")}), mapping(each.get("data")))
        for each in items(payload.get("per_user_data"))
    ]
    found: _Audience = []
    errors: Notes = ()
    for line, (who, data) in enumerate(rows, 1):
        person = workspace.people.find(who)
        if person is not None:
            found.append((person, data))
        elif payload.get(f"{who[0]}_ignore_missing") is not True:
            errors += (f"line {line}: no person has this {who[0]}",)
    return found, errors


_SENDS = ("send_email", "send_push", "send_sms", "send_in_app", "send_inbox_message", "send_whatsapp")
HANDLERS: Mapping[str, Handler] = {
    **{f"app.{name}": partial(send, name) for name in _SENDS},
    "app.trigger_broadcast": trigger_broadcast,
    "app.broadcast_errors": broadcast_errors,
}

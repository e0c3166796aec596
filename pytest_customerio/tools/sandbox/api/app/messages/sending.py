"""The App API's messages: transactional messages and broadcasts. They are stored as deliveries; nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pytest_customerio.tools.sandbox.api.app.format import attributes
from pytest_customerio.tools.sandbox.api.app.inventory.resources import note_broadcast, note_template
from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult, Handler
from pytest_customerio.tools.sandbox.json_values import integer, mapping, mappings, parse_number
from pytest_customerio.tools.sandbox.workspace.deliveries import (
    BroadcastTrigger,
    Delivery,
    Template,
    describe_template,
)
from pytest_customerio.tools.sandbox.workspace.messages.liquid_text import render
from pytest_customerio.tools.sandbox.workspace.people.audience import matching_people
from pytest_customerio.tools.sandbox.workspace.people.people import SUPPRESSED
from pytest_customerio.tools.sandbox.workspace.people.person import Identifier, Notes, Person
from pytest_customerio.tools.sandbox.workspace.people.relationships import parse_identifier
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

_NOBODY = "reaches nobody: nobody here is among the recipients"
_UNKNOWN = "reaches nobody here: the audience set in the interface is not known"
# The members of a payload that hold the subject, the body and the text without markup, for each kind of message.
_CONTENT = {"send_email": ("subject", "body", "body_plain"), "send_push": ("title", "message", "")}


def send(name: str, workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/send/…`."""
    kind, value = parse_identifier(mapping(call.payload.get("identifiers")))
    # Whether a message takes a cio_id with its prefix is not published.
    identifier = kind, value.removeprefix("cio_") if kind == "cio_id" else value
    person, notes = _recipient(workspace, identifier)
    state, state_notes = _state(call, person, suppressed=SUPPRESSED in notes)
    address, sender = _address(call.payload, person), call.payload.get("from")
    reason = workspace.esp_suppressions.reason(address, sender) if name == "send_email" else ""
    if reason and state == "queued":
        state, state_notes = "skipped", (f"not sent: the e-mail provider does not deliver to this address ({reason})",)
    delivery, problems = _delivery(workspace, name, call, person, state)
    if delivery.template:
        note_template(workspace.inventory, delivery.template)
    workspace.add_delivery(delivery)
    body: dict[str, Any] = {"delivery_id": delivery.id, "queued_at": call.at}
    if state == "scheduled":
        body["send_at"] = delivery.send_at
    return CallResult(notes + state_notes + problems, body)


def trigger_broadcast(workspace: Workspace, call: Call) -> CallResult:
    """`POST /v1/campaigns/{broadcast_id}/triggers`: an unknown person fails it, unless the payload allows that."""
    broadcast = parse_number(call.params["broadcast_id"])
    recipients, errors = _recipients(workspace, call)
    number = max((number for of, number in workspace.triggers if of == broadcast), default=0) + 1
    workspace.triggers[broadcast, number] = BroadcastTrigger(number, broadcast, errors, call.at)
    note_broadcast(workspace.inventory, broadcast)
    if errors:
        return CallResult(errors, case="422-unprocessable", text=_trigger_error(number))
    for person, data in recipients:
        _add_broadcast_delivery(workspace, call, (broadcast, number), person, data)
    nobody = _NOBODY if _names_recipients(call.payload) else _UNKNOWN
    return CallResult(() if recipients else (nobody,), {"id": number})


def _names_recipients(payload: Mapping[str, Any]) -> bool:
    """Whether a payload says who gets a broadcast; where it does not, the audience is set in the interface."""
    return any(payload.get(name) for name in ("recipients", "ids", "emails", "per_user_data", "data_file_url"))


def broadcast_errors(workspace: Workspace, call: Call) -> CallResult:
    """`GET /v1/campaigns/{broadcast_id}/triggers/{trigger_id}/errors`."""
    key = parse_number(call.params["broadcast_id"]), parse_number(call.params["trigger_id"])
    trigger = workspace.triggers.get(key)
    if trigger is None:
        return NOT_FOUND
    start, limit = (parse_number(call.query.get(name, "")) for name in ("start", "limit"))
    end = start + limit if limit and start + limit < len(trigger.errors) else 0
    return CallResult(body={"errors": list(trigger.errors[start : end or None]), "next": end})


def _recipient(workspace: Workspace, identifier: Identifier) -> tuple[Person | None, Notes]:
    if not identifier[1]:
        return None, ("goes to nobody's profile: without identifiers",)
    if workspace.people.is_suppressed(identifier):
        return None, (SUPPRESSED,)
    return workspace.people.find_or_create(identifier)


def _state(call: Call, person: Person | None, *, suppressed: bool) -> tuple[str, Notes]:
    """The state of a new message, and what the answer does not say about it."""
    if suppressed:
        return "skipped", ()
    if call.payload.get("queue_draft") is True:
        return "draft", ("not sent: queue_draft waits for somebody to send it",)
    if call.payload.get("send_to_unsubscribed") is False and person is not None and person.unsubscribed:
        return "skipped", ("not sent: this person is unsubscribed",)
    send_at = integer(call.payload.get("send_at"), 0)
    if send_at > call.at:
        return "scheduled", ()
    return "queued", ("sent at once: send_at lies in the past",) if send_at else ()


def _delivery(workspace: Workspace, name: str, call: Call, person: Person | None, state: str) -> tuple[Delivery, Notes]:
    payload, data = call.payload, mapping(call.payload.get("message_data"))
    template = str(payload.get("transactional_message_id") or "")
    (subject, body, plain_text), notes = _content(
        workspace, name, call, person, workspace.templates(template) or Template()
    )
    made_here = not (body or plain_text)
    return (
        Delivery(
            id=f"delivery-{workspace.next_number()}",
            operation=f"app.{name}",
            to=_address(payload, person),
            subject=subject or f"(template {template})",
            body=describe_template(template, data) if made_here else body,
            plain=plain_text,
            state=state,
            queued_at=call.at,
            send_at=integer(payload.get("send_at"), 0) or None,
            template=template,
            person=person.cio_id if person else "",
            made_here=made_here,
            payload=payload,
        ),
        notes,
    )


def _content(
    workspace: Workspace, name: str, call: Call, person: Person | None, template: Template
) -> tuple[tuple[str, str, str], Notes]:
    """The rendered subject, body and text without markup: those of the payload, else those of the template."""
    data = mapping(call.payload.get("message_data"))
    known = {"customer": attributes(person) if person else {}, "trigger": data, "message_data": data, "data": data}
    known["snippets"] = {str(each.get("name")): each.get("value") for each in workspace.inventory.all("snippets")}
    members = _CONTENT.get(name, ("", "", ""))
    texts = zip(members, (template.subject, template.body, template.plain), strict=True)
    given = [str(call.payload.get(member) or "") or text for member, text in texts]
    subject, body, plain_text = (render(each, known, template.folder) for each in given)
    problems = dict.fromkeys(each.problem for each in (template, subject, body, plain_text) if each.problem)
    return (subject.text, body.text, plain_text.text), tuple(problems)


def _address(payload: Mapping[str, Any], person: Person | None) -> str:
    """Where a message goes: the address in the payload, else the e-mail address or display name of the person."""
    known = person.identifiers.get("email") or person.display_name if person else ""
    return str(payload.get("to") or known)


_Recipients = list[tuple[Person, Mapping[str, Any]]]


def _recipients(workspace: Workspace, call: Call) -> tuple[_Recipients, Notes]:
    """The people who get a broadcast, each with data of their own, and the errors in the list of people."""
    payload = call.payload
    if mapping(payload.get("recipients")):
        return [(each, {}) for each in matching_people(workspace, mapping(payload["recipients"]))], ()
    recipients: _Recipients = []
    errors: Notes = ()
    for number, (identifier, data) in enumerate(_rows(payload), 1):
        person = workspace.people.find(identifier)
        if person is not None:
            recipients.append((person, data))
        elif payload.get(f"{identifier[0]}_ignore_missing") is not True:
            errors += (f"line {number}: no person has this {identifier[0]}",)
    return recipients, errors


def _rows(payload: Mapping[str, Any]) -> list[tuple[Identifier, Mapping[str, Any]]]:
    """Each person whom `ids`, `emails` or `per_user_data` name, with the data for this person."""
    rows: list[tuple[Identifier, Mapping[str, Any]]] = []
    for kind, listed in (("id", payload.get("ids")), ("email", payload.get("emails"))):
        rows += [((kind, str(each)), {}) for each in (listed if isinstance(listed, list) else ())]
    for each in mappings(payload.get("per_user_data")):
        identifier = parse_identifier({kind: each.get(kind) for kind in ("id", "email")})
        rows.append((identifier, mapping(each.get("data"))))
    return rows


def _add_broadcast_delivery(
    workspace: Workspace, call: Call, trigger: tuple[int, int], person: Person, data: Mapping[str, Any]
) -> None:
    merged = {**mapping(call.payload.get("data")), **data}
    payload = {"transactional_message_id": f"of broadcast {trigger[0]}", "message_data": merged}
    message = Call(call.params, call.query, payload, call.at)
    delivery, _ = _delivery(workspace, "trigger_broadcast", message, person, "queued")
    delivery.broadcast, delivery.trigger = trigger
    workspace.add_delivery(delivery)


def _trigger_error(number: int) -> str:
    return (
        "Errors were found while processing per user data (ids, emails or json data). "
        f"More detail available from the errors endpoint for trigger {number}"
    )


_SENDS = ("send_email", "send_push", "send_sms", "send_in_app", "send_inbox_message", "send_whatsapp")
HANDLERS: Mapping[str, Handler] = {
    **{f"app.{name}": partial(send, name) for name in _SENDS},
    "app.trigger_broadcast": trigger_broadcast,
    "app.broadcast_errors": broadcast_errors,
}

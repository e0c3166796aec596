"""Checks one person: whether it exists, can be reached, received an event, and has attributes of the types needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from pytest_customerio.core.redact import word
from pytest_customerio.tools.asking import Call, NoKeyError, path
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.doctor.history import History
from pytest_customerio.tools.target import read

_IDENTIFY = "identify the person before anything else; one who was suppressed is not taken back"


@dataclass(frozen=True, slots=True)
class PersonQuery:
    """The person to check, by id or address, and the event and attributes that the person should have."""

    person: str = ""
    email: str = ""
    event: str = ""
    needs: Sequence[tuple[str, str]] = ()


def check_person(call: Call, history: History, query: PersonQuery) -> Iterator[Diagnosis]:
    """One result for each part of the query. Event and attributes are skipped where no person is named."""
    try:
        person = query.person and ("", query.person)
        if query.email:
            found, first = _by_email(call, query.email)
            yield found
            yield _suppressed(history.suppressed(query.email))
            person = person or (first and ("?id_type=cio_id", f"cio_{first}"))
        if person:
            yield from _person(call, history, query, *person)
        elif query.event or query.needs:
            yield Diagnosis("person", "skipped", "whose? name one with --person or --email")
    except NoKeyError as error:
        yield Diagnosis("person", "skipped", str(error))


def _by_email(call: Call, email: str) -> tuple[Diagnosis, str]:
    answer = call("app.find_by_email", f"/v1/customers?email={quote(email, safe='')}", None)
    found = read(answer).get("results") or []
    if answer.status != 200:
        return Diagnosis("address", "problem", f"app.find_by_email is answered {answer.status}"), ""
    if not found:
        return Diagnosis("address", "problem", "nobody has this address", _IDENTIFY), ""
    first = str(found[0].get("cio_id", ""))
    if len(found) > 1:
        todo = "identify by one of id and email, and merge those that are the same"
        return Diagnosis("address", "note", f"{len(found)} people have it; this is about the first", todo), first
    return Diagnosis("address", "ok", "one person has it"), first


def _suppressed(why: str | None) -> Diagnosis:
    if why is None:
        return Diagnosis("suppressed", "skipped", "the App API does not say")
    if why:
        return Diagnosis("suppressed", "problem", f"{why}: it gets nothing", "take it off the list, if it wants mail")
    return Diagnosis("suppressed", "ok", "no")


def _person(call: Call, history: History, query: PersonQuery, parameters: str, name: str) -> Iterator[Diagnosis]:
    answer = call("app.person_attributes", path("v1", "customers", name, "attributes") + parameters, None)
    customer = read(answer).get("customer")
    if answer.status != 200 or not isinstance(customer, dict):
        missing = "there is nobody with this id" if answer.status == 404 else f"answered {answer.status}"
        yield Diagnosis("person", "problem", missing, _IDENTIFY)
        return
    yield Diagnosis("person", "ok", "is there")
    identifiers = customer.get("identifiers")
    attributes = {**(identifiers if isinstance(identifiers, dict) else {}), **history.attributes(customer)}
    yield _reachable(customer.get("unsubscribed"), attributes.get("email"))
    if query.event:
        yield check_event(query.event, history.events(customer))
    for needed, kind in query.needs:
        yield check_attribute(needed, kind, attributes, exact=history.exact)


def _reachable(unsubscribed: object, email: object) -> Diagnosis:
    if unsubscribed in (True, "true"):
        todo = "to send all the same: send_to_unsubscribed, and only where the law allows it"
        return Diagnosis("reachable", "problem", "unsubscribed: campaigns pass this person over", todo)
    if not email:
        return Diagnosis("reachable", "note", "has no e-mail address", "identify with email, to send any")
    return Diagnosis("reachable", "ok", "subscribed, and has an e-mail address")


def check_event(name: str, received: Sequence[str] | None) -> Diagnosis:
    """Whether an event is among those received, under exactly this name."""
    if received is None:
        return Diagnosis("event", "skipped", "the App API does not say")
    if name in received:
        times = received.count(name)
        return Diagnosis("event", "ok", "received" + (f" {times} times" if times > 1 else ""))
    names = list(dict.fromkeys(received))
    similar = {_letters(one): one for one in names}
    if _letters(name) and _letters(name) in similar:
        seen = word(similar[_letters(name)])
        text = f"received as {seen}, which is another name: names are compared exactly"
        return Diagnosis("event", "problem", text, "send it under the name that the campaign has")
    near = get_close_matches(name, names, 1)
    text = f"not received; the nearest is {word(near[0])}" if near else f"not received, of {len(names)} names"
    return Diagnosis("event", "problem", text, "python -m pytest_customerio explain campaign-not-triggered")


def check_attribute(name: str, kind: str, attributes: Mapping[str, Any], *, exact: bool) -> Diagnosis:
    """Whether an attribute exists, and is of the kind that a segment needs."""
    check, todo = f"attribute {word(name)}", "python -m pytest_customerio explain not-in-segment"
    if name not in attributes:
        return Diagnosis(check, "problem", "not there", todo)
    value = attributes[name]
    kinds = kinds_of(value)
    if kind in kinds and (exact or not isinstance(value, str) or kind == "text"):
        return Diagnosis(check, "ok", f"a {kind}")
    parsed = kinds_of(_parsed_text(value))
    if kind in parsed and not exact:
        return Diagnosis(check, "note", f"reads like a {kind}; the App API shows all as text, so it may be one")
    seen = parsed[0] if parsed else "something else"
    shown = "text" if seen == "text" else f"text that reads like a {seen}" if "text" in kinds else f"a {seen}"
    return Diagnosis(check, "problem", f"needed is a {kind}, this is {shown}", todo)


def kinds_of(value: object) -> tuple[str, ...]:
    """The kinds that a value belongs to."""
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int | float):
        seconds = isinstance(value, int) and 100_000_000 <= value < 10_000_000_000
        return ("number", "timestamp") if seconds else ("number",)
    return ("text",) if isinstance(value, str) else ()


def _parsed_text(value: object) -> object:
    """The value that a text may have been before the App API turned it into text."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value


def _letters(name: str) -> str:
    """The letters and digits of a name in lower case: names that are equal in this form are easily confused."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())

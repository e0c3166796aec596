"""One person: is there, has an address, is not suppressed, received an event, has attributes of the types needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

from pytest_customerio.core.redact import word
from pytest_customerio.tools.doctor.asking import Ask, NoKeyError, path, read
from pytest_customerio.tools.doctor.diagnosis import Finding
from pytest_customerio.tools.doctor.history import History

_IDENTIFY = "identify the person before anything else; one who was suppressed is not taken back"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what the doctor is asked about."""

    person: str = ""
    email: str = ""
    event: str = ""
    needs: Sequence[tuple[str, str]] = ()


def look(ask: Ask, history: History, asked: Asked) -> Iterator[Finding]:
    """All that is asked, in order; what hangs on a person is skipped where there is none."""
    try:
        person = asked.person and ("", asked.person)
        if asked.email:
            found, first = _by_email(ask, asked.email)
            yield found
            yield _suppressed(history.suppressed(asked.email))
            person = person or (first and ("?id_type=cio_id", first))
        if person:
            yield from _person(ask, history, asked, *person)
        elif asked.event or asked.needs:
            yield Finding("person", "skipped", "whose? name one with --person or --email")
    except NoKeyError as error:
        yield Finding("person", "skipped", str(error))


def _by_email(ask: Ask, email: str) -> tuple[Finding, str]:
    answer = ask("app.find_by_email", f"/v1/customers?email={quote(email, safe='')}", None)
    found = read(answer).get("results") or []
    if answer.status != 200:
        return Finding("address", "problem", f"app.find_by_email is answered {answer.status}"), ""
    if not found:
        return Finding("address", "problem", "nobody has this address", _IDENTIFY), ""
    first = str(found[0].get("cio_id", ""))
    if len(found) > 1:
        todo = "identify by one of id and email, and merge those that are the same"
        return Finding("address", "note", f"{len(found)} people have it; this is about the first", todo), first
    return Finding("address", "ok", "one person has it"), first


def _suppressed(why: str | None) -> Finding:
    if why is None:
        return Finding("suppressed", "skipped", "the App API does not tell")
    if why:
        return Finding("suppressed", "problem", f"{why}: it gets nothing", "take it off the list, if it wants mail")
    return Finding("suppressed", "ok", "no")


def _person(ask: Ask, history: History, asked: Asked, query: str, name: str) -> Iterator[Finding]:
    answer = ask("app.person_attributes", path("v1", "customers", name, "attributes") + query, None)
    customer = read(answer).get("customer")
    if answer.status != 200 or not isinstance(customer, dict):
        missing = "there is nobody with this id" if answer.status == 404 else f"answered {answer.status}"
        yield Finding("person", "problem", missing, _IDENTIFY)
        return
    yield Finding("person", "ok", "is there")
    known = customer.get("identifiers")
    attributes = {**(known if isinstance(known, dict) else {}), **history.attributes(customer)}
    yield _reachable(customer.get("unsubscribed"), attributes.get("email"))
    if asked.event:
        yield event(asked.event, history.events(customer))
    for needed, kind in asked.needs:
        yield attribute(needed, kind, attributes, exact=history.exact)


def _reachable(unsubscribed: object, email: object) -> Finding:
    if unsubscribed in (True, "true"):
        todo = "to send all the same: send_to_unsubscribed, and only where the law allows it"
        return Finding("reachable", "problem", "unsubscribed: campaigns pass this person over", todo)
    if not email:
        return Finding("reachable", "note", "has no e-mail address", "identify with email, to send any")
    return Finding("reachable", "ok", "subscribed, and has an e-mail address")


def event(name: str, received: Sequence[str] | None) -> Finding:
    """Whether an event is among those received, letter by letter."""
    if received is None:
        return Finding("event", "skipped", "the App API does not tell")
    if name in received:
        times = received.count(name)
        return Finding("event", "ok", "received" + (f" {times} times" if times > 1 else ""))
    known = list(dict.fromkeys(received))
    plain = {_plain(one): one for one in known}
    if _plain(name) and _plain(name) in plain:
        seen = word(plain[_plain(name)])
        text = f"received as {seen}, which is another name: names are compared exactly"
        return Finding("event", "problem", text, "send it under the name that the campaign has")
    near = get_close_matches(name, known, 1)
    text = f"not received; the nearest is {word(near[0])}" if near else f"not received, of {len(known)} names"
    return Finding("event", "problem", text, "python -m pytest_customerio explain campaign-not-triggered")


def attribute(name: str, kind: str, attributes: Mapping[str, Any], *, exact: bool) -> Finding:
    """Whether an attribute is there, and of the kind that a segment needs."""
    check, todo = f"attribute {word(name)}", "python -m pytest_customerio explain not-in-segment"
    if name not in attributes:
        return Finding(check, "problem", "not there", todo)
    value = attributes[name]
    got = reads_like(value)
    if kind in got and (exact or not isinstance(value, str) or kind == "text"):
        return Finding(check, "ok", f"a {kind}")
    loose = reads_like(_loosened(value))
    if kind in loose and not exact:
        return Finding(check, "note", f"reads like a {kind}; the App API shows all as text, so it may be one")
    seen = loose[0] if loose else "something else"
    shown = "text" if seen == "text" else f"text that reads like a {seen}" if "text" in got else f"a {seen}"
    return Finding(check, "problem", f"needed is a {kind}, this is {shown}", todo)


def reads_like(value: object) -> tuple[str, ...]:
    """The kinds that a value is of."""
    if isinstance(value, bool):
        return ("boolean",)
    if isinstance(value, int | float):
        seconds = isinstance(value, int) and 100_000_000 <= value < 10_000_000_000
        return ("number", "timestamp") if seconds else ("number",)
    return ("text",) if isinstance(value, str) else ()


def _loosened(value: object) -> object:
    """What a text may have been before it was one."""
    if not isinstance(value, str):
        return value
    if value in ("true", "false"):
        return value == "true"
    try:
        return float(value) if "." in value else int(value)
    except ValueError:
        return value


def _plain(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())

"""Judges valid payloads that probably do something else than was meant, and rules about time or two members at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import nan

from pytest_customerio.contract.engine.formats import FORMATS
from pytest_customerio.contract.engine.keywords import PLACEHOLDERS
from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Violation
from pytest_customerio.core.operation import Operation

# Stands for the moment when a payload was sent where that is not known: no comparison with it is true, so that no rule
# about time is broken.
UNKNOWN_MOMENT = nan
_DAY = 86_400
_EVENTS = frozenset({"track.event", "track.anonymous_event", "track_v2.person_event"})
# What a path has before a cio_id. Bodies of the Track API have none (docs.customer.io/files/journeys-track.json).
PREFIX = "cio_"
_PERSON_PARAMETERS = ("customer_id", "identifier")
_IDENTIFIERS = {"email": "an e-mail address", "phone": "E.164, as +15551234567"}
_MOST_IDS = 1000
_RESERVED = ("from_address", "recipient", "reply_to")
# Names of events that act on the person or object instead of being stored (docs.customer.io/integrations/api/cdp).
_SEMANTIC = frozenset(
    {
        "User Deleted",
        "User Suppressed",
        "User Unsuppressed",
        "Device Deleted",
        "Object Deleted",
        "Relationship Deleted",
    }
)


def judge_semantics(operation: Operation, payload: Mapping[str, object], now: float) -> Iterator[Violation]:
    """The violations of a valid payload that was probably not meant so. `now` is the unix time when it was sent."""
    if operation.id in _EVENTS:
        return _event(payload, now)
    if operation.id in {"track.identify", "track_v2.person_identify"}:
        return _person(operation, payload)
    if operation.surface == "pipelines":
        return _pipelines(payload)
    return _send_at(payload.get("send_at"), now) if operation.id.startswith("app.send_") else iter(())


def judge_parameters(operation: Operation, params: Mapping[str, str], query: Mapping[str, str]) -> Iterator[Violation]:
    """Whether an identifier in a path of the App API is of the type in the query: nobody is found otherwise."""
    if operation.surface != "app" or "id_type" not in query:
        return
    for name in _PERSON_PARAMETERS:
        given = params.get(name, "").strip()
        if given and given.lower() not in PLACEHOLDERS:
            yield from _of_type(given, query["id_type"], f"path.{name}")


def _of_type(given: str, kind: str, where: str) -> Iterator[Violation]:
    if kind == "cio_id" and not given.startswith(PREFIX):
        expected, got = "cio_ before the cio_id", "a cio_id without it"
        yield violation("cio-id-prefix", where, expected, got, error="404", source="documented")
    if kind in _IDENTIFIERS and FORMATS[kind](given):
        expected, hint = _IDENTIFIERS[kind], f"id_type={kind} says that it is one"
        yield violation(f"bad-{kind}", where, expected, redact.shape(given), hint, "404", "inferred")


def judge_ids(query: Mapping[str, str], payload: Mapping[str, object]) -> Iterator[Violation]:
    """Whether the ids in the body of a segment's call are of the type in its query: the service ignores all others."""
    ids, kind = payload.get("ids"), query.get("id_type", "")
    if isinstance(ids, list) and kind in {"cio_id", "email"}:
        for index, each in enumerate(ids[:_MOST_IDS]):
            if isinstance(each, str):
                yield from _other_type(each, kind, f"$.ids[{index}]")


def _other_type(entry: str, kind: str, where: str) -> Iterator[Violation]:
    error = "200, and the id is ignored"
    if kind == "cio_id" and entry.startswith(PREFIX):
        expected, got = "the cio_id without cio_", "a cio_id with it"
        yield violation("cio-id-prefix", where, expected, got, error=error, source="documented")
    if kind == "email" and entry.strip() and FORMATS["email"](entry):
        expected, hint = "an e-mail address", "send addresses, or leave id_type=email out of the query"
        yield violation("bad-email", where, expected, redact.shape(entry), hint, error, "documented")


def judge_path(operation: Operation, params: Mapping[str, str], payload: Mapping[str, object]) -> Iterator[Violation]:
    """Whether the id in the body is the id in the path, if the path has an id."""
    path, body = params.get("identifier", ""), payload.get("id")
    is_id = path and "@" not in path and not path.startswith("cio_")
    if operation.id == "track.identify" and is_id and isinstance(body, str | int) and body != "" and str(body) != path:
        hint = "to change an id, address the person by cio_<cio_id>"
        error = "400 id attribute and identifier are not the same value"
        yield violation("id-mismatch", "$.id", "the identifier in the path", "another id", hint, error, "observed")


def _event(payload: Mapping[str, object], now: float) -> Iterator[Violation]:
    name, time = payload.get("name"), payload.get("timestamp")
    if isinstance(name, str) and name != name.strip() and name.strip():
        yield violation("blank-padded-name", "$.name", "no space around the name", "a space, which is trimmed")
    if type(time) in {int, float} and 0 < time < now - 3 * _DAY:  # type: ignore[operator]
        yield violation(
            "stale-event", "$.timestamp", "within 72 hours", f"{redact.figure(time)}, older: no campaign starts"
        )
    key = "attributes" if "action" in payload else "data"
    data = payload.get(key)
    if isinstance(data, dict):
        for reserved in _RESERVED:
            if reserved in data:
                yield violation(
                    "reserved-property", f"$.{key}.{reserved}", "another name", "overrides the campaign's own"
                )
        if None in data.values():
            yield from _nulls(data, f"$.{key}")


def _person(operation: Operation, payload: Mapping[str, object]) -> Iterator[Violation]:
    root = "$" if operation.surface == "track" else "$.attributes"
    attributes = payload if operation.surface == "track" else payload.get("attributes")
    if isinstance(attributes, dict):
        if isinstance(attributes.get("cio_subscription_preferences"), dict):
            where = f"{root}.cio_subscription_preferences"
            yield violation("subscription-overwrite", where, "dot notation for one topic", "every topic is replaced")
        if None in attributes.values():
            yield from _nulls(attributes, root)


def _nulls(members: Mapping[str, object], root: str) -> Iterator[Violation]:
    key = next(name for name, value in members.items() if value is None)
    where = root + redact.json_path([key])[1:]
    yield violation("nan-becomes-null", where, "a value", "null: it clears, and clients make it of NaN")


def _pipelines(payload: Mapping[str, object]) -> Iterator[Violation]:
    event = payload.get("event")
    if isinstance(event, str) and event.strip() in _SEMANTIC:
        expected, got = "a name that only records", f'"{event.strip()}", which acts on the person or object'
        yield violation("semantic-event", "$.event", expected, got)
    if isinstance(event, str) and event != event.strip() and event.strip():
        yield violation("blank-padded-name", "$.event", "no space around the name", "a space")


def _send_at(moment: object, now: float) -> Iterator[Violation]:
    if not isinstance(moment, int) or isinstance(moment, bool) or moment > 99_999_999_999:
        return
    if moment > now + 90 * _DAY:
        got = f"{redact.figure(moment)}, {int((moment - now) // _DAY)} days ahead"
        yield violation("send-at-too-far", "$.send_at", "at most 90 days ahead", redact.cut(got), "", "400")
    elif 0 < moment < now:
        yield violation("past-send-at", "$.send_at", "a moment to come", "the past: it is sent at once")


def strict_mode(operation: Operation, headers: Mapping[str, str]) -> Iterator[Violation]:
    """Whether Pipelines is asked to answer a bad payload with an error. Otherwise it answers 200 and drops it."""
    if operation.surface == "pipelines" and headers.get("x-strict-mode", "").strip() != "1":
        yield violation(
            "non-strict-pipelines", "header X-Strict-Mode", "1", "permissive: a bad payload is answered 200"
        )

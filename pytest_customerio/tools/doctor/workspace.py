"""The workspace: its region, whether the keys open it, and whether a test person and a test event arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.doctor.asking import Ask, NoKeyError, path, read
from pytest_customerio.tools.doctor.diagnosis import Finding
from pytest_customerio.tools.target import REGION

PERSON = "pytest-customerio-doctor"
EVENT = "pytest-customerio doctor"
_EXPLAIN = "python -m pytest_customerio explain {name}"
# The calls that open each API, and change nothing.
_KEYS = (("Track key", "track.region", "/api/v1/accounts/region"), ("App key", "app.list_segments", "/v1/segments"))


def look(ask: Ask, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Keys and region, without writing anything."""
    for name, operation, place in _KEYS:
        found, answer = _asked(ask, name, operation, place)
        yield found
        if operation == "track.region" and answer is not None and answer.status == 200:
            yield _region(str(read(answer).get("region", "")), environ.get(REGION, "").strip().lower() or "us")


def write(ask: Ask) -> Iterator[Finding]:
    """A test person and a test event, over each API that there is a key for."""
    attributes = {"email": f"{PERSON}@example.com", "made_by": "python -m pytest_customerio doctor --write"}
    person = path("api", "v1", "customers", PERSON)
    yield _asked(ask, "a test person", "track.identify", person, attributes)[0]
    yield _asked(ask, "a test event", "track.event", f"{person}/events", {"name": EVENT})[0]
    yield _asked(ask, "Pipelines", "pipelines.identify", "/v1/identify", {"userId": PERSON, "traits": {}})[0]


def _asked(ask: Ask, check: str, operation: str, place: str, payload: object = None) -> tuple[Finding, Answer | None]:
    try:
        answer = ask(operation, place, payload)
    except NoKeyError as error:
        return Finding(check, "skipped", str(error)), None
    return _judged(check, operation, answer.status), answer


def _judged(check: str, operation: str, status: int) -> Finding:
    """What a status says, in words; what stands in the answer's body may repeat what was sent."""
    if 200 <= status < 300:
        return Finding(check, "ok", f"{operation} is answered {status}")
    if status == 403:
        text = "the key lacks a scope that this call needs"
        return Finding(check, "note", f"{operation} is answered 403: {text}", _EXPLAIN.format(name="403-forbidden"))
    if status == 401:
        text = "the key is wrong, of another kind, or of another region"
        return Finding(check, "problem", f"{operation} is answered 401: {text}", _EXPLAIN.format(name=401))
    return Finding(check, "problem", f"{operation} is answered {status}", _EXPLAIN.format(name=status))


def _region(told: str, given: str) -> Finding:
    if told == given:
        return Finding("region", "ok", f"the account is in {told}")
    if told not in ("us", "eu"):
        return Finding("region", "note", "the answer names no region")
    text = f"the account is in {told}, and {REGION} is {given}: calls go to the other region, which may lose them"
    return Finding("region", "problem", text, f"set {REGION}={told}, and the region in the application's client")

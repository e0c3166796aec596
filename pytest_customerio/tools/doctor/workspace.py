"""Checks the workspace: its region, whether it accepts the keys, and whether a test person and a test event arrive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pytest_customerio.core.model import Answer
from pytest_customerio.tools.asking import Call, NoKeyError, path
from pytest_customerio.tools.doctor.diagnosis import Diagnosis
from pytest_customerio.tools.key_variables import region
from pytest_customerio.tools.target import read

PERSON = "pytest-customerio-doctor"
EVENT = "pytest-customerio doctor"
_EXPLAIN = "python -m pytest_customerio explain {name}"
# One call of each API that needs its key and changes nothing: the check's name, operation, path.
_KEYS = (("Track key", "track.region", "/api/v1/accounts/region"), ("App key", "app.list_segments", "/v1/segments"))


def check_workspace(call: Call, environ: Mapping[str, str]) -> Iterator[Diagnosis]:
    """Keys and region. Writes nothing to the workspace."""
    for name, operation, place in _KEYS:
        found, answer = _check(call, name, operation, place)
        yield found
        if operation == "track.region" and answer is not None and answer.status == 200:
            yield replace(_region(str(read(answer).get("region", "")), *region(environ)), api=found.api)


def write_test_person(call: Call) -> Iterator[Diagnosis]:
    """Send a test person and a test event to each API that there is a key for."""
    attributes = {"email": f"{PERSON}@example.com", "made_by": "python -m pytest_customerio doctor --write"}
    person = path("api", "v1", "customers", PERSON)
    yield _check(call, "a test person", "track.identify", person, attributes)[0]
    yield _check(call, "a test event", "track.event", f"{person}/events", {"name": EVENT})[0]
    yield _check(call, "Pipelines", "pipelines.identify", "/v1/identify", {"userId": PERSON, "traits": {}})[0]


def _check(
    call: Call, check: str, operation: str, place: str, payload: object = None
) -> tuple[Diagnosis, Answer | None]:
    try:
        answer = call(operation, place, payload)
    except NoKeyError as error:
        return Diagnosis(check, "skipped", str(error)), None
    return replace(_diagnosis(check, operation, answer.status), api=operation.partition(".")[0]), answer


def _diagnosis(check: str, operation: str, status: int) -> Diagnosis:
    """The meaning of a status. The answer's body is not shown: it may repeat what was sent."""
    if 200 <= status < 300:
        return Diagnosis(check, "ok", f"{operation} is answered {status}")
    if status == 403:
        text = "the key lacks a scope that this call needs"
        return Diagnosis(check, "note", f"{operation} is answered 403: {text}", _EXPLAIN.format(name="403-forbidden"))
    if status == 401:
        text = "the key is wrong, of another kind, or of another region"
        return Diagnosis(check, "problem", f"{operation} is answered 401: {text}", _EXPLAIN.format(name=401))
    return Diagnosis(check, "problem", f"{operation} is answered {status}", _EXPLAIN.format(name=status))


def _region(actual: str, variable: str, given: str) -> Diagnosis:
    given = given or "us"
    if actual == given:
        return Diagnosis("region", "ok", f"the account is in {actual}")
    if actual not in ("us", "eu"):
        return Diagnosis("region", "note", "the answer names no region")
    text = f"the account is in {actual}, and {variable} is {given}: calls go to the other region, which may lose them"
    return Diagnosis("region", "problem", text, f"set {variable}={actual}, and the region in the application's client")

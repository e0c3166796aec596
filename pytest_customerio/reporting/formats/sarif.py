"""SARIF 2.1.0, the form that code scanning reads: alerts with their rules and their places in the code.

The form: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from json import dumps
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from pytest_customerio.contract.rules import vocabulary

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
# Paths are relative to it. What it is, the one who reads the file knows: GitHub takes the root of the repository.
_ROOT = "%SRCROOT%"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}
_PACKAGE = "pytest-customerio"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file: its path, and the line and the function where they are known, else something `about` it."""

    path: str
    line: int | None = None
    function: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """Why an alert is no open one: by something in the source (`inSource`), or by a file beside it (`external`)."""

    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that is wrong, at its first spot and at others.

    `identity` is what makes it the same alert in another run: no line number, no value. `count` says how often it was
    seen. `docs` is the page of Customer.io about the operation.
    """

    rule: str
    severity: str
    text: str
    identity: str
    spots: Sequence[Spot] = ()
    count: int = 1
    hint: str = ""
    docs: str = ""
    suppression: Suppression | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about the run itself, such as a file that cannot be read."""

    text: str
    level: str = "error"
    spot: Spot | None = None


def message(operation: str, place: str, expected: str, got: str, error: str, source: str, hint: str) -> str:
    """One violation in a few sentences."""
    said = f"{operation} {place}: expected {expected}, got {got}.".lstrip()
    said += f" Customer.io would answer {error} ({source})." if error else ""
    return said + (f" What to do: {hint}" if hint else "")


def log(alerts: Sequence[Alert], notices: Iterable[Notice] = ()) -> dict[str, Any]:
    """A SARIF log with one run."""
    rules = list(dict.fromkeys(one.rule for one in alerts))
    driver = {"name": _PACKAGE, "rules": [_rule(name, alerts) for name in rules], **_version()}
    notifications = [_notification(one) for one in notices]
    invocation: dict[str, Any] = {"executionSuccessful": not any(one["level"] == "error" for one in notifications)}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": [_result(one, rules.index(one.rule)) for one in alerts],
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def text(log: Mapping[str, Any]) -> str:
    """The log as it is written into a file."""
    return dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str, alerts: Iterable[Alert]) -> dict[str, Any]:
    """The description of a rule, from the vocabulary and from what its alerts advise."""
    known = vocabulary().get(name)
    of_rule = [one for one in alerts if one.rule == name]
    broken = known.breaks_when if known else "a rule of the project's own"
    severity, kind = (known.severity, known.kind) if known else ("error", "payload")
    hints = list(dict.fromkeys(one.hint for one in of_rule if one.hint))
    docs = next((one.docs for one in of_rule if one.docs), "")
    command = f"python -m pytest_customerio explain {name}" if known else ""
    described = {
        "id": name,
        "shortDescription": {"text": f"{name}: {broken}"},
        "fullDescription": {"text": f"{broken[:1].upper()}{broken[1:]}."},
        "help": {
            "text": "\n".join([f"What breaks it: {broken}.", *hints, *[f"All about it: {command}"] * bool(command)]),
            "markdown": "\n\n".join(
                [f"What breaks it: {broken}.", *[f"* {hint}" for hint in hints]]
                + [f"All about it: `{command}`"] * bool(command)
                + ([f"[Customer.io about the operation]({docs})"] if docs else [])
            ),
        },
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"tags": ["customer.io", kind]},
    }
    return {**described, "helpUri": docs} if docs else described


def _result(alert: Alert, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": alert.rule,
        "ruleIndex": index,
        "level": _LEVELS[alert.severity],
        "message": {"text": alert.text},
        "locations": [_location(spot) for spot in alert.spots[:1]],
        "occurrenceCount": alert.count,
        "partialFingerprints": {
            "customerio/v1": hashlib.sha256(alert.identity.encode(errors="backslashreplace")).hexdigest()
        },
        "properties": dict(alert.properties),
    }
    others = [{"id": number, **_location(spot)} for number, spot in enumerate(alert.spots[1:], 1)]
    if others:
        result["relatedLocations"] = others
    if (why := alert.suppression) is not None:
        result["suppressions"] = [{"kind": why.kind, "status": "accepted", "justification": why.reason}]
    return result


def _location(spot: Spot) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(spot.path)}
    if spot.line:
        physical["region"] = {"startLine": spot.line}
    location: dict[str, Any] = {"physicalLocation": physical}
    if spot.about:
        location["message"] = {"text": spot.about}
    if spot.function:
        location["logicalLocations"] = [{"name": spot.function, "kind": "function"}]
    return location


def _artifact(path: str) -> dict[str, str]:
    """A path as a URI: relative to the root of the project, or absolute where the file is elsewhere."""
    pure: PurePath = PureWindowsPath(path) if "\\" in path else PurePosixPath(path)
    if pure.is_absolute():
        return {"uri": pure.as_uri()}
    return {"uri": quote(pure.as_posix(), errors="surrogateescape"), "uriBaseId": _ROOT}


def _notification(notice: Notice) -> dict[str, Any]:
    shown: dict[str, Any] = {"level": notice.level, "message": {"text": notice.text}}
    return {**shown, "locations": [_location(notice.spot)]} if notice.spot else shown


def _version() -> dict[str, str]:
    try:
        return {"version": metadata.version(_PACKAGE)}
    except metadata.PackageNotFoundError:
        return {}

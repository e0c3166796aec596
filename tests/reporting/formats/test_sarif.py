"""SARIF 2.1.0: alerts, their rules and their places."""

from __future__ import annotations

from importlib import metadata

import pytest
from sarif import validate

from pytest_customerio.reporting.formats import sarif
from pytest_customerio.reporting.formats.sarif import Alert, Notice, Spot, Suppression, log


def alert(rule: str = "bad-email", severity: str = "error", **more: object) -> Alert:
    return Alert(rule, severity, "text", "identity", **more)  # type: ignore[arg-type]


def test_an_alert() -> None:
    """An alert is a result with its first place, the other places, and how often it was seen."""
    spots = [Spot("app/my crm.py", 16, "buy"), Spot("a.har", about="entry 3")]
    found = log([alert(spots=spots, count=7, properties={"operation": "track.event"})])
    validate(found)
    (result,) = found["runs"][0]["results"]
    assert result == {
        "ruleId": "bad-email",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "text"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "app/my%20crm.py", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 16},
                },
                "logicalLocations": [{"name": "buy", "kind": "function"}],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {"artifactLocation": {"uri": "a.har", "uriBaseId": "%SRCROOT%"}},
                "message": {"text": "entry 3"},
            }
        ],
        "occurrenceCount": 7,
        "partialFingerprints": {"customerio/v1": "689f6a627384c7dcb2dcc1487e540223e77bdf9dcd0d8be8a326eda65b0ce9a4"},
        "properties": {"operation": "track.event"},
    }


def test_a_rule_is_described_once() -> None:
    """The rules are those of the alerts, described by the vocabulary, the hints and Customer.io's page."""
    docs = "https://docs.customer.io/x"
    alerts = [alert(), alert(hint="validate it", docs=docs), alert("own", "warning"), alert(hint="validate it")]
    found = log(alerts)
    validate(found)
    first, second = found["runs"][0]["tool"]["driver"]["rules"]
    assert [one["ruleIndex"] for one in found["runs"][0]["results"]] == [0, 0, 1, 0]
    assert first == {
        "id": "bad-email",
        "shortDescription": {"text": "bad-email: an e-mail address is malformed"},
        "fullDescription": {"text": "An e-mail address is malformed."},
        "help": {
            "text": "What breaks it: an e-mail address is malformed.\nvalidate it\n"
            "All about it: python -m pytest_customerio explain bad-email",
            "markdown": "What breaks it: an e-mail address is malformed.\n\n* validate it\n\n"
            "All about it: `python -m pytest_customerio explain bad-email`\n\n"
            "[Customer.io about the operation](https://docs.customer.io/x)",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["customer.io", "payload"]},
        "helpUri": docs,
    }
    assert second["shortDescription"] == {"text": "own: a rule of the project's own"}
    assert "helpUri" not in second


def test_what_is_allowed_is_suppressed() -> None:
    """An allowance is a suppression with its reason, so that code scanning shows no open alert."""
    found = log(
        [
            alert("jitter", "warning", suppression=Suppression("inSource", "the job runs alone")),
            alert("stale-event", "info"),
        ]
    )
    validate(found)
    first, second = found["runs"][0]["results"]
    assert first["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "the job runs alone"}]
    assert (first["level"], second["level"], second["locations"]) == ("warning", "note", [])


@pytest.mark.parametrize(
    ("path", "artifact"),
    [
        ("app/crm.py", {"uri": "app/crm.py", "uriBaseId": "%SRCROOT%"}),
        ("app\\crm.py", {"uri": "app/crm.py", "uriBaseId": "%SRCROOT%"}),
        ("/srv/app/crm.py", {"uri": "file:///srv/app/crm.py"}),
        ("C:\\app\\crm.py", {"uri": "file:///C:/app/crm.py"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "%SRCROOT%"}),
        ("a#b?c.py", {"uri": "a%23b%3Fc.py", "uriBaseId": "%SRCROOT%"}),
    ],
)
def test_paths_are_uris(path: str, artifact: dict[str, str]) -> None:
    """A path is relative to the project where it is below; signs that a URI cannot have are encoded."""
    found = log([alert(spots=[Spot(path)])])
    validate(found)
    assert found["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == artifact


def test_notices() -> None:
    """What concerns the run is a notification; with an error the run was no success."""
    found = log([], [Notice("broken", spot=Spot("a", 2)), Notice("left out", "warning")])
    validate(found)
    (invocation,) = found["runs"][0]["invocations"]
    assert not invocation["executionSuccessful"]
    assert [one["level"] for one in invocation["toolExecutionNotifications"]] == ["error", "warning"]
    assert log([], [Notice("left out", "warning")])["runs"][0]["invocations"][0]["executionSuccessful"]


def test_the_version_is_that_of_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The driver has the version of the package, and none in a bare checkout."""
    monkeypatch.setattr(metadata, "version", lambda _: "1.2")
    assert log([])["runs"][0]["tool"]["driver"]["version"] == "1.2"

    def missing(_: str) -> str:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", missing)
    assert "version" not in log([])["runs"][0]["tool"]["driver"]


def test_the_sentence_of_a_violation() -> None:
    """A message says what, where, what Customer.io would answer, and what to do, as far as that is known."""
    assert sarif.message("track.event", "$.name", "a name", "nothing", "", "", "") == (
        "track.event $.name: expected a name, got nothing."
    )
    assert sarif.message("", "url", "https", "http", "", "", "") == "url: expected https, got http."

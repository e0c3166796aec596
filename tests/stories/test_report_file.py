"""`--cio-report=FILE.json` and the matrix: which cases a run tried, and with which result."""

from __future__ import annotations

import json
from typing import Any

from sarif import validate

from tests.stories.conftest import Story, closing, table

MODULE = """
import crm
import pytest

def test_signup():
    crm.identify("42", plan="basic")

def test_purchase():
    crm.event("42", "x" * 134, timestamp="1764000000")

@pytest.mark.cio_errors("429-rate-limited-recovers", "401-unauthorized")
def test_survives(cio):
    try:
        crm.retrying(lambda: crm.identify("42", plan="basic"))
    except crm.requests.HTTPError:
        pass

def test_by_hand(cio):
    for case in ("500", "403"):
        with cio.replay(case):
            cio.reported(not crm.identify("42", plan="basic").ok)

def test_unknown():
    crm.requests.get("https://track.customer.io/api/v1/nothing", timeout=5)

def test_nothing():
    pass
"""
VIOLATION = {"rule", "severity", "where", "expected", "got", "hint", "sent_from", "source"}


def test_the_json_report(story: Story) -> None:
    """Version 1 has a row for each test, operation and case, and the coverage of operations and cases."""
    report = story.report(MODULE, "--cio-contract")
    assert report["version"] == 1
    rows = {(row["nodeid"].partition("::")[2], row["operation"], row["case"]): row for row in report["tests"]}
    assert list(rows) == [
        ("test_signup", "track.identify", None),
        ("test_purchase", "track.event", None),
        ("test_survives[429-rate-limited-recovers]", "track.identify", "429-rate-limited-recovers"),
        ("test_survives[401-unauthorized]", "track.identify", "401-unauthorized"),
        ("test_by_hand", "track.identify", "500-server-error-persists"),
        ("test_by_hand", "track.identify", "403-forbidden"),
        ("test_unknown", "unknown", None),
    ]
    keys = {"nodeid", "operation", "case", "outcome", "attempts", "waits", "violations"}
    assert all(set(row) >= keys for row in rows.values())
    assert all(set(violation) >= VIOLATION for row in rows.values() for violation in row["violations"])
    recovered = rows["test_survives[429-rate-limited-recovers]", "track.identify", "429-rate-limited-recovers"]
    assert (recovered["outcome"], recovered["attempts"], recovered["waits"]) == ("recovered", 3, [1.0, 2.0])
    assert rows["test_survives[401-unauthorized]", "track.identify", "401-unauthorized"]["outcome"] == "lost"
    assert rows["test_by_hand", "track.identify", "403-forbidden"]["outcome"] == "reported"
    purchase = rows["test_purchase", "track.event", None]
    assert (purchase["outcome"], purchase["attempts"], purchase["waits"]) == (None, 1, [])
    assert [(violation["rule"], violation["severity"]) for violation in purchase["violations"]] == [
        ("event-name-too-long", "error"),
        ("timestamp-not-integer", "warning"),
    ]
    assert purchase["violations"][0]["sent_from"] == "crm.py:18 in event"
    coverage = report["coverage"]
    assert coverage["operations"] == ["track.event", "track.identify", "unknown"]
    assert coverage["cases"] == [
        "401-unauthorized",
        "403-forbidden",
        "429-rate-limited-recovers",
        "500-server-error-persists",
    ]
    assert 0 < coverage["percent"] < 100


def test_several_reports_and_new_folders(story: Story) -> None:
    """The option is repeatable; missing folders are created, and an older report is replaced.

    The suffix decides the kind: `.sarif` has the violations at the lines of the application.
    """
    story.file("old.json", "not JSON")
    reports = ("--cio-report=old.json", "--cio-report=deep/er/new.JSON", "--cio-report=code.sarif")
    story.run(MODULE, "--cio-contract", *reports)
    first, second = (story.path / name for name in ("old.json", "deep/er/new.JSON"))
    assert json.loads(first.read_text()) == json.loads(second.read_text())
    assert [path.name for path in (story.path / "deep" / "er").iterdir()] == ["new.JSON"]
    log = story.written("code.sarif")
    validate(log)
    results = log["runs"][0]["results"]
    assert {(one["ruleId"], one["level"], _line(one)) for one in results} == {
        ("event-name-too-long", "error", ("crm.py", 18)),
        ("timestamp-not-integer", "warning", ("crm.py", 18)),
        ("outcome", "error", ("crm.py", 13)),
        ("unknown-endpoint", "error", ("test_app.py", 24)),
    }


def _line(result: dict[str, Any]) -> tuple[str, int]:
    place = result["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


def test_a_run_without_verdicts_writes_an_empty_report(story: Story) -> None:
    """A run that heard nothing writes an empty report; a run without tests writes none."""
    report = story.report("def test_nothing():\n    pass\n")
    assert report["tests"] == []
    assert report["coverage"]["operations"] == []
    (story.path / "report.json").unlink()
    story.again("--cio-report=report.json", "--collect-only")
    assert not (story.path / "report.json").exists()


def test_the_table(story: Story) -> None:
    """The matrix has operations down and families across, each cell ok, FAIL or not tried; the next command follows."""
    result = story.run(MODULE, "--cio-contract")
    result.assert_outcomes(passed=4, failed=3)
    columns = ("contract", "400", "401", "403", "404", "429", "5xx", "network")
    assert {name: " ".join(row[column] for column in columns) for name, row in table(result).items()} == {
        "track.event": "FAIL - - - - - - -",
        "track.identify": "ok - FAIL ok - ok ok -",
        "unknown": "FAIL - - - - - - -",
    }
    assert closing(result).partition("\n\n")[2] == (
        "- not tried\n"
        "looked at: 9 requests in 6 tests\n"
        "\n"
        "met no error: 1 of 2 call sites\n"
        "  track.event at crm.py:18 in event\n"
        "    mark test_app.py::test_purchase: @pytest.mark.cio_errors\n"
        "\n"
        "warnings (they fail with --cio-strict):\n"
        "  track.event $.timestamp: expected unix seconds (10 digits), got digits in a string"
        " [timestamp-not-integer] at crm.py:18 in event\n"
        "\n"
        "next: pytest --cio-contract --lf\n"
    )


def test_what_next(story: Story) -> None:
    """Where no error was replayed the next step is the mark; where all cases were tried it is the report."""
    result = story.run("import crm\n\ndef test_signup():\n    crm.identify('42', plan='basic')\n", "--cio-contract")
    assert closing(result).splitlines()[-1] == (
        "next: no error was replayed to track.identify: mark a test that sends it @pytest.mark.cio_errors"
    )
    result = story.run(
        "import crm\nimport pytest\n\n@pytest.mark.cio_errors('401')\ndef test_signup(cio):\n"
        "    cio.reported(not crm.identify('42', plan='basic').ok)\n"
    )
    assert closing(result).splitlines()[-1] == "next: pytest --cio-contract --cio-report=contract.json"

"""How a check reads, as text, as data and as SARIF, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sarif import validate

from pytest_customerio.tools.check import forms
from pytest_customerio.tools.check.forms import Outcome, as_json, as_sarif, text
from pytest_customerio.tools.check.judge import judge_of
from pytest_customerio.tools.check.reading.pieces import Piece
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.tally import Place, Tally

URL = "https://track.customer.io/api/v1/customers/42"
LATE = {"name": "bought", "timestamp": 1764000000000}
STRAY = {"name": "bought", "properties": {}}
NULL = {"name": "bought", "data": {"note": None}}


def outcome(*values: Any, strict: bool = False, lenient: bool = False, **settings: Any) -> Outcome:
    data = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in values)
    whole = Tally()
    whole.add(judge_of(CheckSettings(**settings)).tally(Piece("out/events.ndjson", "lines", Path("x"), data)))
    return Outcome(whole, strict, lenient)


def mixed(**more: bool) -> Outcome:
    """Something of everything."""
    put = {"method": "PUT", "url": URL, "body": {"email": "ada@localhost", "id": "43"}}
    found = outcome(put, put, {"method": "POST", "url": "https://example.com"}, {}, b"{", {**put, "body": {}}, **more)
    tally = found.tally
    tally.allowed["bad-phone"] = 2
    tally.bodyless.note(Place("a.har", None, 2))
    tally.bodyless.note(Place("a.har", None, 4))
    tally.packed.note(Place("a.yaml", 7))
    tally.empty["package.json"] = None
    return found


def test_text() -> None:
    """One cause is one block, warnings have a line each, and the end says what was looked at and what was not."""
    assert (
        text(mixed())
        == """\
track.identify $.email: expected an e-mail address, got text of 13 characters, "xxx@xxxxxxxxx"

found at     out/events.ndjson:1 and out/events.ndjson:2
would draw   400 invalid email identifier   (documented)
request      PUT https://track.customer.io/api/v1/customers/…
contract     python -m pytest_customerio explain bad-email
docs         https://docs.customer.io/integrations/api/track/tag/track-customers/identify/
what to do   validate the address before sending
on purpose?  --allow bad-email

warnings (they fail with --strict):
  track.identify $.id: expected the identifier in the path, got another id [id-mismatch] at out/events.ndjson:1 and out/events.ndjson:2

3 payloads of 1 file judged: 2 errors and 2 warnings
allowed:
  bad-phone (×2)
not judged:
  1 request to other hosts
  1 entry whose operation is not known (name it: --operation track.event): out/events.ndjson:4
  2 requests judged by the address: the body is not in the file: a.har, entry 2 and a.har, entry 4
  1 request judged by the address: the body cannot be unpacked: a.yaml:7
  1 file without anything of Customer.io: package.json
could not be read:
  out/events.ndjson:5: text that stops being JSON at character 1
"""
    )


def test_strict_text() -> None:
    """With --strict a warning is a block, and fails."""
    found = outcome(STRAY, operation="track.event", strict=True)
    assert text(found).startswith("track.event $.properties: expected data, got a member that the call does not know\n")
    assert "warnings (" not in text(found)
    assert (found.code, outcome(STRAY, operation="track.event").code) == (1, 0)


def test_green_text() -> None:
    """Where all is well one line says what was looked at; infos are no matter of the text."""
    assert text(outcome(NULL, operation="track.event")) == "1 payload of 1 file judged: nothing is wrong\n"


def test_nothing_judged() -> None:
    """Nothing judged is no success, and the text says what to do; on purpose it is one."""
    assert (
        text(outcome({"name": "x"}))
        == f"""\
0 payloads judged
not judged:
  1 entry whose operation is not known (name it: --operation track.event): out/events.ndjson:1

{forms.NOTHING}
"""
    )
    assert text(outcome(lenient=True)) == "0 payloads judged\n"


@pytest.mark.parametrize(
    ("found", "code"),
    [
        (mixed(), 1),
        (outcome(NULL, operation="track.event"), 0),
        (outcome({"name": "x"}), 2),
        (outcome(), 2),
        (outcome(lenient=True), 0),
        (outcome({"name": "x"}, lenient=True), 0),
        (outcome({"method": "PUT", "url": URL, "body": {}}, {}), 2),
        (outcome({"method": "PUT", "url": URL, "body": {}}, {}, lenient=True), 0),
        (outcome({"method": "PUT", "url": URL, "body": {}}, b"{", lenient=True), 2),
        (Outcome(Tally(judged=1, empty={"x": None})), 0),
        (Outcome(Tally(judged=1, empty={"x": None}, overlooked=True)), 2),
        (Outcome(Tally(judged=1, empty={"x": None}, overlooked=True), lenient=True), 0),
    ],
)
def test_the_exit_code(found: Outcome, code: int) -> None:
    """1 for a broken contract, 2 for what could not be read or judged, 0 where all is well."""
    assert found.code == code


def test_requests_of_a_browser_are_counted() -> None:
    """They are no mistake."""
    assert "\nnot judged:\n  2 requests of the browser: scripts, CORS\n" in text(Outcome(Tally(judged=1, loaded=2)))


def test_much_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text shows the first causes, warnings, places and mistakes, and counts the rest."""
    monkeypatch.setattr(forms, "_BLOCKS", 1)
    monkeypatch.setattr(forms, "_WARNINGS", 1)
    wrong = {"name": 1, "timestamp": "soon", "propertis": 1, "datas": 2}
    shown = text(outcome(*[wrong] * 5, *[b"{"] * 22, operation="track.event"))
    assert shown.count("found at     out/events.ndjson:1, out/events.ndjson:2, out/events.ndjson:3 and 2 more\n") == 1
    assert "\n(and 1 more causes: --format json lists them)\n" in shown
    assert "\n  (and 1 more)\n" in shown
    assert shown.endswith("\n  and 2 more\n")


def test_data() -> None:
    """`--format json` is version 1: members are added, never renamed."""
    found = json.loads(as_json(mixed()))
    (first, second) = found.pop("causes")
    assert found == {
        "version": 1,
        "judged": 3,
        "files": 1,
        "errors": 2,
        "warnings": 2,
        "infos": 0,
        "not_listed": 0,
        "allowed": {"bad-phone": 2},
        "not_judged": {
            "other_hosts": 1,
            "of_browser": 0,
            "unknown": {"count": 1, "first": [{"file": "out/events.ndjson", "line": 4, "entry": None}]},
            "without_body": {
                "count": 2,
                "first": [
                    {"file": "a.har", "line": None, "entry": 2},
                    {"file": "a.har", "line": None, "entry": 4},
                ],
            },
            "packed": {"count": 1, "first": [{"file": "a.yaml", "line": 7, "entry": None}]},
            "other_files": ["package.json"],
        },
        "unreadable": {
            "count": 1,
            "first": [
                {
                    "file": "out/events.ndjson",
                    "line": 5,
                    "entry": None,
                    "reason": "text that stops being JSON at character 1",
                }
            ],
        },
    }
    assert first == {
        "operation": "track.identify",
        "rule": "bad-email",
        "severity": "error",
        "where": "$.email",
        "expected": "an e-mail address",
        "got": 'text of 13 characters, "xxx@xxxxxxxxx"',
        "hint": "validate the address before sending",
        "error": "400 invalid email identifier",
        "source": "documented",
        "request": "PUT https://track.customer.io/api/v1/customers/…",
        "docs": "https://docs.customer.io/integrations/api/track/tag/track-customers/identify/",
        "count": 2,
        "found_at": [
            {"file": "out/events.ndjson", "line": 1, "entry": None},
            {"file": "out/events.ndjson", "line": 2, "entry": None},
        ],
    }
    assert second["severity"] == "warning"


def test_sarif() -> None:
    """`--format sarif` has a result for each cause, and a notification for each thing that was not judged or read."""
    log = json.loads(as_sarif(mixed()))
    validate(log)
    (run,) = log["runs"]
    first, second = run["results"]
    assert (first["ruleId"], first["level"], first["occurrenceCount"]) == ("bad-email", "error", 2)
    assert first["message"]["text"] == (
        'track.identify $.email: expected an e-mail address, got text of 13 characters, "xxx@xxxxxxxxx". Customer.io'
        " would answer 400 invalid email identifier (documented). What to do: validate the address before sending"
    )
    file = {"uri": "out/events.ndjson", "uriBaseId": "%SRCROOT%"}
    assert first["locations"] == [{"physicalLocation": {"artifactLocation": file, "region": {"startLine": 1}}}]
    assert [one["physicalLocation"]["region"] for one in first["relatedLocations"]] == [{"startLine": 2}]
    assert second["level"] == "warning"
    (invocation,) = run["invocations"]
    notes = [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]]
    assert notes[0] == ("error", "text that stops being JSON at character 1")
    assert [level for level, _ in notes[1:]] == ["warning"] * 5
    assert invocation["executionSuccessful"] is False


def test_sarif_of_nothing() -> None:
    """That nothing was judged is an error of the run."""
    log = json.loads(as_sarif(outcome()))
    validate(log)
    (note,) = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("nothing was judged: ")
    found = Outcome(Tally(judged=1))
    assert json.loads(as_sarif(found))["runs"][0]["invocations"] == [{"executionSuccessful": True}]

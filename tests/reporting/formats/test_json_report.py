"""The JSON report, version 1."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from resulting import BAD, CASES, results, seen, verdict

from pytest_customerio import reporting
from pytest_customerio.reporting.formats.json_report import document, text
from pytest_customerio.reporting.results import Results

SITE = {"sites": ["app.py:1 in f"], "met_at": ["app.py:1 in f"]}


def test_the_document_is_version_1() -> None:
    """The document has these members, because other tools read them: members may be added, never renamed."""
    found = document(results(verdict("track.event", "401-unauthorized", "raised", BAD, **SITE), t=seen(requests=2)))
    assert found == {
        "version": 1,
        "tests": [
            {
                "nodeid": "t.py::t",
                "operation": "track.event",
                "case": "401-unauthorized",
                "outcome": "raised",
                "attempts": 2,
                "waits": [1.0, 2.0],
                "call_sites": ["app.py:1 in f"],
                "met_at": ["app.py:1 in f"],
                "violations": [
                    {
                        "rule": "bad-email",
                        "severity": "error",
                        "where": "$.email",
                        "expected": "an e-mail address",
                        "got": "text of 3 characters",
                        "hint": "",
                        "sent_from": "app.py:1 in f",
                        "source": "",
                        "error": "",
                        "allowed": "",
                        "known": "",
                    }
                ],
            }
        ],
        "coverage": {
            "operations": ["track.event"],
            "cases": ["401-unauthorized"],
            "percent": 25.0,
            "not_tried": {"track.event": CASES[1:]},
            "call_sites": [
                {"operation": "track.event", "sent_from": "app.py:1 in f", "cases": ["401-unauthorized"]},
            ],
            "minimum": {
                "required": None,
                "reached": None,
                "percent": 33.3,
                "parts": [
                    {
                        "operation": "track.event",
                        "sent_from": "app.py:1 in f",
                        "met": ["401"],
                        "missing": ["429", "network"],
                    },
                ],
            },
        },
        "looked_at": {
            "tests": 1,
            "requests": 2,
            "tests_with_mocks": 0,
            "mock_calls": 0,
            "not_judged": {},
            "sent_nothing": [],
        },
        "recordings": [],
    }


def test_a_call_site_that_met_no_error_says_what_would_reach_it() -> None:
    """The way there is the test, and the text to paste."""
    found = document(results(verdict("track.event", sites=["app.py:1 in f"]), t=seen()))
    assert found["coverage"]["call_sites"] == [
        {
            "operation": "track.event",
            "sent_from": "app.py:1 in f",
            "cases": [],
            "reached_by": {"nodeid": "t.py::t", "paste": "@pytest.mark.cio_errors"},
        }
    ]


def test_call_sites_are_in_order() -> None:
    """Workers end their tests in any order."""
    one, other = (
        verdict("track.event", sites=["b.py:1 in f"]),
        verdict("track.event", test="t.py::u", sites=["a.py:1 in g"]),
    )
    for order in ((one, other), (other, one)):
        found = document(results(*order, t=seen(), u=seen()))["coverage"]["call_sites"]
        assert [each["sent_from"] for each in found] == ["a.py:1 in g", "b.py:1 in f"]


def test_a_run_that_heard_nothing_has_no_percentage() -> None:
    """100 percent of nothing would be read as a good result."""
    assert document(Results())["coverage"]["percent"] is None


def test_recordings() -> None:
    """A test that was recorded with the number of its answers, one that was compared with what differs."""
    found = Results()
    found.add_recorded("t.py::new", 3)
    found.add_compared(
        "t.py::old", {"path": "r/old.yaml", "drift": ("$.a: sent",), "is_edited": True, "is_older": False}
    )
    written = document(found)
    Draft202012Validator(SCHEMA).validate(written)
    assert {name for one in written["recordings"] for name in one} == set(SCHEMA["$defs"]["recording"]["properties"])
    assert written["recordings"] == [
        {"nodeid": "t.py::new", "recorded": 3},
        {"nodeid": "t.py::old", "path": "r/old.yaml", "drift": ["$.a: sent"], "edited": True, "older_form": False},
    ]


SCHEMA = json.loads((Path(reporting.__file__).parent / "report.schema.json").read_text(encoding="utf-8"))


def test_the_schema_fits_what_is_written() -> None:
    """So it does for a run that heard nothing. The tests of whole runs validate their reports, too."""
    Draft202012Validator.check_schema(SCHEMA)
    run = results(verdict("track.event", "401-unauthorized", "raised", BAD, **SITE), verdict("unknown"), t=seen())
    for found in (run, Results()):
        Draft202012Validator(SCHEMA).validate(json.loads(text(found)))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("version",), 2),
        (("tests", 0, "outcome"), "handled"),
        (("tests", 0, "waits"), [-1]),
        (("tests", 0, "violations", 0, "severity"), "fatal"),
        (("tests", 0, "operation"), "Track event"),
        (("coverage", "percent"), 101),
        (("looked_at", "requests"), None),
    ],
)
def test_the_schema_refuses_what_is_wrong(place: tuple[Any, ...], value: object) -> None:
    """A schema that accepts everything would be no help."""
    found = json.loads(text(results(verdict("track.event", "401-unauthorized", "raised", BAD, **SITE), t=seen())))
    *way, last = place
    at = found
    for step in way:
        at = at[step]
    at[last] = value
    assert [list(error.absolute_path)[: len(place)] for error in Draft202012Validator(SCHEMA).iter_errors(found)] == [
        list(place)
    ]


def test_every_member_is_in_the_schema() -> None:
    """A member that is added to the report has to be described."""
    found = document(results(verdict("track.event", "401-unauthorized", "raised", BAD, **SITE), t=seen()))
    described = {name: set(one.get("properties", ())) for name, one in SCHEMA["$defs"].items()}
    assert set(found) <= set(SCHEMA["properties"])
    assert set(found["tests"][0]) <= described["row"]
    assert set(found["tests"][0]["violations"][0]) <= described["violation"]
    assert set(found["coverage"]) <= described["coverage"]
    assert set(found["looked_at"]) <= described["looked_at"]

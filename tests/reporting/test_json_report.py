"""The JSON report, version 1."""

from __future__ import annotations

from resulting import BAD, CASES, results, seen, verdict

from pytest_customerio.reporting.json_report import document
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
    assert document(found)["recordings"] == [
        {"nodeid": "t.py::new", "recorded": 3},
        {"nodeid": "t.py::old", "path": "r/old.yaml", "drift": ["$.a: sent"], "edited": True, "older_form": False},
    ]

"""The JSON report, version 1."""

from __future__ import annotations

from resulting import BAD, CASES, results, verdict

from pytest_customerio.reporting.json_report import document


def test_the_document_is_version_1() -> None:
    """The document has these members, because other tools read them: members may be added, never renamed."""
    found = document(results(verdict("track.event", "401-unauthorized", "raised", BAD)))
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
                    }
                ],
            }
        ],
        "coverage": {
            "operations": ["track.event"],
            "cases": ["401-unauthorized"],
            "percent": 25.0,
            "not_tried": {"track.event": CASES[1:]},
        },
    }

"""What the end of a run says about the baseline."""

from __future__ import annotations

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.reporting.baseline import text
from pytest_customerio.reporting.baseline.entries import Entry
from pytest_customerio.reporting.baseline.update import Update

NAME = Entry(Fingerprint("crm.py::buy", "track.event", "event-name-missing", "$.name"))
LOST = Entry(Fingerprint("", "track.event", "outcome", "", "429-rate-limited-persists"))
LEAK = Entry(Fingerprint("log.py::log", "", "secret-leak", "log of app"))
SHOWN = [
    "  track.event $.name [event-name-missing] at crm.py::buy",
    "  track.event 429-rate-limited-persists [outcome] at an unknown place",
]


def test_what_is_known() -> None:
    """The violations, and the entries that they are."""
    assert text.known("b.jsonl", 1, 1, 1) == ["baseline b.jsonl: 1 known violation, 1 of 1 entry"]
    assert text.known("b.jsonl", 212, 200, 203) == ["baseline b.jsonl: 212 known violations, 200 of 203 entries"]


def test_what_is_stale() -> None:
    """Some are named, the rest is counted."""
    assert text.stale("b.jsonl", []) == []
    assert text.stale("b.jsonl", [LEAK])[1] == "  log of app [secret-leak] at log.py::log"
    head = "stale in b.jsonl: {}, which --cio-baseline-update drops"
    assert text.stale("b.jsonl", [NAME, LOST]) == [head.format("2 entries"), *SHOWN]
    assert text.stale("b.jsonl", [NAME] * 7) == [head.format("7 entries"), *[SHOWN[0]] * 5, "  (and 2 more)"]


def test_what_an_update_changed() -> None:
    """The first one says what comes next."""
    entries = {NAME.fingerprint: NAME}
    gate = "--cio-baseline=b.jsonl"
    assert text.written("b.jsonl", Update(entries, added=(NAME,)), gate, first=True) == [
        "baseline b.jsonl: written, 1 entry (1 added, 0 dropped)",
        "  commit it; from now on pytest --cio-baseline=b.jsonl fails on what is new",
    ]
    assert text.written("b.jsonl", Update(entries, dropped=(LOST,)), gate, first=False) == [
        "baseline b.jsonl: written, 1 entry (0 added, 1 dropped)",
        "dropped:",
        SHOWN[1],
    ]
    assert text.written("b.jsonl", Update({}), gate, first=False) == [
        "baseline b.jsonl: written, 0 entries (none added or dropped)"
    ]


def test_the_member_of_the_json_report() -> None:
    """The entries that nothing draws any more are whole."""
    assert text.document("b.jsonl", 2, 1, Update({}, added=(NAME,), dropped=(LOST,))) == {
        "file": "b.jsonl",
        "entries": 2,
        "drawn": 1,
        "new": 1,
        "stale": [
            {
                "at": "",
                "operation": "track.event",
                "rule": "outcome",
                "where": "",
                "case": "429-rate-limited-persists",
            }
        ],
    }

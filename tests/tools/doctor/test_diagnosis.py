"""The results of checks as text and as JSON."""

from __future__ import annotations

import json

from pytest_customerio.tools.doctor.diagnosis import Diagnosis, as_json, as_text

FOUND = [
    Diagnosis("key", "problem", "word " * 25, "go there"),
    Diagnosis("region", "problem", "eu"),
    Diagnosis("x", "note", "y"),
]


def test_text() -> None:
    """Results are aligned and wrapped, and their states are counted in the last line."""
    assert as_text(FOUND, "me") == (
        "asked: me\n\n"
        "  problem  key     word word word word word word word word word word word word word word word word\n"
        "                   word word word word word word word word word\n"
        "                   → go there\n"
        "  problem  region  eu\n"
        "  note     x       y\n"
        "\n"
        "1 note, 2 problems\n"
    )


def test_a_long_way_out_is_wrapped() -> None:
    """The second line of what to do is aligned with the first."""
    lines = as_text([Diagnosis("key", "ok", "set", "word " * 25)], "me").splitlines()
    assert [line.index("word") for line in lines[3:5]] == [len("  ok       key  → ")] * 2


def test_json() -> None:
    """JSON has a version, the target, and one object for each result."""
    assert json.loads(as_json(FOUND[1:2], "me")) == {
        "version": 1,
        "asked": "me",
        "checks": [{"check": "region", "state": "problem", "seen": "eu", "todo": "", "target": "", "keys": ""}],
    }


def test_what_was_asked_with_whose_keys() -> None:
    """A check that asked the target names it, and whose keys were used, in both forms."""
    found = [Diagnosis("App key", "ok", "answered 200", "wait", api="app")]
    assert as_text(found, "me", {"app": "your KEY"}) == (
        "asked: me\n\n  ok       App key  answered 200\n"
        "                    asked: me, with your KEY\n"
        "                    → wait\n\n1 ok\n"
    )
    (row,) = json.loads(as_json(found, "me", {"app": "your KEY"}))["checks"]
    assert (row["target"], row["keys"]) == ("me", "your KEY")


def test_a_command_is_not_wrapped() -> None:
    """A command stands on one line, however long it is: what is copied from the terminal runs."""
    command = "pip install --force-reinstall --no-deps customerio==3.2.0"
    found = Diagnosis("package customerio", "problem", "overwritten", f"install customerio last: {command} (explain x)")
    assert any(command in line for line in as_text([found], "me").splitlines())

"""Annotations for GitHub Actions."""

from __future__ import annotations

from pathlib import Path

import pytest
from resulting import BAD, LOST, WARNING, results, verdict

from pytest_customerio.reporting.formats.annotations import MOST, commands, show
from pytest_customerio.reporting.results import About


def test_a_problem_is_shown_at_the_line_of_the_application() -> None:
    """One command for each cause, errors first; the path is that from the workspace."""
    broken = BAD._replace(sent_from="app/crm.py:16 in buy", hint="check it, always", error="400 bad: 100 %")
    run = results(
        verdict("track.batch", None, None, WARNING._replace(sent_from=None), test="tests/t.py::w[a:b]"),
        verdict("track.event", None, None, broken, test="tests/t.py::t"),
        verdict("track.event", None, None, broken, test="tests/t.py::u"),
        verdict("track.event", "401-unauthorized", "lost", LOST._replace(sent_from="app/crm.py:16 in buy")),
    )
    run.about = About(rootdir=Path("/home/ci/shop/python"))
    assert commands(run, "/home/ci/shop") == [
        "::error file=python/app/crm.py,line=16,title=track.event $.email%3A bad-email::"
        "expected an e-mail address, got text of 3 characters%0Awould draw 400 bad: 100 %25%0A"
        "what to do: check it, always%0Afound in 2 tests; first in tests/t.py::t",
        "::error file=python/app/crm.py,line=16,title=track.event 401-unauthorized%3A outcome::"
        "expected recovered, got lost%0Afound in 1 test, cases 401-unauthorized; first in t.py::t",
        "::warning file=python/tests/t.py,title=track.batch $.batch%3A batch-empty::"
        "expected at least 1 operation, got empty list%0Afound in 1 test; first in tests/t.py::w[a:b]",
    ]


def test_a_file_outside_of_the_workspace_keeps_its_path() -> None:
    """So does one of a run that knows no workspace."""
    run = results(verdict("track.event", None, None, BAD._replace(sent_from="app/crm.py:16 in buy")))
    run.about = About(rootdir=Path("/elsewhere"))
    for workspace in ("/home/ci/shop", ""):
        assert commands(run, workspace)[0].startswith("::error file=app/crm.py,line=16,")


def test_what_fails_no_test_is_not_shown() -> None:
    """What is allowed, and what is found in tests that are expected to fail."""
    run = results(
        verdict("track.event", None, None, BAD._replace(allowed="old")),
        verdict("track.identify", None, None, BAD, test="t.py::x"),
    )
    run.add_outcome("t.py::x", "xfailed")
    assert commands(run) == []


def test_there_are_not_more_than_github_shows() -> None:
    """Ten errors and ten warnings."""
    found = [BAD._replace(where=f"$.{chr(97 + at)}") for at in range(15)]
    warned = [WARNING._replace(where=f"$.{chr(97 + at)}") for at in range(15)]
    shown = commands(results(verdict("track.event", None, None, *found, *warned)))
    assert [sum(one.startswith(kind) for one in shown) for kind in ("::error ", "::warning ")] == [MOST, MOST]


def test_each_command_begins_a_line_of_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever stands before it: GitHub reads commands at the start of a line only."""
    run = results(verdict("track.event", None, None, BAD))
    show(run, "")
    assert capsys.readouterr() == ("", f"\n{commands(run)[0]}\n")

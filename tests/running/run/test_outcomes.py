"""What pytest says of a test in one phase."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from pytest_customerio.running.run.outcomes import outcome_of


@pytest.mark.parametrize(
    ("outcome", "when", "more", "word"),
    [
        ("passed", "setup", {}, ""),
        ("passed", "call", {}, "passed"),
        ("failed", "setup", {}, "error"),
        ("failed", "call", {}, "failed"),
        ("failed", "???", {}, "failed"),
        ("failed", "teardown", {}, "error"),
        ("skipped", "setup", {}, "skipped"),
        ("skipped", "call", {"wasxfail": ""}, "xfailed"),
        ("passed", "call", {"wasxfail": ""}, "xpassed"),
        ("rerun", "call", {}, "rerun"),
    ],
)
def test_the_word_is_that_of_the_terminal(outcome: str, when: str, more: dict[str, str], word: str) -> None:
    """A worker that crashed has no phase; a phase that passed says nothing unless it is the call."""
    assert outcome_of(SimpleNamespace(outcome=outcome, when=when, **more)) == word

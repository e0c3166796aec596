"""What a test states through the `cio` fixture."""

from __future__ import annotations

import pytest

from pytest_customerio.replay.statements import Statements


@pytest.mark.parametrize(("value", "expected"), [(1, True), ([], False), (lambda: "x", True), (lambda: None, False)])
def test_a_statement_is_a_value_or_a_callable(value: object, *, expected: bool) -> None:
    """A statement notes whether the value, or the result of the callable, is true, and returns that."""
    statements = Statements()
    assert (statements.state_pending(value), statements.state_reported(value)) == (expected, expected)
    assert (statements.pending, statements.reported, statements.falsy) == (expected, expected, not expected)


def test_the_last_pending_counts_and_any_reported() -> None:
    """A payload that is no longer owed is not pending; a caller that knows of the error cannot forget it."""
    statements = Statements()
    for value in (True, False):
        statements.state_pending(value)
        statements.state_reported(value)
    assert (statements.pending, statements.reported, statements.falsy) == (False, True, True)


def test_callables_are_asked_again() -> None:
    """A callable that answers true later makes the statement true; a value stays what it was."""
    statements, owed = Statements(), list[int]()
    statements.state_pending(lambda: owed)
    statements.state_reported(lambda: owed)
    statements.ask_again()
    assert (statements.pending, statements.reported) == (False, False)
    owed.append(1)
    statements.ask_again()
    assert (statements.pending, statements.reported) == (True, True)


def test_a_value_replaces_the_callable_of_pending_only() -> None:
    """After `pending(False)` nothing is asked again; `reported(False)` leaves an earlier callable."""
    statements = Statements()
    statements.state_pending(lambda: False)
    statements.state_pending(False)
    found = list[int]()
    statements.state_reported(lambda: found)
    statements.state_reported(False)
    found.append(1)
    statements.ask_again()
    assert (statements.pending, statements.reported) == (False, True)


def test_an_exception_of_a_callable_is_ignored_when_it_is_asked_again() -> None:
    """What it reads may be closed by then, for example a database."""
    statements = Statements()
    answers = iter([False, False])
    statements.state_pending(lambda: next(answers))
    statements.state_reported(lambda: next(answers))
    statements.ask_again()
    assert (statements.pending, statements.reported) == (False, False)

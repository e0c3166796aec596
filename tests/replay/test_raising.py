"""Which exception the application let out, and whether the test declares it."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_customerio.clients.queues.jobs import Jobs
from pytest_customerio.replay.raising import Raising


class Declared(Exception):
    """The test declares it."""


def raising() -> Raising:
    """The test declares one class."""
    return Raising((Declared,), None, bool, lambda: None, Jobs(float))


def test_what_leaves_a_subtest() -> None:
    """It counts where nothing else left the test; what left one before the error was met does not."""
    made, declared, other = raising(), Declared(), ValueError()
    made.subtests.left.append(other)
    assert made.let_out(None, stated=False)[:2] == (other, False)
    made.forget()
    assert made.let_out(None, stated=False)[:2] == (None, False)
    made.subtests.left.append(declared)
    assert made.let_out(None, stated=False)[:2] == (declared, True)
    assert made.let_out(other, stated=False)[:2] == (other, False)


def test_where_a_group_was_raised() -> None:
    """The line is that of the first exception in it."""
    try:
        raise Declared
    except Declared as error:
        found = raising().let_out(ExceptionGroup("", [error]), stated=False)
    assert found.declared
    assert found.at.startswith("test_raising.py:")


@pytest.mark.parametrize(
    ("error", "declared", "found"),
    [
        (AssertionError(), Exception, False),
        (AssertionError(), AssertionError, True),
        (IndexError(), BaseException, False),
        (IndexError(), LookupError, True),
        (ValueError(), Exception, True),
    ],
)
def test_a_failure_of_the_test_is_not_what_the_application_lets_out(
    error: Exception, declared: type[BaseException], found: bool
) -> None:
    """It is declared by its name only, where `Exception` means what the application raises."""
    made = Raising((declared,), None, "app.py".__eq__, lambda: None, Jobs(float))
    assert made.let_out(_raised_by(error, {"@pytest_ar": None}), stated=False).declared is found
    assert made.let_out(_raised_by(error, {}), stated=False).declared


def _raised_by(error: Exception, space: dict[str, Any]) -> BaseException:
    """An exception that code in a module with this namespace raised."""
    exec(compile("def fail(error):\n    raise error", "app.py", "exec"), space)
    with pytest.raises(type(error)):
        space["fail"](error.with_traceback(None))
    return error

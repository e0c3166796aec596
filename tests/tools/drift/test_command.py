"""The declaration of the command `drift`."""

from __future__ import annotations

import datetime as dt
import os

import pytest

from pytest_customerio.tools.commands import CommandError, command_parser
from pytest_customerio.tools.drift import checks
from pytest_customerio.tools.drift.command import DRIFT


def test_it_runs_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gives its arguments, the environment and today's date to the checks, and prints their text."""
    given: list[object] = []
    monkeypatch.setattr(checks, "check", lambda *arguments: given.extend(arguments) or ("text", 1))
    arguments = command_parser([DRIFT]).parse_args(["drift", "429", "--max-age", "30"])
    pieces: list[str] = []
    assert DRIFT.run(arguments, pieces.append) == 1
    assert (given[:2], pieces) == ([arguments, os.environ], ["text"])
    assert isinstance(given[2], dt.date)
    assert (arguments.cases, arguments.max_age, arguments.openapi) == (["429"], 30, [])


@pytest.mark.parametrize("days", ["-1", "soon", "1.5", "9999999", "²"])
def test_days(days: str) -> None:
    """`--max-age` takes a whole number of days."""
    with pytest.raises(CommandError) as error:
        command_parser([DRIFT]).parse_args(["drift", "--max-age", days])
    assert f"argument --max-age: {days!r} is no number of days" in str(error.value) or days == "-1"

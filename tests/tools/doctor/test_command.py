"""The declaration of the command `doctor`."""

from __future__ import annotations

import os

import pytest

from pytest_customerio.tools.commands import CommandError, command_parser
from pytest_customerio.tools.doctor import checks
from pytest_customerio.tools.doctor.command import DOCTOR


def test_it_runs_the_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command gives its arguments and the environment to the checks, and prints their text."""
    given: list[object] = []
    monkeypatch.setattr(checks, "examine", lambda *arguments: given.extend(arguments) or ("text", 1))
    arguments = command_parser([DOCTOR]).parse_args(["doctor", "--needs", "plan=text"])
    pieces: list[str] = []
    assert DOCTOR.run(arguments, pieces.append) == 1
    assert (given, pieces) == ([arguments, os.environ], ["text"])
    assert (arguments.needs, arguments.target, arguments.write, arguments.json) == (
        [("plan", "text")],
        None,
        False,
        False,
    )


@pytest.mark.parametrize("given", ["plan", "=text", "plan=color"])
def test_needs(given: str) -> None:
    """`--needs` takes a name and a kind."""
    with pytest.raises(CommandError) as error:
        command_parser([DOCTOR]).parse_args(["doctor", "--needs", given])
    assert f"{given!r} is not NAME=KIND; kinds are text, number, boolean, timestamp" in str(error.value)

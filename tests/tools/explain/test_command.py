"""The declarations of the commands `errors` and `explain`."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.commands import DONE, Command, command_parser
from pytest_customerio.tools.explain.command import ERRORS, EXPLAIN


def printed(command: Command, *given: str) -> str:
    pieces: list[str] = []
    assert command.run(command_parser([command]).parse_args([command.name, *given]), pieces.append) == DONE
    return "".join(pieces)


@pytest.mark.parametrize(
    ("form", "start"), [([], "case "), (["--json"], '{\n  "version": 1'), (["--markdown"], "# Errors of Customer.io\n")]
)
def test_errors(form: list[str], start: str) -> None:
    """`errors` prints a table, JSON or Markdown."""
    assert printed(ERRORS, "400-id-mismatch", *form).startswith(start)


def test_explain() -> None:
    """`explain` prints one page for each name; without a name it prints what can be explained."""
    text = printed(EXPLAIN, "no-timeout", "no-backoff")
    assert text.startswith("no-timeout: ")
    assert "\n\nno-backoff: " in text
    assert printed(EXPLAIN).startswith("What can be explained\n")

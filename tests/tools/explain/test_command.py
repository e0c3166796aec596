"""The declarations of the commands `errors` and `explain`."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.tools.commands import DONE, Command, CommandError, command_parser
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


def test_explain_a_text(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A text leads to its page: as one argument, as several words, as `-`, and piped without an argument."""
    start = "400-identifier-required: "
    body = '{"meta":{"error":"identifier is required"}}'
    assert printed(EXPLAIN, body).startswith(start)
    assert printed(EXPLAIN, "identifier", "is", "required").startswith(start)
    monkeypatch.setattr(sys, "stdin", io.StringIO(body))
    assert printed(EXPLAIN, "-").startswith(start)
    (tmp_path / "body").write_text(body, encoding="utf-8")
    with (tmp_path / "body").open(encoding="utf-8") as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert printed(EXPLAIN).startswith(start)


def test_names_and_texts_together() -> None:
    """Names and texts can be mixed, each gets its page; a class of an exception is a text too."""
    text = printed(EXPLAIN, "no-timeout", "identifier is required", "ReadTimeout")
    assert text.startswith("no-timeout: ")
    assert "\n\n400-identifier-required: " in text
    assert "\n\nread-timeout: " in text


@pytest.mark.parametrize("given", [["xyzzy plugh"], ["xyzzy plugh", "no-timeout"]])
def test_a_text_of_nothing(given: list[str]) -> None:
    """A text that reads like nothing is a usage error."""
    with pytest.raises(CommandError, match="nothing that can be explained reads like this text") as error:
        printed(EXPLAIN, *given)
    assert error.value.code == 4


@pytest.mark.parametrize("given", [["429-rate-limitd"], ["Reed-timeout"], ["xyzzy", "plugh"]])
def test_a_name_of_nothing(given: list[str]) -> None:
    """A misspelt name is refused, with the nearest name where there is one."""
    with pytest.raises(UnknownNameError) as error:
        printed(EXPLAIN, *given)
    assert error.value.nearest == {"429-rate-limitd": "429-rate-limited", "Reed-timeout": "read-timeout"}.get(given[0])

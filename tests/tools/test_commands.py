"""Runs commands of the shape that `tools/commands.py` describes."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.tools.commands import (
    CANNOT,
    PROGRAM,
    USAGE,
    Command,
    CommandError,
    Write,
    add_cassettes,
    add_json,
    add_target,
    command_parser,
    run_command_line,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*")
    add_target(parser)
    add_json(parser)
    add_cassettes(parser)


def command(name: str = "greet", error: Exception | None = None, code: int = 0) -> Command:
    def run(arguments: argparse.Namespace, write: Write) -> int:
        write(f"hello {' '.join(arguments.words)}\n")
        if error is not None:
            raise error
        write("and good-bye\n")
        return code

    return Command(name, f"to {name}", add_arguments, run, epilog="Ends well.", names="person")


def test_output_and_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """A command prints piece by piece, and its exit code is returned."""
    assert run_command_line([command("other"), command(code=7)], ["greet", "Ada"]) == 7
    assert capsys.readouterr() == ("hello Ada\nand good-bye\n", "")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (CommandError("no"), USAGE, "no"),
        (CommandError("nobody there", CANNOT), CANNOT, "nobody there"),
        (DataError(Path("a.yaml"), 3, "broken"), USAGE, "a.yaml:3: broken"),
        (
            UnknownNameError("Adda", "Ada"),
            USAGE,
            f"no person is named 'Adda'; did you mean Ada? All names: {PROGRAM} explain",
        ),
        (UnknownNameError("Eve", None), USAGE, f"no person is named 'Eve'. All names: {PROGRAM} explain"),
    ],
)
def test_errors(error: Exception, code: int, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An error is printed on stderr with its exit code; what was printed before stays."""
    assert run_command_line([command(error=error)], ["greet", "Ada"]) == code
    assert capsys.readouterr() == ("hello Ada\n", f"{PROGRAM}: {text}\n")


def test_a_disk_that_is_full(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """It is said, with the exit code of what could not be done; the exit code is not that of a violation."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)
        assert run_command_line([command()], ["greet"]) == CANNOT
    assert "the output cannot be written: No space left on device" in capsys.readouterr().err


def test_an_error_of_the_program() -> None:
    """An error that is none of the user's is raised."""
    with pytest.raises(ZeroDivisionError):
        run_command_line([command(error=ZeroDivisionError())], ["greet"])


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (["gret"], "no such command: 'gret'; did you mean greet? There are greet, other"),
        (["xyzzy"], "no such command: 'xyzzy'. There are greet, other"),
        ([], f"the following arguments are required: COMMAND\nusage: {PROGRAM} [-h] [--version] COMMAND ..."),
        (
            ["greet", "Ada", "--zzz"],
            f"unrecognized arguments: --zzz\nusage: {PROGRAM} [-h] [--version] COMMAND ...",
        ),
        (
            ["greet", "--targ", "x"],
            f"unrecognized arguments: --targ (did you mean --target?)\nusage: {PROGRAM} [-h] [--version] COMMAND ...",
        ),
    ],
)
def test_usage(given: list[str], text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown command or option ends with the exit code of a usage error."""
    assert run_command_line([command(), command("other")], given) == USAGE
    assert capsys.readouterr().err == f"{PROGRAM}: {text}\n"


def test_shared_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that take a target, JSON or cassettes share these arguments."""
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Path(name).mkdir()
    parser = command_parser([command()])
    found = parser.parse_args(["greet", "--target", "x", "--json", "--cassettes", "a", "--cassettes", "b"])
    assert (found.target, found.json, found.cassettes) == ("x", True, [Path("a"), Path("b")])
    assert parser.parse_args(["greet"]).cassettes == []


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """The help of a command has its description and its epilog."""
    with pytest.raises(SystemExit):
        command_parser([command()]).parse_args(["greet", "--help"])
    text = capsys.readouterr().out
    assert "\n\nto greet\n\n" in text
    assert text.endswith("\n\nEnds well.\n")

"""What a command is, and how the command line runs one.

Each tool declares its commands in its `command.py`, as values of `Command`. That module loads nothing heavy: a command
imports what it needs when it runs, so that `--help` stays fast.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, TextIO

from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.tools.paths import existing_folder
from pytest_customerio.tools.versions import installed_version

PROGRAM = "python -m pytest_customerio"
# Exit codes. A command may return others, which its help names.
DONE, CANNOT, USAGE = 0, 2, 4

# Prints one piece of text at once.
Write = Callable[[str], object]


class CommandError(Exception):
    """The command cannot do what was asked. The text says why, and what can be done; `code` is the exit code."""

    def __init__(self, text: str, code: int = USAGE) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the command line.

    `help` is its line in the list of commands. `add_arguments` declares the arguments. `run` receives the parsed
    arguments and a function that prints, and returns the exit code; it raises `CommandError`, `DataError` or
    `UnknownNameError`. `names` says what its positional arguments name, for the message about an unknown name.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Write], int]
    description: str = ""
    epilog: str | None = None
    names: str = "name"


def run_command_line(commands: Sequence[Command], given: Sequence[str]) -> int:
    """Run the command that `given` names. Returns the exit code: that of the command, or of its `CommandError`."""
    by_name = {command.name: command for command in commands}
    try:
        _refuse_unknown_command(given, by_name)
        parser = command_parser(commands)
        arguments, unknown = parser.parse_known_args(given)
        if unknown:
            near = _near_option(by_name[arguments.command], unknown)
            parser.error(f"unrecognized arguments: {' '.join(unknown)}{near}")
        return _run(by_name[arguments.command], arguments)
    except CommandError as error:
        write_text(f"{PROGRAM}: {error}\n", sys.stderr)
        return error.code


def command_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of the command line. Raises `CommandError` where argparse would end the process."""
    parser = _Parser(
        prog=PROGRAM, description="What Customer.io can answer, and what to do about it.", allow_abbrev=False
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version, and end")
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
    for command in commands:
        subparser = subparsers.add_parser(
            command.name,
            help=command.help,
            description=command.description or command.help,
            epilog=command.epilog,
            allow_abbrev=False,
        )
        command.add_arguments(subparser)
    return parser


def add_cassettes(parser: argparse.ArgumentParser) -> None:
    """Add `--cassettes`: folders with cassettes of the project."""
    text = "cassettes of yours, as in the ini cio_cassettes; repeatable"
    parser.add_argument("--cassettes", action="append", default=[], type=existing_folder, metavar="FOLDER", help=text)


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add `--target`: the Customer.io that is asked."""
    text = "a sandbox that runs, or `sandbox` for one of our own; without it what the environment names"
    parser.add_argument("--target", metavar="URL", help=text)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add `--json`: print data in place of text."""
    parser.add_argument("--json", action="store_true", help="everything, as data")


def write_text(text: str, stream: TextIO) -> None:
    """Write the text as UTF-8, whatever the locale is. A reader that has closed the pipe (`| head`) is no error.

    What UTF-8 cannot encode, such as a byte of a file's name, is escaped as in JSON. Raises `CommandError` where the
    text cannot be written, as on a disk that is full.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except OSError as error:
        # Python flushes the stream again at exit and would print a second error. Nothing reads that output any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise CommandError(f"the output cannot be written: {error.strerror}", CANNOT) from None


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise CommandError(f"{message}\n{self.format_usage().strip()}")


class _Version(argparse.Action):
    """Prints the version. Unlike argparse's own action it looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        write_text(f"pytest-customerio {installed_version('pytest-customerio')}\n", sys.stdout)
        parser.exit()


def _refuse_unknown_command(given: Sequence[str], commands: Mapping[str, Command]) -> None:
    if not given or given[0].startswith("-") or given[0] in commands:
        return
    from pytest_customerio.core.nearest import nearest

    meant = nearest(given[0], list(commands))
    hint = f"; did you mean {meant}?" if meant else "."
    raise CommandError(f"no such command: {given[0]!r}{hint} There are {', '.join(commands)}")


def _near_option(command: Command, unknown: Sequence[str]) -> str:
    """The option of the command that the first unknown one is most like, for a message; nothing where none is."""
    from pytest_customerio.core.nearest import did_you_mean

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    # argparse keeps the names of its options here, in Python 3.11 to 3.14; without them no option is proposed.
    known = vars(parser).get("_option_string_actions", ())
    return next((did_you_mean(each.partition("=")[0], known) for each in unknown if each.startswith("--")), "")


def _run(command: Command, arguments: argparse.Namespace) -> int:
    try:
        return command.run(arguments, lambda text: write_text(text, sys.stdout))
    except UnknownNameError as error:
        meant = f"; did you mean {error.nearest}?" if error.nearest else "."
        text = f"no {command.names} is named {error.name!r}{meant} All names: {PROGRAM} explain"
        raise CommandError(text) from None
    except DataError as error:
        raise CommandError(str(error)) from None

"""The commands: `python -m pytest_customerio errors` and so on. Their text goes out in one piece, as UTF-8."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.tools.doctor import arguments as doctor
from pytest_customerio.tools.drift import arguments as drift
from pytest_customerio.tools.record import arguments as recording
from pytest_customerio.tools.sandbox.arguments import arguments

if TYPE_CHECKING:
    from pytest_customerio.tools.explain.explanation import Explain

USAGE = 4  # as pytest's own
CANNOT = 2  # what was asked for exists, and could not be found out
PROGRAM = "python -m pytest_customerio"
COMMANDS = {
    "errors": "the catalogue of error cases",
    "explain": "all about one case, family, rule or topic",
    "sandbox": "a local Customer.io",
    "record": "cassettes anew, from a sandbox",
    "drift": "what has changed since it was recorded",
    "doctor": "why nothing arrives",
}
_SANDBOX = "A local Customer.io: it keeps what it is sent, answers as the service does, and shows it."
_RECORD = "Sends the requests of the cassettes to a sandbox, and writes what comes back as cassettes of your own."
_EXTRA = "the sandbox needs more packages: pip install 'pytest-customerio[sandbox]'"
NAMES = {
    "errors": "surface, operation, case or family",
    "explain": "case, family, rule or topic",
    "record": "surface, cassette, case or family",
    "drift": "case, operation, surface or status of a cassette",
}


class UsageError(Exception):
    """What was asked for cannot be done; its text says what can."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 when it is done, 4 when what was asked for does not exist, else what the command says."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    ends = USAGE
    try:
        text, code = _run(given)
    except UnknownNameError as error:
        meant = f"; did you mean {error.nearest}?" if error.nearest else "."
        text = f"no {NAMES[given[0]]} is named {error.name!r}{meant} All names: {PROGRAM} explain"
    except (UsageError, DataError) as error:
        text = str(error)
    except drift.CannotAskError as error:
        text, ends = str(error), CANNOT
    else:
        _write(text, sys.stdout)
        return code
    _write(f"{PROGRAM}: {text}\n", sys.stderr)
    return ends


def _run(given: list[str]) -> tuple[str, int]:
    from pytest_customerio.core.nearest import nearest

    if given and not given[0].startswith("-") and given[0] not in COMMANDS:
        meant = nearest(given[0], list(COMMANDS))
        hint = f"; did you mean {meant}?" if meant else "."
        raise UsageError(f"no such command: {given[0]!r}{hint} There are {', '.join(COMMANDS)}")
    asked = _parser().parse_args(given)
    run: Callable[[argparse.Namespace], str | tuple[str, int]] = asked.run
    done = run(asked)
    return done if isinstance(done, tuple) else (done, 0)


def _errors(asked: argparse.Namespace) -> str:
    from pytest_customerio.tools.explain.listing import Listing

    listing = Listing(_explain(asked), asked.words)
    forms = {"json": listing.json, "markdown": listing.markdown, "text": listing.text}
    return forms[asked.form]()


def _explained(asked: argparse.Namespace) -> str:
    from pytest_customerio.tools.explain.page import plain

    explain = _explain(asked)
    pages = [explain.page(name) for name in asked.names] or [explain.contents()]
    return "\n".join(plain(page) for page in pages)


def _sandbox(asked: argparse.Namespace) -> str:
    try:
        from pytest_customerio.tools.sandbox import command
    except ModuleNotFoundError as error:
        raise UsageError(f"{_EXTRA} ({error.name} is missing)") from None
    try:
        return command.run(asked, lambda text: _write(text, sys.stdout))
    except command.CannotError as error:
        raise UsageError(str(error)) from None


def _record(asked: argparse.Namespace) -> str:
    from pytest_customerio.tools.record import command

    try:
        return command.run(asked, lambda text: _write(text, sys.stdout))
    except recording.CannotError as error:
        raise UsageError(str(error)) from None


def _drift(asked: argparse.Namespace) -> tuple[str, int]:
    from pytest_customerio.contract.catalog import Catalog
    from pytest_customerio.tools.drift import command
    from pytest_customerio.tools.drift.targets import open_target

    today = dt.datetime.now(dt.UTC).date()
    return command.run(asked, lambda given: open_target(os.environ, Catalog.load(), given), today)


def _doctor(asked: argparse.Namespace) -> tuple[str, int]:
    from pytest_customerio.tools.doctor import command

    return command.run(asked, os.environ)


def _explain(asked: argparse.Namespace) -> Explain:
    from pytest_customerio.cassettes.cases import Cassettes
    from pytest_customerio.contract.catalog import Catalog
    from pytest_customerio.tools.explain.advice import Advice
    from pytest_customerio.tools.explain.explanation import Explain

    catalog = Catalog.load()
    return Explain(catalog, Cassettes(catalog, asked.cassettes), Advice())


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}\n{self.format_usage().strip()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM, description="What Customer.io can answer, and what to do about it.", allow_abbrev=False
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (add, run, about) in _ALL.items():
        command = commands.add_parser(
            name, help=COMMANDS[name], description=about or COMMANDS[name], allow_abbrev=False
        )
        add(command)
        command.set_defaults(run=run)
        if name != "doctor":
            text = "cassettes of yours, as in the ini cio_cassettes; repeatable"
            command.add_argument("--cassettes", action="append", default=[], type=Path, metavar="FOLDER", help=text)
    return parser


def _errors_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="WORD", help="only of this surface, operation, case or family")
    forms = parser.add_mutually_exclusive_group()
    for form, text in (("json", "everything, as data"), ("markdown", "everything, as a page")):
        forms.add_argument(f"--{form}", dest="form", action="store_const", const=form, default="text", help=text)


def _explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="without one: all that can be explained")


# What each command takes, what runs it, and what is said of it beside its line in COMMANDS.
_Command = tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], Any], str]
_ALL: dict[str, _Command] = {
    "errors": (_errors_arguments, _errors, ""),
    "explain": (_explain_arguments, _explained, ""),
    "sandbox": (arguments, _sandbox, _SANDBOX),
    "record": (recording.arguments, _record, _RECORD),
    "drift": (drift.arguments, _drift, drift.ABOUT),
    "doctor": (doctor.arguments, _doctor, doctor.ABOUT),
}


def _write(text: str, stream: TextIO) -> int:
    """Write it whatever the locale is, and however early the reader stops."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8")
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:  # `| head`: what is left would be written at exit, to nobody
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main())

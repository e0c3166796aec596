"""Declares the command `drift`."""

from __future__ import annotations

import argparse

from pytest_customerio.tools.commands import Command, Write, add_cassettes, add_json, add_target
from pytest_customerio.tools.paths import existing_file

_DESCRIPTION = """\
What has changed since it was recorded: asks again. With --openapi: what a published document says otherwise."""

_EPILOG = """\
Ends with 0 where all is the same, 1 where something has drifted, 2 where nothing was proved: it could not ask, or a
sandbox was asked for what a sandbox had answered."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="case, operation, surface or status; else all recorded"
    )
    add_target(parser)
    parser.add_argument("--max-age", type=_days, metavar="DAYS", help="recordings that are older fail")
    text = "compare the contracts with a published document instead, JSON or YAML; repeatable"
    parser.add_argument("--openapi", action="append", default=[], type=existing_file, metavar="FILE", help=text)
    add_json(parser)
    add_cassettes(parser)


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return int(text)


def _run(arguments: argparse.Namespace, write: Write) -> int:
    import datetime as dt
    import os

    from pytest_customerio.tools.drift.checks import check

    text, code = check(arguments, os.environ, dt.datetime.now(dt.UTC).date())
    write(text)
    return code


DRIFT = Command(
    name="drift",
    help="what has changed since it was recorded",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    names="case, operation, surface or status of a cassette",
    add_arguments=_add_arguments,
    run=_run,
)

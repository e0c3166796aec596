"""Declares the command `doctor`."""

from __future__ import annotations

import argparse

from pytest_customerio.tools.commands import Command, Write, add_json, add_target

_DESCRIPTION = """\
Looks at variables, keys, region and connection, and at a person, in this order; says what to do about each."""
_EPILOG = """\
Ends with 0 where all is well, 1 where something is wrong, 2 where nobody could be asked. Prints no secret."""
KINDS = ("text", "number", "boolean", "timestamp")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_target(parser)
    text = "identify a test person and track a test event; without it nothing is written"
    parser.add_argument("--write", action="store_true", help=text)
    parser.add_argument("--person", metavar="ID", help="is this person there, with an address, not unsubscribed?")
    parser.add_argument("--email", metavar="ADDRESS", help="has exactly one person this address, is it suppressed?")
    parser.add_argument("--event", metavar="NAME", help="has this person received it, under exactly this name?")
    text = f"has this person an attribute of the type that a segment needs? KIND: {', '.join(KINDS)}; repeatable"
    parser.add_argument("--needs", action="append", default=[], type=_needs, metavar="NAME=KIND", help=text)
    add_json(parser)


def _needs(text: str) -> tuple[str, str]:
    name, _, kind = text.rpartition("=")
    if not name or kind not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=KIND; kinds are {', '.join(KINDS)}")
    return name, kind


def _run(arguments: argparse.Namespace, write: Write) -> int:
    import os

    from pytest_customerio.tools.doctor.checks import examine

    text, code = examine(arguments, os.environ)
    write(text)
    return code


DOCTOR = Command(
    name="doctor",
    help="why nothing arrives",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    add_arguments=_add_arguments,
    run=_run,
)

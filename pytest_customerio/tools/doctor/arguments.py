"""What `doctor` takes, for the parser of all commands: it loads nothing."""

from __future__ import annotations

import argparse

ABOUT = "Looks at variables, keys, region and connection, and at a person, in this order; says what to do about each."
EPILOG = "Ends with 0 where all is well, 1 where something is wrong, 2 where nobody could be asked. Prints no secret."
KINDS = ("text", "number", "boolean", "timestamp")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    text = "a sandbox that runs, or `sandbox` for one of our own; without it what the environment names"
    parser.add_argument("--target", metavar="URL", help=text)
    text = "identify a test person and track a test event; without it nothing is written"
    parser.add_argument("--write", action="store_true", help=text)
    parser.add_argument("--person", metavar="ID", help="is this person there, with an address, not unsubscribed?")
    parser.add_argument("--email", metavar="ADDRESS", help="has exactly one person this address, is it suppressed?")
    parser.add_argument("--event", metavar="NAME", help="has this person received it, under exactly this name?")
    text = f"has this person an attribute of the type that a segment needs? KIND: {', '.join(KINDS)}; repeatable"
    parser.add_argument("--needs", action="append", default=[], type=_needs, metavar="NAME=KIND", help=text)
    parser.add_argument("--json", action="store_true", help="everything, as data")


def _needs(text: str) -> tuple[str, str]:
    name, _, kind = text.rpartition("=")
    if not name or kind not in KINDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=KIND; kinds are {', '.join(KINDS)}")
    return name, kind

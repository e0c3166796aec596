"""What `drift` takes, for the parser of all commands: it loads nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

ABOUT = "What has changed since it was recorded: asks again. With --openapi: what a published document says otherwise."
EPILOG = "Ends with 0 where all is the same, 1 where something has drifted, 2 where it could not ask."


class CannotAskError(Exception):
    """The target refuses to be asked, or cannot be reached, or a document cannot be read; its text says why."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add them."""
    parser.epilog = EPILOG
    parser.add_argument(
        "cases", nargs="*", metavar="CASE", help="case, operation, surface or status; else all recorded"
    )
    text = "a sandbox that runs, or `sandbox` for one of our own; without it what the environment names"
    parser.add_argument("--target", metavar="URL", help=text)
    parser.add_argument("--max-age", type=_days, metavar="DAYS", help="recordings that are older fail")
    text = "compare the contracts with a published document instead, JSON or YAML; repeatable"
    parser.add_argument("--openapi", action="append", default=[], type=Path, metavar="FILE", help=text)
    parser.add_argument("--json", action="store_true", help="everything, as data")


def _days(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return int(text)

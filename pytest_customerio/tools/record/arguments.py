"""What the command `record` can be told. Loads nothing: the other commands read it too."""

from __future__ import annotations

import argparse
from pathlib import Path

OUT = Path("cassettes") / "customerio"


class CannotError(Exception):
    """What was asked for cannot be recorded; its text says why, and what can."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What it can be told."""
    parser.add_argument(
        "words", nargs="*", metavar="CASE", help="only these: surface, cassette, case, family or status"
    )
    text = "a sandbox that runs, or `sandbox` for one of our own; without it what the environment names"
    parser.add_argument("--target", metavar="URL", help=text)
    parser.add_argument(
        "--out", type=Path, default=OUT, metavar="DIR", help=f"where to write, default {OUT.as_posix()}"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be asked; send nothing, write nothing")

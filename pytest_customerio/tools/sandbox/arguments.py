"""The arguments of the command `sandbox`. Imports only the standard library: every command builds the help from it."""

from __future__ import annotations

import argparse
from pathlib import Path

PORT = 8025


class CannotError(Exception):
    """The sandbox cannot do what was requested. The text says why, and what is possible."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    parser.add_argument("--port", type=_port, default=PORT, help=f"http, default {PORT}; 0 takes any that is free")
    parser.add_argument("--host", default="127.0.0.1", help="default 127.0.0.1: this machine only")
    parser.add_argument(
        "--https", action="store_true", help="https too, on the next port, with an authority of its own"
    )
    parser.add_argument("--region", choices=("us", "eu"), default="us", help="where the workspace is, default us")
    parser.add_argument("--rate-limit", action="store_true", help="429 beyond the documented limits")
    parser.add_argument("--strict", action="store_true", help="refuse what the contract only warns of")
    parser.add_argument("--seed", metavar="TEXT", help="the same keys each time")
    text = "campaigns, newsletters, transactional messages and more, as JSON; docs/sandbox.md describes it"
    parser.add_argument("--inventory", type=Path, metavar="FILE", help=text)
    text = "an error for the next request, or N: 429-retry-after:3@track.event; repeatable"
    parser.add_argument("--fault", action="append", default=[], metavar="CASE[:N][@OPERATION]", help=text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65534")
    return int(text)

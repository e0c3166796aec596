"""The arguments of the command `sandbox`. Imports only the standard library: every command builds the help from it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

PORT = 8025
# Parts between dots, of which the last is no number. An underscore stands in names of containers.
_NAME = re.compile(r"(?!.*\.\d+$)\w[\w-]{0,62}(?:\.\w[\w-]{0,62})*", re.ASCII)
_LONGEST_NAME = 253


class CannotError(Exception):
    """The sandbox cannot do what was requested. The text says why, and what is possible."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to a parser."""
    _add_address(parser)
    parser.add_argument("--region", choices=("us", "eu"), default="us", help="where the workspace is, default us")
    parser.add_argument("--rate-limit", action="store_true", help="429 beyond the documented limits")
    parser.add_argument("--strict", action="store_true", help="refuse what the contract only warns of")
    parser.add_argument("--seed", metavar="TEXT", help="the same keys each time")
    text = "campaigns, newsletters, transactional messages and more, as JSON; docs/sandbox-app-api.md describes it"
    parser.add_argument("--inventory", type=Path, metavar="FILE", help=text)
    text = "an error for the next request, or N: 429-retry-after:3@track.event; repeatable"
    parser.add_argument("--fault", action="append", default=[], metavar="CASE[:N][@OPERATION]", help=text)
    _add_contents(parser)
    _add_webhooks(parser)
    _add_environment(parser)


def _add_address(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=_port, default=PORT, help=f"http, default {PORT}; 0 takes any that is free")
    parser.add_argument("--host", type=_host, default="127.0.0.1", help="default 127.0.0.1: this machine only")
    parser.add_argument(
        "--https", action="store_true", help="https too, on the next port, with an authority of its own"
    )
    parser.add_argument("--https-port", type=_port, metavar="PORT", help="https on this port")
    parser.add_argument("--ca", type=Path, metavar="DIR", help="keep the certificate authority in this folder")
    text = "another name of this machine, such as that of a container, for the certificate; repeatable"
    parser.add_argument("--name", type=_host, action="append", default=[], metavar="NAME", help=text)


def _add_contents(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="FILE", help="keep everything in this file, over restarts")
    text = "people, objects and segments for a new workspace, as JSON; repeatable"
    parser.add_argument("--load", type=Path, action="append", default=[], metavar="FILE", help=text)
    text = "texts of transactional messages, by their id or name"
    parser.add_argument("--templates", type=Path, metavar="DIR", help=text)


def _add_webhooks(parser: argparse.ArgumentParser) -> None:
    text = "post what becomes of messages to this URL; repeatable"
    parser.add_argument("--webhook", action="append", default=[], metavar="URL", help=text)
    text = "webhooks may go to this host too, and not only to this machine; repeatable"
    parser.add_argument("--allow-webhook-host", type=_host, action="append", default=[], metavar="HOST", help=text)
    text = "how long an hour of waiting for a retry takes, default 1 second"
    parser.add_argument("--webhook-hour", type=_seconds, default=1.0, metavar="SECONDS", help=text)
    text = "what becomes of each message at once: sent,delivered unless given"
    parser.add_argument("--at-once", type=_metrics, default=("sent", "delivered"), metavar="METRICS", help=text)


def _add_environment(parser: argparse.ArgumentParser) -> None:
    text = "write the environment of an application into this file"
    parser.add_argument("--env-file", type=Path, metavar="FILE", help=text)
    text = "print the environment of an application for the sandbox that listens already, and end"
    parser.add_argument("--env", action="store_true", help=text)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) < 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65534")
    return int(text)


def _host(text: str) -> str:
    """The name or address of a machine, as it may stand in a URL and in a certificate."""
    import contextlib
    import ipaddress

    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(text))
    with contextlib.suppress(UnicodeError):  # an empty part of the name, or one that is too long
        name = text.encode("idna").decode()
        if len(name) <= _LONGEST_NAME and _NAME.fullmatch(name):
            return name
    raise argparse.ArgumentTypeError(f"{text!r} is no name or address of a machine, such as web.local or 10.0.0.5")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from 0 to 3600")
    return seconds


def _metrics(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(",") if each.strip())

"""Declares the command `record`."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_customerio.tools.commands import DONE, Command, Write, add_cassettes, add_target
from pytest_customerio.tools.paths import writable_folder

_DESCRIPTION = """\
Sends the requests of the cassettes to a sandbox, and writes what comes back as cassettes of your own."""
OUT = Path("cassettes") / "customerio"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="CASE", help="only these: surface, cassette, case, family or status"
    )
    add_target(parser)
    parser.add_argument(
        "--out", type=writable_folder, default=OUT, metavar="DIR", help=f"where to write, default {OUT.as_posix()}"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be asked; send nothing, write nothing")
    parser.add_argument(
        "--migrate", action="store_true", help="write older recordings of tests in today's form; send nothing"
    )
    add_cassettes(parser)


def _run(arguments: argparse.Namespace, write: Write) -> int:
    import os

    if arguments.migrate:
        from pytest_customerio.tools.record.migration import migrate

        migrate(arguments, Path.cwd(), write)
        return DONE

    from pytest_customerio.tools.record.recorder import record

    record(arguments, write, os.environ)
    return DONE


RECORD = Command(
    name="record",
    help="cassettes anew, from a sandbox",
    description=_DESCRIPTION,
    names="surface, cassette, case or family",
    add_arguments=_add_arguments,
    run=_run,
)

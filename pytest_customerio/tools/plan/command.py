"""Declares the command `plan`."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_customerio.tools.commands import Command, Write, add_json
from pytest_customerio.tools.paths import existing_file, writable_folder

_DESCRIPTION = """\
The tracking plan: schemas of the project's own events, attributes and messages, in the folder of the ini cio_plan.
Without an option it is shown."""
_EPILOG = """\
--update and --check compare it with what the last `pytest --cio-contract` sent. Ends with 0, with 1 where --check finds
a difference, with 2 where no run has noted anything."""
VENDORS = ("segment", "rudderstack")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    ways = parser.add_mutually_exclusive_group()
    ways.add_argument("--update", action="store_true", help="write or widen the plan; nothing is ever removed from it")
    ways.add_argument("--check", action="store_true", help="say what --update would write; write nothing")
    text = "add what a tracking plan of Segment or RudderStack holds, as their APIs answer it"
    ways.add_argument("--import", dest="source", type=existing_file, metavar="FILE", help=text)
    text = f"print the events and attributes in the form of {' or '.join(VENDORS)}"
    ways.add_argument("--export", choices=VENDORS, help=text)
    text = "the folder of the plan, in place of the ini cio_plan"
    parser.add_argument("--folder", type=writable_folder, metavar="FOLDER", help=text)
    add_json(parser)


def _run(arguments: argparse.Namespace, write: Write) -> int:
    from pytest_customerio.tools.plan import actions
    from pytest_customerio.tools.plan.project import find

    project = find(Path.cwd(), arguments.folder)
    if arguments.update or arguments.check:
        return actions.compare(project, write, save=arguments.update, as_json=arguments.json)
    if arguments.source is not None:
        return actions.add(project, arguments.source, write, as_json=arguments.json)
    if arguments.export is not None:
        return actions.export(project, arguments.export, write)
    return actions.show(project, write, as_json=arguments.json)


PLAN = Command(
    name="plan",
    help="your events and attributes: the tracking plan",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    add_arguments=_add_arguments,
    run=_run,
)

"""Declares the command `sandbox`."""

from __future__ import annotations

import argparse

from pytest_customerio.tools.commands import DONE, Command, CommandError, Write, add_cassettes
from pytest_customerio.tools.sandbox import arguments as sandbox_arguments


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    sandbox_arguments.arguments(parser)
    add_cassettes(parser)


def _run(arguments: argparse.Namespace, write: Write) -> int:
    try:
        from pytest_customerio.tools.sandbox import command
    except ModuleNotFoundError as error:
        text = "the sandbox needs more packages: pip install 'pytest-customerio[sandbox]'"
        raise CommandError(f"{text} ({error.name} is missing)") from None
    try:
        write(command.run(arguments, write))
    except sandbox_arguments.CannotError as error:
        raise CommandError(str(error)) from None
    return DONE


SANDBOX = Command(
    name="sandbox",
    help="a local Customer.io",
    description="A local Customer.io: it keeps what it is sent, answers as the service does, and shows it.",
    add_arguments=_add_arguments,
    run=_run,
)

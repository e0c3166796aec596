"""Declares the command `check`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from pytest_customerio.tools.commands import PROGRAM, Command, CommandError, Write
from pytest_customerio.tools.paths import existing_folder

if TYPE_CHECKING:
    from pytest_customerio.tools.check.settings import CheckSettings

_DESCRIPTION = """\
Judges requests and payloads in files, outside pytest: JSON, NDJSON, HAR files of a browser and cassettes of vcrpy. All
that a folder holds of these is read; - reads standard input."""
_EPILOG = """\
Ends with 0 where all is well, 1 where something breaks the contract, 2 where nothing does, but something could not be
read or judged, or there was nothing to judge. Values and credentials are never shown."""
_FORMS = ("text", "json", "sarif")


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="files and folders; - is standard input")
    text = "the files hold payloads of this operation (track lists those of Track); else each entry says what it is"
    parser.add_argument("--operation", metavar="NAME", help=text)
    parser.add_argument("--format", choices=_FORMS, default="text", help="text, data, or SARIF 2.1.0 for code scanning")
    parser.add_argument("--strict", action="store_true", help="warnings fail too")
    text = "a rule that may be broken; repeatable"
    parser.add_argument("--allow", action="append", default=[], metavar="RULE", help=text)
    parser.add_argument("--region", choices=("us", "eu"), help="where the workspace is, as in the ini cio_region")
    text = "a base URL that stands for Customer.io, as in the ini cio_hosts; repeatable"
    parser.add_argument("--host", action="append", default=[], metavar="URL", help=text)
    text = "schemas of yours, as in the ini cio_schemas; repeatable"
    parser.add_argument("--schemas", action="append", default=[], type=existing_folder, metavar="FOLDER", help=text)
    text = "the folder of your tracking plan, as in the ini cio_plan"
    parser.add_argument("--plan", type=existing_folder, metavar="FOLDER", help=text)
    parser.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="processes, default 1; 0: one per processor")
    text = "what cannot be judged is no mistake, nor is nothing at all: for a commit hook"
    parser.add_argument("--allow-unjudged", action="store_true", help=text)


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 3:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of processes")
    return int(text)


def _run(arguments: argparse.Namespace, write: Write) -> int:
    import io
    import os
    import sys

    settings = _settings(arguments)  # first, because `--operation track` alone lists the operations of Track
    if not arguments.files:
        raise CommandError(f"name the files or folders to check, or - for standard input ({PROGRAM} check --help)")
    from pytest_customerio.tools.check.checking import check
    from pytest_customerio.tools.check.forms import FORMS, Outcome

    jobs = arguments.jobs or os.cpu_count() or 1
    try:
        standard_input = getattr(sys.stdin, "buffer", io.BytesIO())
        tally = check(arguments.files, settings, jobs, standard_input, sys.stderr)
    except KeyboardInterrupt:
        raise CommandError("stopped; nothing is known of what was not read", 130) from None
    outcome = Outcome(tally, arguments.strict, arguments.allow_unjudged)
    write(FORMS[arguments.format](outcome))
    return outcome.code


def _settings(arguments: argparse.Namespace) -> CheckSettings:
    """The settings. Raises `CommandError` for a name that does not exist, or an address that is none."""
    from pytest_customerio.core import settings
    from pytest_customerio.tools.check.settings import CheckSettings

    _refuse_unknown(arguments)
    try:
        hosts = settings.hosts(arguments.host)
    except settings.SettingsError as error:
        raise CommandError(str(error).replace("ini cio_hosts", "--host")) from None
    return CheckSettings(
        operation=arguments.operation,
        region=arguments.region,
        hosts=hosts,
        schemas=tuple(arguments.schemas),
        plan=arguments.plan,
        allow=frozenset(arguments.allow),
    )


def _refuse_unknown(arguments: argparse.Namespace) -> None:
    """Raise `CommandError` for an operation, a rule or a plan that does not exist."""
    from pytest_customerio.contract.engine.flaws import named_rules
    from pytest_customerio.contract.plan.files import PLACES, plan_files
    from pytest_customerio.contract.rules import vocabulary
    from pytest_customerio.core.data import UnknownNameError
    from pytest_customerio.core.nearest import nearest
    from pytest_customerio.tools.check.operations import refuse_unknown

    if arguments.operation is not None:
        refuse_unknown(arguments.operation)
    own = [*arguments.schemas, *([arguments.plan] if arguments.plan else [])]
    for rule in arguments.allow:
        if rule not in vocabulary() and rule not in (rules := vocabulary().keys() | named_rules(own)):
            raise UnknownNameError(rule, nearest(rule, sorted(rules)))
    if arguments.plan is not None and not plan_files(arguments.plan):
        raise CommandError(f"--plan: no tracking plan in {arguments.plan}; accepted: {', '.join(PLACES)}")


CHECK = Command(
    name="check",
    help="judge requests and payloads in files",
    description=_DESCRIPTION,
    epilog=_EPILOG,
    names="rule",
    add_arguments=_add_arguments,
    run=_run,
)

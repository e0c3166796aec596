"""Runs `drift`: compares the answers that were recorded, or published documents, and returns text and exit code."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from pytest_customerio.cassettes.recording.allowlist import RESPONSE_HEADERS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.asking import open_guarded
from pytest_customerio.tools.commands import CANNOT, DONE, CommandError
from pytest_customerio.tools.drift import printing
from pytest_customerio.tools.drift.answers.comparison import compare_answers
from pytest_customerio.tools.drift.answers.recordings import Recording, load_folders, select
from pytest_customerio.tools.drift.answers.sender import Sender
from pytest_customerio.tools.drift.documents.comparison import compare, compared_operations
from pytest_customerio.tools.drift.documents.fields import SchemaError
from pytest_customerio.tools.drift.documents.files import read
from pytest_customerio.tools.drift.documents.known_differences import KnownDifferences
from pytest_customerio.tools.record.metadata import by_sandbox
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import Target, TargetError

DRIFT = 1
NOTHING_RECORDED = """\
nothing that was recorded is among these cassettes, so there is nothing to ask again

  to record          python -m pytest_customerio record
  to ask others too  name them: python -m pytest_customerio drift CASE…"""


def check(arguments: argparse.Namespace, environ: Mapping[str, str], today: date) -> tuple[str, int]:
    """The text to print, and the exit code: `DONE` without a change, `DRIFT`, or `CANNOT` where nothing was proved.

    Raises `CommandError`, `DataError` and `UnknownNameError`.
    """
    catalog = Catalog.load()
    if arguments.openapi:
        return check_documents(arguments.openapi, catalog, as_json=arguments.json)
    return check_answers(arguments, environ, catalog, today)


def check_answers(
    arguments: argparse.Namespace, environ: Mapping[str, str], catalog: Catalog, today: date
) -> tuple[str, int]:
    """Ask the target again for the answers that the arguments name, and compare."""
    recordings = select(load_folders(_folders(arguments.cassettes), catalog), arguments.cases)
    if not recordings:
        raise CommandError(NOTHING_RECORDED, CANNOT)
    oldest = None if arguments.max_age is None else (today, arguments.max_age)
    try:
        with open_guarded(environ, catalog, arguments.target) as target:
            sender = Sender(target, catalog)
            compared = compare_answers(recordings, sender.send, RESPONSE_HEADERS, oldest)
            found = [replace(one, circular=_circular(one.recording, target)) for one in compared]
    except (TargetError, UnreachableError) as error:
        raise CommandError(str(error), CANNOT) from error
    text = (printing.answers_json if arguments.json else printing.answers_text)(found, target.environment)
    if any(one.drifted for one in found):
        return text, DRIFT
    return text, CANNOT if all(one.skipped or one.circular for one in found) else DONE


def _circular(recording: Recording, target: Target) -> bool:
    return target.kind != "workspace" and by_sandbox(recording.provenance)


def check_documents(paths: Sequence[Path], catalog: Catalog, *, as_json: bool) -> tuple[str, int]:
    """Compare published documents with our contracts."""
    known = KnownDifferences.load()
    try:
        found = [_document_drift(path, catalog, known) for path in paths]
    except DataError as error:
        raise CommandError(str(error), CANNOT) from error
    text = (printing.documents_json if as_json else printing.documents_text)(found)
    return text, DRIFT if any(one.drifted for one in found) else DONE


def _document_drift(path: Path, catalog: Catalog, known: KnownDifferences) -> printing.DocumentDrift:
    published = read(path, catalog)
    try:
        differences = list(compare(published, catalog, known.schemas))
        operations = compared_operations(published, catalog, known.schemas)
    except SchemaError as error:
        raise DataError(path, None, str(error)) from None
    new, expected, used = known.split(differences)
    stale = known.stale(used, operations, published.surfaces)
    return printing.DocumentDrift(path, published.title, len(operations), new, expected, stale)


def _folders(own: Sequence[Path]) -> list[Path]:
    """The shipped cassettes, those that were named, and the folder that `pytest --cio-record` writes to."""
    recorded = Path("cassettes")
    return [data.cassettes(), *own, *([recorded] if recorded.is_dir() else [])]

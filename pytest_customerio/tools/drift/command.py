"""`drift`, as it is called: what it takes, what it asks, and how it ends: 0 the same, 1 drift, 2 could not ask."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

from pytest_customerio.cassettes.recording.allowlist import RESPONSE_HEADERS
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.drift import printing
from pytest_customerio.tools.drift.arguments import CannotAskError
from pytest_customerio.tools.drift.asking import Send, ask
from pytest_customerio.tools.drift.comparison import compare, compared
from pytest_customerio.tools.drift.fields import SchemaError
from pytest_customerio.tools.drift.known import Known
from pytest_customerio.tools.drift.reading import read
from pytest_customerio.tools.drift.recorded import chosen, load_folders

SAME, DRIFT, CANNOT = 0, 1, 2
NOTHING_RECORDED = """\
nothing that was recorded is among these cassettes, so there is nothing to ask again

  to record          python -m pytest_customerio record
  to ask others too  name them: python -m pytest_customerio drift CASE…"""
# Opens what `--target` names, while it is asked: what it is called, and how to ask it.
Open = Callable[[str | None], AbstractContextManager[tuple[str, Send]]]


def run(asked: argparse.Namespace, open_target: Open, today: date) -> tuple[str, int]:
    """What is printed, and how the command ends. Raises `CannotAskError`, which ends it with `CANNOT`, and `DataError`
    and `UnknownNameError`.
    """
    catalog = Catalog.load()
    if asked.openapi:
        return _documents(asked.openapi, catalog, as_json=asked.json)
    recordings = chosen(load_folders(_folders(asked.cassettes), catalog), asked.cases)
    if not recordings:
        raise CannotAskError(NOTHING_RECORDED)
    oldest = None if asked.max_age is None else (today, asked.max_age)
    with open_target(asked.target) as (target, send):
        found = list(ask(recordings, send, RESPONSE_HEADERS, oldest))
    text = (printing.answers_json if asked.json else printing.answers_text)(found, target)
    if any(one.drifted for one in found):
        return text, DRIFT
    return text, CANNOT if all(one.skipped for one in found) else SAME


def _documents(paths: Sequence[Path], catalog: Catalog, *, as_json: bool) -> tuple[str, int]:
    known = Known.load()
    try:
        found = [_document(path, catalog, known) for path in paths]
    except DataError as error:
        raise CannotAskError(str(error)) from error
    text = (printing.documents_json if as_json else printing.documents_text)(found)
    return text, DRIFT if any(one.drifted for one in found) else SAME


def _document(path: Path, catalog: Catalog, known: Known) -> printing.Compared:
    try:
        published = read(path, catalog)
        news, old, spoken = known.split(compare(published, catalog, known.schemas))
        operations = compared(published, catalog, known.schemas)
    except SchemaError as error:
        raise DataError(path, None, str(error)) from None
    stale = known.stale(spoken, operations, published.surfaces)
    return printing.Compared(path, published.title, len(operations), news, old, stale)


def _folders(own: Sequence[Path]) -> list[Path]:
    """Ours, those that are named, and what `pytest --cio-record` wrote here."""
    here = Path("cassettes")
    return [data.cassettes(), *own, *([here] if here.is_dir() else [])]

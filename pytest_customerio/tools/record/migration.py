"""Writes older recordings of tests in today's form, and to today's place."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import exchanges
from pytest_customerio.cassettes.folders import RECORDED_BY_TEST, SUFFIXES, is_recording_of_test
from pytest_customerio.cassettes.parsing import text_of
from pytest_customerio.cassettes.recording import form
from pytest_customerio.cassettes.recording.fakes import Fakes
from pytest_customerio.cassettes.recording.playing import path_of
from pytest_customerio.cassettes.recording.scrub import Scrubber
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.settings import RECORDINGS
from pytest_customerio.tools.commands import CommandError, Write
from pytest_customerio.tools.record.canary import CanaryScrubber, LeakError
from pytest_customerio.tools.record.new_recordings import ABOUT, marked

_NONE = "no recording below cassettes/ has an older form\n"
_STOPPED = "\nStopped. What is listed is written, the rest is as it was.\n"


@dataclass(frozen=True, slots=True)
class Migration:
    """One recording to write: where it is, where it belongs, and its text there; or why it stays as it is."""

    path: Path
    target: Path
    text: str = ""
    obstacle: str = ""


def migrate(arguments: argparse.Namespace, root: Path, write: Write) -> None:
    """Write all older recordings below `cassettes/` anew, with a row for each.

    All of them are read before the first is written. Raises `CommandError`, and `DataError` for a file that cannot be
    read; nothing is written then.
    """
    if arguments.words:
        raise CommandError("--migrate is about recordings of tests: it takes no CASE")
    try:
        planned = list(migrations(root, Catalog.load()))
        done = 0
        for one in planned:
            if not (one.obstacle or arguments.dry_run):
                carry_out(one)
            done += not one.obstacle
            write(_row(one, root))
    except KeyboardInterrupt:
        write(_STOPPED)
        return
    except (LeakError, writer.WriteError) as error:
        raise CommandError(str(error)) from error
    word = "would be written" if arguments.dry_run else "written"
    write(f"{done} of {len(planned)} older recordings {word} in today's form\n" if planned else _NONE)


def migrations(root: Path, catalog: Catalog) -> Iterator[Migration]:
    """The recordings of tests below `cassettes/` that are older, or that lie where former releases wrote them.

    Raises `DataError` and `LeakError`.
    """
    folder, targets = root / RECORDINGS, set[Path]()
    for path in sorted(folder.parent.rglob("*")):
        if path.suffix in SUFFIXES and os.path.isfile(path) and is_recording_of_test(path):
            document = Document(path)
            target = path if path.is_relative_to(folder) else _target(folder, path, document)
            older = form.form_of(document) < form.FORM
            if not older and target == path:
                continue
            if target in targets or (target != path and target.exists()):
                yield Migration(path, target, obstacle="there is another one of this test: delete one of the two")
                continue
            targets.add(target)
            yield Migration(path, target, _text(document, catalog) if older else text_of(path))


def carry_out(one: Migration) -> None:
    """Write the recording, and remove the older file once the new one is in place. Raises `WriteError`."""
    writer.write(one.target, one.text, replaces=RECORDED_BY_TEST)
    if one.target != one.path:
        try:
            one.path.unlink()
        except OSError as error:
            raise writer.WriteError(f"{one.path} cannot be removed, {one.target} is written: {error}") from error
        with suppress(OSError):  # a folder that holds anything else stays
            one.path.parent.rmdir()


def _target(folder: Path, path: Path, document: Document) -> Path:
    """Where the recording of this test is today; beside the others where it does not say which test it is of."""
    nodeid = _about(document).get("request")
    if isinstance(nodeid, str) and "::" in nodeid:
        return path_of(folder, nodeid)
    return folder / path.relative_to(folder.parent)


def _text(document: Document, catalog: Catalog) -> str:
    """The recording in today's form: scrubbed by today's rules, with today's marks and digest."""
    fakes = Fakes()
    scrubber = CanaryScrubber(Scrubber(catalog, fakes), fakes)
    recorded = exchanges(document)
    for exchange in recorded:
        for given in (exchange.request.url.encode(), exchange.request.body, exchange.answer.body):
            fakes.reserve(given.decode("utf-8", "replace"))
    written = [marked(exchange, catalog) for exchange in map(scrubber.scrubbed, recorded)]
    text = writer.text(ABOUT, form.sealed(_about(document), written), written)
    scrubber.check(text)
    return text


def _about(document: Document) -> dict[str, Any]:
    """The metadata of a recording, as JSON has it: YAML reads a date that is not quoted as a date."""
    about = document.metadata if isinstance(document.metadata, dict) else {}
    found: dict[str, Any] = json.loads(json.dumps(about, default=str))
    return found


def _row(one: Migration, root: Path) -> str:
    path, target = (each.relative_to(root).as_posix() for each in (one.path, one.target))
    moved = f" -> {target}" if target != path else ""
    return f"  {path}{moved}{f': {one.obstacle}' if one.obstacle else ''}\n"

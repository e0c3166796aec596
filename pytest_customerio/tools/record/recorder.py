"""Records cassettes anew: asks a target for each case that it can be made to give, and writes what it answers."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.asking import open_guarded
from pytest_customerio.tools.commands import CommandError, Write
from pytest_customerio.tools.record.canary import LeakError
from pytest_customerio.tools.record.candidates import Candidate, candidates, select
from pytest_customerio.tools.record.cassette_text import RECORDED_BY_COMMAND, cassette_text
from pytest_customerio.tools.record.repetition import repetitions
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import WORKSPACE, Target, TargetError

_STOPPED = "\nStopped. What is listed is written, the rest is as it was.\n"
# What becomes of a cassette, as the listing says it.
_RECORDED, _UNCHANGED, _PLANNED = "recorded", "kept", "ask"


def record(arguments: argparse.Namespace, write: Write, environ: Mapping[str, str]) -> None:
    """Record the cassettes that the arguments name, and write a row for each at once.

    Raises `CommandError`, `UnknownNameError`, and `DataError` for a file that cannot be used.
    """
    catalog = Catalog.load()
    cassettes = Cassettes(catalog, arguments.cassettes)
    selected = select(candidates(cassettes), arguments.words)
    if arguments.dry_run:
        write("".join(_plan(selected, arguments.out)))
        return
    try:
        with open_guarded(environ, catalog, arguments.target) as target:
            write(f"Recording from {target.environment} ({target.region}) into {arguments.out}\n\n")
            _record_all(selected, target, Recorder(catalog, cassettes, arguments.out), write)
    except KeyboardInterrupt:
        write(_STOPPED)
    except (TargetError, UnreachableError, LeakError, writer.WriteError) as error:
        raise CommandError(str(error)) from error


class Recorder:
    """Records one cassette after the other into a folder."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, out: Path, today: dt.date | None = None) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._out = out
        self._today = (today or dt.datetime.now(dt.UTC).date()).isoformat()

    def record(self, candidate: Candidate, target: Target) -> tuple[str, str]:
        """Send the requests of one cassette, and write its file where a case was drawn again.

        Returns what became of the cassette, and more about it. Raises `DataError`, `UnreachableError`, `LeakError` and
        `WriteError`.
        """
        if candidate.obstacle:
            return _UNCHANGED, f"{candidate.source}: {candidate.obstacle}"
        found = list(repetitions(candidate, target, self._catalog))
        text = cassette_text(candidate, found, target, self._catalog, self._cassettes.provenance, self._today)
        missing = [one for one in found if one.reason]
        if not text:
            return _UNCHANGED, f"{candidate.source}: {missing[0].reason}"
        path = self._out / candidate.surface / f"{candidate.name}.yaml"
        writer.write(path, text, replaces=RECORDED_BY_COMMAND)
        number = len(found) - len(missing)
        answers = f"{number} answer{'s' if number > 1 else ''}"
        return _RECORDED, "; ".join([answers, *(f"{one.operation} kept, {one.reason}" for one in missing)])


def _record_all(selected: Sequence[Candidate], target: Target, recorder: Recorder, write: Write) -> None:
    counts = {_RECORDED: 0, _UNCHANGED: 0}
    for candidate in selected:
        status, more = recorder.record(candidate, target)
        counts[status] += 1
        write(_row(candidate, status, more))
    summary = f"\n{counts[_RECORDED]} recorded, {counts[_UNCHANGED]} kept as they were"
    hint = " To use them: the ini `cio_cassettes` names the folder." if counts[_RECORDED] else ""
    write(f"{summary}.{hint}\n")


def _plan(selected: Sequence[Candidate], out: Path) -> Iterator[str]:
    yield f"Nothing is sent and nothing is written. Into {out} would go what comes back:\n\n"
    for one in selected:
        yield _row(one, _UNCHANGED, f"{one.source}: {one.obstacle}") if one.obstacle else _row(one, _PLANNED, "")
    yield f"\nAgainst a workspace of Customer.io only where {WORKSPACE} is set to its id.\n"


def _row(candidate: Candidate, status: str, more: str) -> str:
    return f"  {candidate.id:<40}  {status:<8}  {more}".rstrip() + "\n"

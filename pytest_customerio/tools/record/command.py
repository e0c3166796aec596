"""The command `record`: asks a target for every case that it can be made to give, and writes what came back."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pytest_customerio.cassettes import writer
from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.nearest import nearest
from pytest_customerio.process import guard
from pytest_customerio.tools.record.arguments import CannotError
from pytest_customerio.tools.record.canary import LeakError
from pytest_customerio.tools.record.retakes import Source, sources, takes
from pytest_customerio.tools.record.rewriting import cassette
from pytest_customerio.tools.sending import UnreachableError
from pytest_customerio.tools.target import WORKSPACE, Target, TargetError, opened

_STOPPED = "\nStopped. What is listed is written, the rest is as it was.\n"


def run(asked: argparse.Namespace, write: Callable[[str], object], environ: Mapping[str, str] | None = None) -> str:
    """Record, told line by line; gives back the last lines. Raises `CannotError`, and `DataError` for a broken file."""
    catalog = Catalog.load()
    cassettes = Cassettes(catalog, asked.cassettes)
    chosen = _chosen(cassettes, catalog, asked.words)
    if asked.dry_run:
        return "".join(_plan(chosen, asked.out))
    disarm = guard.arm(catalog, lambda address: TargetError(f"{address}: refused, it is not the target"))
    try:
        with opened(os.environ if environ is None else environ, catalog, asked.target) as target:
            write(f"Recording from {target.environment} ({target.region}) into {asked.out}\n\n")
            return _record(chosen, target, Recorder(catalog, cassettes, asked.out), write)
    except KeyboardInterrupt:
        return _STOPPED
    except (TargetError, UnreachableError, LeakError, writer.WriteError) as error:
        raise CannotError(str(error)) from error
    finally:
        disarm()


class Recorder:
    """Records one cassette after the other into a folder."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes, out: Path, today: dt.date | None = None) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._out = out
        self._today = (today or dt.datetime.now(dt.UTC).date()).isoformat()

    def record(self, source: Source, target: Target) -> tuple[str, str]:
        """Ask, and write what was drawn: `recorded` or `kept`, and more about it."""
        if source.hopeless:
            return "kept", f"{source.was}: {source.hopeless}"
        found = list(takes(source, target, self._catalog))
        text = cassette(source, found, target, self._catalog, self._cassettes.provenance, self._today)
        missing = [take for take in found if take.why]
        if not text:
            return "kept", f"{source.was}: {missing[0].why}"
        writer.write(self._out / source.surface / f"{source.name}.yaml", text)
        lost = "; ".join(f"{take.operation} kept, {take.why}" for take in missing)
        count = len(found) - len(missing)
        return "recorded", f"{count} answer{'s' if count > 1 else ''}" + (f"; {lost}" if lost else "")


def _record(chosen: list[Source], target: Target, recorder: Recorder, write: Callable[[str], object]) -> str:
    counts = {"recorded": 0, "kept": 0}
    for source in chosen:
        what, more = recorder.record(source, target)
        counts[what] += 1
        write(_row(source, what, more))
    told = f"\n{counts['recorded']} recorded, {counts['kept']} kept as they were"
    return f"{told}. To use them: the ini `cio_cassettes` names the folder.\n" if counts["recorded"] else f"{told}.\n"


def _plan(chosen: list[Source], out: Path) -> Iterator[str]:
    yield f"Nothing is sent and nothing is written. Into {out} would go what comes back:\n\n"
    for source in chosen:
        yield _row(source, "kept" if source.hopeless else "ask", source.hopeless and f"{source.was}: {source.hopeless}")
    yield f"\nAgainst a workspace of Customer.io only where {WORKSPACE} is set to its id.\n"


def _row(source: Source, what: str, more: str) -> str:
    return f"  {source.id:<40}  {what:<8}  {more}".rstrip() + "\n"


def _chosen(cassettes: Cassettes, catalog: Catalog, words: list[str]) -> list[Source]:
    """The cassettes that these words name; all without words."""
    everything = sources(cassettes, catalog)
    if not words:
        return everything
    found: dict[str, Source] = {}
    for word in words:
        named = [source for source in everything if word.lower() in source.words]
        if not named:
            known = tuple(dict.fromkeys(one for source in everything for one in source.words))
            raise UnknownNameError(word, nearest(word, known), known)
        found.update({source.id: source for source in named})
    return [source for source in everything if source.id in found]

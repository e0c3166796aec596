"""Runs a check: finds the files, has them judged, and returns what was found."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, TextIO

from pytest_customerio.tools.check.progress import progress
from pytest_customerio.tools.check.reading.pieces import LINES, Piece, UnreadableError, suffix_of
from pytest_customerio.tools.check.reading.sources import Source, pieces_of, sources
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.tally import Place, Tally
from pytest_customerio.tools.check.workers import tallies


def check(
    given: Sequence[str], settings: CheckSettings, jobs: int, standard_input: BinaryIO, terminal: TextIO
) -> Tally:
    """What is in the files that were given. Raises `DataError` where a schema of the project is broken."""
    named = sources(given)
    whole = Tally()
    with tempfile.TemporaryDirectory() as folder, progress(sum(one.size for one in named), terminal) as advance:
        pieces = _pieces(named, standard_input, Path(folder), whole)
        for piece, found in tallies(pieces, settings, jobs):
            whole.add(found)
            advance(piece.size)
    whole.settle({one.name for one in named if one.named or (suffix_of(one.path) in LINES and one.size)})
    return whole


def _pieces(named: Sequence[Source], standard_input: BinaryIO, folder: Path, whole: Tally) -> Iterator[Piece]:
    """The pieces of all sources. What cannot be read is noted, and the next source goes on."""
    for source in named:
        try:
            yield from pieces_of(source, standard_input, folder)
        except UnreadableError as error:
            whole.note_corrupt(str(error), Place(source.name, error.line))

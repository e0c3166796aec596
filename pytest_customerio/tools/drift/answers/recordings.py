"""Reads the interactions of cassettes: each request with the recorded answer and its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import exchanges
from pytest_customerio.cassettes.provenance import About, read
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import Answer, Provenance, WireRequest
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation


@dataclass(frozen=True, slots=True)
class Recording:
    """One interaction of a cassette.

    `case` is the file's name without its suffix, `family` that of the case. `test` is the id of the test that it was
    recorded for; empty for other cassettes.
    """

    path: Path
    case: str
    operation: Operation
    request: WireRequest
    answer: Answer
    provenance: Provenance
    family: str
    test: str = ""

    @property
    def recorded(self) -> bool:
        """Whether a server gave this answer, so that it can be asked for again."""
        return self.provenance.source == "recorded"

    @property
    def words(self) -> tuple[str, ...]:
        """The words that it can be named by."""
        return self.case, self.operation.id, self.operation.surface, str(self.answer.status)


def load_folders(folders: Sequence[Path], catalog: Catalog) -> list[Recording]:
    """All interactions of the cassettes below these folders, each file once. Raises `DataError`."""
    files: dict[Path, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise DataError(folder, None, "no such folder")
        for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
            files.setdefault(path.resolve(), path)
    return [one for path in files.values() for one in _load(path, catalog)]


def select(recordings: Sequence[Recording], names: Iterable[str]) -> list[Recording]:
    """The recordings that a word names; without words all whose answer a server gave. Network faults are left out.

    Raises `UnknownNameError`.
    """
    words = [name.strip().lower() for name in names]
    known = list(dict.fromkeys(word for one in recordings for word in one.words))
    for word in words:
        if word not in known:
            raise UnknownNameError(word, nearest(word, known), tuple(known))
    answers = [one for one in recordings if not one.answer.fault]
    if words:
        return [one for one in answers if not set(words).isdisjoint(one.words)]
    return [one for one in answers if one.recorded]


def _load(path: Path, catalog: Catalog) -> Iterator[Recording]:
    document = Document(path)
    abouts: dict[str, About] = {}
    origin = str(document.metadata.get("request", "")) if isinstance(document.metadata, dict) else ""
    test = origin if "::" in origin else ""
    for index, exchange in enumerate(exchanges(document)):
        request, answer = exchange.request, exchange.answer
        found = catalog.match(request.method, request.url, request.payload.value)
        operation = found.operation or next(iter(found.candidates), None)
        if operation is None:
            cause = f"{request.method} {request.url} is no operation of Customer.io"
            raise document.error(cause, "interactions", index, "request", "uri")
        names = [one.name for one in catalog.of(operation.surface)]
        if operation.surface not in abouts:
            abouts[operation.surface] = read(document, answer, names)
        about = abouts[operation.surface].of(operation.name)
        yield Recording(path, path.stem, operation, request, answer, about.provenance, about.family, test)

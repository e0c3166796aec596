"""Reads the interactions of cassettes: each request with the recorded answer and its provenance."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.document import Document, load
from pytest_customerio.cassettes.provenance import About, nearest, read
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.core.model import Answer, Operation, Provenance, WireRequest


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
    document = Document(path, load)
    abouts: dict[str, About] = {}
    origin = str(document.metadata.get("request", "")) if isinstance(document.metadata, dict) else ""
    test = origin if "::" in origin else ""
    for index, interaction in enumerate(document.data["interactions"]):
        request = _request(interaction["request"])
        found = catalog.match(request.method, request.url, _payload(request.body))
        operation = found.operation or next(iter(found.candidates), None)
        if operation is None:
            cause = f"{request.method} {request.url} is no operation of Customer.io"
            raise document.error(cause, "interactions", index, "request", "uri")
        answer = _answer(interaction["response"])
        names = [one.name for one in catalog.of(operation.surface)]
        if operation.surface not in abouts:
            abouts[operation.surface] = read(document, answer, names)
        about = abouts[operation.surface].of(operation.name)
        yield Recording(path, path.stem, operation, request, answer, about.provenance, about.family, test)


def _request(given: Mapping[str, Any]) -> WireRequest:
    headers = {str(name).lower(): _first(value) for name, value in given["headers"].items()}
    return WireRequest(given["method"], given["uri"], headers, _bytes(given["body"]))


def _answer(given: Mapping[str, Any]) -> Answer:
    headers = tuple((name, _first(value)) for name, value in given["headers"].items())
    fault = given.get("fault")
    status = 0 if fault else given["status"]["code"]
    return Answer(status, str(given["status"].get("message") or ""), headers, _bytes(given["body"]["string"]), fault)


def _first(value: object) -> str:
    """The first value of a header, which vcrpy stores as a list."""
    return str(next(iter(value), "")) if isinstance(value, list) else str(value)


def _bytes(body: object) -> bytes:
    if isinstance(body, dict | list):
        return json.dumps(body).encode()
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


def _payload(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None

"""Cassettes as they are read, not played: without vcrpy, whose import takes longer than all the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.document import Document, load
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, Provenance


class Reading:
    """One cassette file: its answers by operation."""

    def __init__(self, path: Path, operation_of: Callable[[str, str, bytes | None], str]) -> None:
        self.document = Document(path, load)
        self._answers: dict[str, list[Answer]] = {}
        for index, interaction in enumerate(self.document.data["interactions"]):
            request = interaction["request"]
            try:
                operation = operation_of(request["method"], request["uri"], _bytes(request["body"]))
            except LookupError as error:
                raise self._error(error, index) from None
            self._answers.setdefault(operation, []).append(_answer(interaction["response"]))

    @property
    def operations(self) -> tuple[str, ...]:
        """The ids of the operations that have an answer of their own, in recorded order."""
        return tuple(self._answers)

    def answers(self, operation: str) -> list[Answer]:
        """All answers for this operation; where it has none, those of the first interaction's."""
        return self._answers.get(operation) or next(iter(self._answers.values()))

    def _error(self, error: LookupError, index: int) -> DataError:
        return self.document.error(str(error.args[0]), "interactions", index, "request", "uri")


class Shelf(Cassettes):
    """All answers, to be looked at."""

    def files(self) -> dict[tuple[str, str], Path]:
        """The file that counts of each surface and name: the last that joined."""
        return {place: paths[-1] for place, paths in self._files.items()}

    def told(self, cassette: str, operation: str) -> Provenance:
        """What an error cassette says of an operation's answer."""
        surface, _, name = operation.partition(".")
        return self._cassette(surface, cassette).about.of(name).provenance

    def _open(self, path: Path) -> Any:
        def operation_of(method: str, url: str, body: bytes | None) -> str:
            return self._operation(path.parent.name, method, url, body)

        return Reading(path, operation_of)


def _bytes(body: object) -> bytes | None:
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else None


def _answer(response: Mapping[str, Any]) -> Answer:
    status, fault = response["status"], response.get("fault")
    return Answer(
        status=0 if fault else status["code"],
        reason=str(status.get("message") or ""),
        headers=tuple(_headers(response["headers"])),
        body=_bytes(response["body"]["string"]) or b"",
        fault=fault,
    )


def _headers(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in given.items():
        yield from ((name, value) for value in ([values] if isinstance(values, str) else values))

"""One cassette file: read through vcrpy, played by operation. The only module that knows vcrpy."""

from __future__ import annotations

import copy
import itertools
import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from vcr.cassette import Cassette  # type: ignore[import-untyped, unused-ignore]
from vcr.errors import UnhandledHTTPRequestError  # type: ignore[import-untyped, unused-ignore]
from vcr.record_mode import RecordMode  # type: ignore[import-untyped, unused-ignore]
from vcr.serialize import deserialize  # type: ignore[import-untyped, unused-ignore]
from vcr.serializers import yamlserializer  # type: ignore[import-untyped, unused-ignore]

from pytest_customerio.cassettes.document import FAST, Document, load
from pytest_customerio.core.model import Answer

# Method, URL and body of a recorded request to the id of its operation; raises LookupError that says what is wrong.
OperationOf = Callable[[str, str, bytes | None], str]


class _Persister:
    """Hands vcrpy a document that is read already."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def load_cassette(self, path: str, serializer: object) -> Any:
        return deserialize(self._document.text, self._document)


class Playback(Cassette):  # type: ignore[misc, unused-ignore]
    """The recorded answers of one file, played by operation: in recorded order, the last one again and again.

    A cassette of vcrpy's plays every answer once, or the first one for ever, and goes by the address of a request. Here
    the operation decides, which tells the calls on `/api/v2/entity` apart. An operation that the file has no answer for
    gets those of its first interaction.
    """

    def __init__(self, path: Path | str, operation_of: OperationOf) -> None:
        self.document = document = Document(Path(path), yamlserializer.deserialize if FAST else load)
        self._operation_of = operation_of
        self._lock = threading.Lock()
        self._answers: list[Answer] = []
        self._indexes: dict[str, list[int]] = {}
        super().__init__(str(path), persister=_Persister(document), record_mode=RecordMode.NONE)

    @property
    def operations(self) -> tuple[str, ...]:
        """The ids of the operations that have an answer of their own, in recorded order."""
        return tuple(self._indexes)

    def answers(self, operation: str) -> list[Answer]:
        """All answers for this operation, in recorded order."""
        return [self._answers[index] for index in self._of(operation)]

    def play(self, operation: str) -> Answer:
        """The next answer for this operation."""
        return self._answers[self._next(operation)]

    def play_response(self, request: Any) -> Any:
        """As vcrpy asks for it: the next recorded response for this request's operation."""
        if request not in self:
            raise UnhandledHTTPRequestError(f"The cassette {self._path} has no answer for this {request.method}")
        return self.data[self._next(self._named(request))][1]

    def __contains__(self, request: Any) -> bool:
        try:
            return self._named(request) in self._indexes
        except LookupError:
            return False

    def append(self, request: Any, response: Any) -> None:
        """Take an interaction of the file as it stands: nothing is filtered, nothing recorded."""
        self.data.append((request, response))

    def afresh(self) -> Playback:
        """The same cassette, to be played from its beginning, apart from this one."""
        again = copy.copy(self)
        again.play_counts, again._lock = Counter(), threading.Lock()
        return again

    def schedule(self, times: int | None, after: Callable[[str], Answer]) -> Callable[[str], Answer]:
        """Attempt by attempt, the answer for an operation: this cassette's, from `times` plays on what `after` says."""
        playback, plays = self.afresh(), itertools.count()

        def answer(operation: str) -> Answer:
            return playback.play(operation) if times is None or next(plays) < times else after(operation)

        return answer

    def _load(self) -> None:
        super()._load()
        for index, (request, response) in enumerate(self.data):
            try:
                operation = self._named(request)
            except LookupError as error:
                raise self.document.error(str(error.args[0]), "interactions", index, "request", "uri") from None
            self._answers.append(_answer(response))
            self._indexes.setdefault(operation, []).append(index)

    def _named(self, request: Any) -> str:
        return self._operation_of(request.method, request.uri, _payload(request.body))

    def _of(self, operation: str) -> list[int]:
        return self._indexes.get(operation) or next(iter(self._indexes.values()))

    def _next(self, operation: str) -> int:
        indexes = self._of(operation)
        with self._lock:
            index = next((one for one in indexes if not self.play_counts[one]), indexes[-1])
            self.play_counts[index] += 1
        return index


def open_cassette(path: Path, operation_of: OperationOf) -> Playback:
    """Read one cassette; `DataError` names file, line and cause where it cannot be used."""
    playback: Playback = Playback.load(path=path, operation_of=operation_of)
    return playback


def _answer(response: Mapping[str, Any]) -> Answer:
    pairs = ((name, given) for name, given in response["headers"].items())
    headers = tuple((name, value) for name, given in pairs for value in ([given] if isinstance(given, str) else given))
    status = response["status"]
    fault = response.get("fault")
    return Answer(
        status=0 if fault else status["code"],
        reason=str(status.get("message") or ""),
        headers=headers,
        body=response["body"]["string"],
        fault=fault,
    )


def _payload(body: Any) -> bytes | None:
    """A recorded request body as bytes: vcrpy keeps dicts of aiohttp, files and iterators as they were."""
    if hasattr(body, "read"):
        body = body.read()
    if body is None or isinstance(body, bytes):
        return body
    if isinstance(body, dict | list):
        return json.dumps(body, default=str).encode()
    return b"".join(part if isinstance(part, bytes) else str(part).encode() for part in body)

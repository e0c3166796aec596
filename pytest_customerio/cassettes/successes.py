"""Answers without an error: the success of each operation, from a cassette or by its published type."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pytest_customerio.cassettes.folders import CassetteFiles
from pytest_customerio.cassettes.provenance import read
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.data import UnknownNameError
from pytest_customerio.core.model import Answer, Provenance
from pytest_customerio.core.nearest import nearest

# The cassette of a surface with the success answer of each operation.
SUCCESS = "200-ok"
_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_REASONS = {200: "OK", 204: "No Content"}
# Where the answers of the table of routes come from.
BY_TYPE = Provenance(
    "synthetic",
    note="The type of the answer is published, its values are made up from the type.",
    evidence=("https://github.com/customerio/customerio-node/blob/main/lib/api.ts",),
)


class Successes:
    """The success answers of all operations, by id; the cassette of a surface is read when one of it is needed."""

    def __init__(self, files: CassetteFiles) -> None:
        self._files = files
        self._answers: dict[str, Answer] = {}

    def of(self, operation: str) -> Answer:
        """The success of an operation. Raises `UnknownNameError`."""
        try:
            return self._answers[operation]
        except KeyError:
            return self._load_answer(operation)

    def provenance(self, operation: str) -> Provenance:
        """Where the success of an operation comes from."""
        surface, _, name = operation.partition(".")
        for path in reversed(self._files.found.get((surface, SUCCESS), ())):
            file = self._files.open(path)
            if operation in file.operations:
                return read(file.document, Answer(200), self._files.names[surface]).of(name).provenance
        return BY_TYPE

    def load(self, surface: str) -> Mapping[str, Answer]:
        """Read the cassettes of a surface now."""
        found: dict[str, Answer] = {}
        for path in self._files.found.get((surface, SUCCESS), ()):
            file = self._files.open(path)
            read(file.document, Answer(200), self._files.names[surface])
            found.update({name: file.answers(name)[0] for name in file.operations})
        self._answers.update(found)
        return found

    def _load_answer(self, operation: str) -> Answer:
        found = self.load(operation.partition(".")[0])
        answer = found.get(operation) or success_by_type(operation)
        if answer is None:
            raise UnknownNameError(operation, nearest(operation, tuple(found)), tuple(found))
        self._answers[operation] = answer
        return answer


def success_by_type(operation: str) -> Answer | None:
    """The success of an operation of the table of routes, by its published type; None for any other."""
    found = read_routes(data.schemas()).answer(operation)
    if found is None:
        return None
    if found.body is None:
        return Answer(found.status, _REASONS[found.status])
    return Answer(found.status, _REASONS[found.status], _JSON, _bytes(found.body))


def not_published(who: str) -> Answer:
    """The answer to a call that Customer.io may know without having published it: a 404 would be made up."""
    detail = f"{who} does not know this call; Customer.io may"
    return Answer(501, "Not Implemented", _JSON, _bytes({"errors": [{"detail": detail, "status": "501"}]}))


def _bytes(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()

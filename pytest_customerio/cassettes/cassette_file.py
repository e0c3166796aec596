"""One cassette file, by operation: which operations have answers of their own in it, and which answers."""

from __future__ import annotations

from pathlib import Path

from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.exchanges import Exchange, exchanges
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest


class CassetteFile:
    """The answers of one file, each with the operation of its recorded request. Nothing is played here.

    An operation that has no answer of its own gets those of the first interaction's operation. Raises `DataError`.
    """

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self.document = Document(path)
        self._catalog = catalog
        self.recorded: list[tuple[str, Exchange]] = [
            (self._operation(exchange.request, index), exchange)
            for index, exchange in enumerate(exchanges(self.document))
        ]

    @property
    def operations(self) -> tuple[str, ...]:
        """The ids of the operations that have an answer of their own, in recorded order."""
        return tuple(dict.fromkeys(operation for operation, _ in self.recorded))

    def answering(self, operation: str) -> str:
        """The operation whose answers this operation gets: itself, or the first one."""
        return operation if operation in self.operations else self.operations[0]

    def answers(self, operation: str) -> list[Answer]:
        """All answers for this operation, in recorded order."""
        source = self.answering(operation)
        return [exchange.answer for found, exchange in self.recorded if found == source]

    def the_answer(self) -> Answer:
        """The first answer of an error cassette.

        Raises `DataError` where answers differ in their status or fault, because an attempt is known to have met the
        error by these two.
        """
        kinds = {(exchange.answer.status, exchange.answer.fault) for _, exchange in self.recorded}
        if len(kinds) > 1:
            shown = ", ".join(sorted(fault or str(status) for status, fault in kinds))
            raise self.document.error(f"an error cassette has one status, this one has {shown}", "interactions")
        return self.recorded[0][1].answer

    def _operation(self, request: WireRequest, index: int) -> str:
        surface, where = self.document.path.parent.name, ("interactions", index, "request", "uri")
        found = self._catalog.match(request.method, request.url, request.payload.value).operation
        if found is None:
            cause = f"{request.method} {request.url} with this body is no operation of Customer.io"
            raise self.document.error(cause, *where)
        if found.surface != surface:
            cause = f"{found.id} is no operation of {surface}: its cassettes belong into {found.surface}/"
            raise self.document.error(cause, *where)
        return found.id

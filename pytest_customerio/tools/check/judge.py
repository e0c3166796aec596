"""Judges one piece of a file: which entries it has, what they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.paths import request_line
from pytest_customerio.contract.contract import Contract, Head, Judged
from pytest_customerio.contract.engine.keywords import json_bytes
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Interaction
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import Payload
from pytest_customerio.tools.check.reading import entries
from pytest_customerio.tools.check.reading.exported import of_export, payload_of
from pytest_customerio.tools.check.reading.pieces import BROKEN_FILES, Piece, UnreadableError, reason
from pytest_customerio.tools.check.settings import CheckSettings
from pytest_customerio.tools.check.shapes import Shapes, request_in
from pytest_customerio.tools.check.tally import Place, Tally

Json = Any
Where = Callable[[], Place]


@cache
def judge_of(settings: CheckSettings) -> Judge:
    """The judge of a process, which reads the schemas once, however many pieces it is sent."""
    return Judge(settings)


class Judge:
    """Judges pieces. Raises `DataError` where a schema or the plan of the project is broken."""

    def __init__(self, settings: CheckSettings) -> None:
        self._catalog = Catalog.load(settings.hosts)
        self._contract = Contract(self._catalog, settings.schemas, settings.region, settings.plan)
        self._allow = settings.allow
        self._shapes = Shapes(self._catalog)
        self._heads: dict[tuple[str, int], Head] = {}
        self._given = self._head((self._catalog.operations[settings.operation],)) if settings.operation else None

    def tally(self, piece: Piece) -> Tally:
        """What is in one piece, and what is wrong with it."""
        found = Tally()
        try:
            for entry, where in entries.of(piece):
                self._entry(found, entry, where)
        except UnreadableError as error:
            found.note_corrupt(str(error), Place(piece.name, error.line))
        except DataError as error:
            found.note_corrupt(error.cause, Place(piece.name, error.line))
        except BROKEN_FILES as error:
            found.note_corrupt(reason(error), Place(piece.name))
        found.files = {piece.name} if found.judged else set()
        found.empty = {piece.name: None} if found.has_nothing and piece.kind != "lines" else {}
        return found

    def _entry(self, found: Tally, entry: Payload | Interaction, where: Where) -> None:
        if isinstance(entry, Interaction):
            self._request(found, entry, where)
        elif entry.kind != "json":
            found.note_corrupt(entry.problem or "not JSON", where())
        elif isinstance(entry.value, list):
            for one in entry.value:
                self._value(found, Payload("json", one, json_bytes(one), entry.problem), where)
        else:
            self._value(found, entry, where)

    def _value(self, found: Tally, entry: Payload, where: Where) -> None:
        """An entry is a payload of the operation that was named; without one it says by itself what it is."""
        head = self._given
        if head is None:
            value = entry.value if isinstance(entry.value, dict) else {}
            request = request_in(value)
            if request is not None:
                self._request(found, of_export(request, entry.size, entry.problem), where)
                return
            head, entry = self._by_members(value, entry)
            if head is None or not head.has_payload:
                found.note_unknown(where())
                return
        found.judged += 1
        judged = self._contract.judge_payload(head, entry)
        if judged.violations:
            self._note(found, judged, head.place.candidates, "", where)

    def _by_members(self, value: Json, entry: Payload) -> tuple[Head | None, Payload]:
        """The payload in an entry that names its operation, else the entry itself, and what its members tell."""
        named = value.get("operation")
        if isinstance(named, str) and named in self._catalog.operations and "payload" in value:
            return self._head((self._catalog.operations[named],)), payload_of(value["payload"], entry)
        operations = self._shapes.operations(value)
        return self._head(operations) if operations else None, entry

    def _request(self, found: Tally, sent: Interaction, where: Where) -> None:
        place = self._catalog.place(sent.method, sent.url)
        if not place.address.concerned:
            found.elsewhere += 1
            return
        if sent.client == "har" and _is_of_browser(sent.method, place.candidates):
            found.loaded += 1
            return
        found.judged += 1
        if not sent.body_known:
            found.bodyless.note(where())
        elif sent.payload.kind == "unreadable":
            found.packed.note(where())
        judged = self._contract.judge(sent)
        if judged.violations:
            line = request_line(judged.operation, sent.method, sent.url)
            self._note(found, judged, place.candidates, line, where)

    def _note(self, found: Tally, judged: Judged, candidates: Sequence[Operation], request: str, where: Where) -> None:
        surface = candidates[0].surface if candidates else ""
        for one in judged.violations:
            if one.rule in self._allow:
                found.allowed[one.rule] = found.allowed.get(one.rule, 0) + 1
            else:
                found.note(judged.operation, surface, one, request, where())

    def _head(self, operations: Sequence[Operation]) -> Head:
        key = operations[0].id, len(operations)
        if key not in self._heads:
            self._heads[key] = self._contract.payload_head(operations)
        return self._heads[key]


def _is_of_browser(method: str, candidates: Sequence[Operation]) -> bool:
    """Whether a browser made a request by itself: it asks for leave (CORS), or loads a script."""
    return method == "OPTIONS" or (method in ("GET", "HEAD") and not candidates)

"""Says of each place in a payload or an answer whose words stand there: Customer.io's, or the application's own data.

Own data is always replaced in a recording, whatever its members are called. Which members are Customer.io's is what the
schemas of the operations list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Literal, Protocol

from pytest_customerio.cassettes.recording import allowlist
from pytest_customerio.contract.catalog.catalog import Catalog, Match
from pytest_customerio.contract.catalog.routes import document_of
from pytest_customerio.contract.engine.bundle import bundle
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation

# own: only the application knows what stands there. time: a moment. prose: a sentence of Customer.io's about a request.
# listed: a member that Customer.io knows; its name says what kind of value it has.
# pointer: the path of a member of the payload that a sentence is about.
Kind = Literal["own", "time", "prose", "pointer", "listed"]
_TIME_FORMATS = frozenset({"unix-seconds", "iso8601"})
_TOGETHER = ("allOf", "anyOf", "oneOf")
_ALONE = ("if", "then", "else")


class Position(Protocol):
    """A place in a payload or an answer."""

    @property
    def kind(self) -> Kind:
        """What stands there."""

    def member(self, name: str) -> Position:
        """The place of this member of an object that stands there."""

    def item(self) -> Position:
        """The place of each item of a list that stands there."""


class _Fixed:
    def __init__(self, kind: Kind) -> None:
        self.kind: Kind = kind

    def member(self, name: str) -> Position:
        return self

    def item(self) -> Position:
        return self


OWN: Position = _Fixed("own")
LISTED: Position = _Fixed("listed")


class _InPayload:
    """A place of which schemas say something: `nodes`, each with the document in which its references lead."""

    def __init__(self, nodes: list[tuple[Any, Any]]) -> None:
        self._nodes = [each for node, document in nodes for each in _applying(node, document)]

    @property
    def kind(self) -> Kind:
        return "time" if any(node.get("x-format") in _TIME_FORMATS for node, _ in self._nodes) else "listed"

    def member(self, name: str) -> Position:
        found = [(node["properties"][name], doc) for node, doc in self._nodes if name in node.get("properties", ())]
        return _InPayload(found) if found else OWN

    def item(self) -> Position:
        return _InPayload([(node["items"], document) for node, document in self._nodes if "items" in node])


class _InAnswer:
    """A place in an answer, by the names of the members that lead to it."""

    def __init__(self, path: tuple[str, ...] = ()) -> None:
        self._path = path

    @property
    def kind(self) -> Kind:
        *around, name = self._path or ("",)
        if not allowlist.OWN_MEMBERS.isdisjoint(self._path):
            return "own"
        if allowlist.ENVELOPE.issuperset(around) and name in allowlist.PROSE | allowlist.POINTERS:
            return "pointer" if name in allowlist.POINTERS else "prose"
        return "time" if "timestamps" in around else "listed"

    def member(self, name: str) -> Position:
        return _InAnswer((*self._path, name))

    def item(self) -> Position:
        return self


ANSWER: Position = _InAnswer()


class _Batch:
    """The root of a batch, whose items are payloads of these operations."""

    kind: Kind = "listed"

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._item = _InPayload([each for operation in operations for each in _roots(operation)])

    def member(self, name: str) -> Position:
        return self if name == "batch" else OWN

    def item(self) -> Position:
        return self._item


def in_payload(catalog: Catalog, place: Match) -> Position:
    """The root of the payload of a request; the payload of no operation is the application's own data."""
    operations = [place.operation] if place.operation else list(place.candidates)
    if not operations:
        return OWN
    if operations[0].name == "batch":
        return _Batch(catalog.entities if operations[0].surface == "track_v2" else catalog.pipelines_calls.values())
    return _InPayload([each for operation in operations for each in _roots(operation)])


def _roots(operation: Operation) -> list[tuple[Any, Any]]:
    """The schema of an operation's payload, and one for the members that tell it from other operations."""
    document = _document(operation.id)
    return [(document, document), ({"properties": {name: {} for name in (*operation.variant, "type")}}, {})]


@cache
def _document(operation: str) -> Any:
    return bundle(document_of(operation), data.read_json(data.schemas() / "common.json"))


def _applying(node: Any, document: Any) -> Iterator[tuple[Any, Any]]:
    """The node, and every schema in it that says something of the same place."""
    yield node, document
    inner = [each for key in _TOGETHER for each in node.get(key, ())] + [node[key] for key in _ALONE if key in node]
    if "$ref" in node:
        inner.append(_resolved(document, node["$ref"]))
    for each in inner:
        yield from _applying(each, document)


def _resolved(document: Any, reference: str) -> Any:
    node = document
    for step in reference.split("/")[1:]:
        node = node[step]
    return node

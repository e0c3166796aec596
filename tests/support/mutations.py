"""Removes each constraint of each schema in turn: a vector has to notice, or nothing guards the constraint."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vectors import Vector, vectors

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.contract import Contract
from pytest_customerio.contract.engine.keywords import KEYWORDS
from pytest_customerio.contract.engine.schemas import Schemas
from pytest_customerio.core import data
from pytest_customerio.core.operation import Operation

Json = Any
Path = tuple[str | int, ...]
COMMON = "common"
CONSTRAINTS = {"type", "enum", "const", "required", "not", "pattern", "x-known", "$ref", *KEYWORDS}
CONSTRAINTS |= {f"{bound}{of}" for bound in ("min", "max") for of in ("Items", "Properties", "Length", "imum")}
# Below these stand conditions and payloads, not constraints.
_CONDITIONS = {"if", "examples"}
_NAMES = {"properties", "patternProperties", "$defs"}
_COMMON_REFERENCE = '"$ref": "../common.json#/$defs/'


@dataclass(frozen=True)
class Mutation:
    """One constraint: the document in which it stands, the way to it, and of `required` the name of one member."""

    document: str
    path: Path
    name: str | None = None

    @property
    def folder(self) -> str:
        """The folder of schemas: a surface, or `common`."""
        return self.document.partition(".")[0]

    def __str__(self) -> str:
        way = "/".join(str(step) for step in self.path)
        return f"{self.document}: {way}" + (f" {self.name}" if self.name else "")


class _Mutated(Schemas):
    """Schemas whose documents are those that a mutation left."""

    documents: Mapping[str, Json]

    def _document(self, operation: Operation) -> Json:
        return self.documents.get(operation.id) or super()._document(operation)


class Mutations:
    """All constraints, and which vectors notice that one is gone."""

    def __init__(self) -> None:
        self._catalog = Catalog.load()
        self.documents = {
            f"{path.parent.name}.{path.stem}": data.read_json(path) for path in sorted(data.schemas().glob("*/*.json"))
        }
        self._common = data.read_json(data.schemas() / "common.json")

    @cached_property
    def all(self) -> tuple[Mutation, ...]:
        """Every constraint. A payload that is no object is refused before its schema is used."""
        found = [
            each
            for name, document in self.documents.items()
            for each in _constraints(name, document)
            if each.path != ("type",)
        ]
        return (*found, *_constraints(COMMON, self._common["$defs"], ("$defs",), names=True))

    def noticed(self, mutation: Mutation) -> Vector | None:
        """A vector whose verdict changes without the constraint; None where all stay as they are."""
        documents, common = dict(self.documents), self._common
        if mutation.document == COMMON:
            common = _without(common, mutation)
        else:
            documents[mutation.document] = _without(documents[mutation.document], mutation)
        contracts: dict[str | None, Contract] = {}
        for vector in self._likely(mutation):
            region = vector.about.get("region")
            if region not in contracts:
                contracts[region] = self._contract(documents, common, region)
            if not vector.holds(vector.judged(contracts[region])):
                return vector
        return None

    def _contract(self, documents: Mapping[str, Json], common: Json, region: str | None) -> Contract:
        # The contract reads its schemas from files; here they are what the mutation left of them.
        contract = Contract(self._catalog, region=region)
        schemas = _Mutated(self._catalog.operations.values())
        schemas.documents, schemas.__dict__["common"] = documents, common
        contract.__dict__["_schemas"] = schemas
        return contract

    def _likely(self, mutation: Mutation) -> list[Vector]:
        """The vectors of the operations concerned, those first that break a rule of the mutated place."""
        rules = self._rules(mutation)
        concerned = [each for each, operations in self._vectors if self._concerned(mutation, operations)]
        return sorted(concerned, key=lambda each: each.about.get("rule") not in rules)

    def _concerned(self, mutation: Mutation, operations: frozenset[str]) -> bool:
        if mutation.document != COMMON:
            return mutation.document in operations
        return not operations.isdisjoint(self._users[str(mutation.path[1])])

    @cached_property
    def _users(self) -> dict[str, frozenset[str]]:
        """The operations whose schemas use each shared definition, directly or through another one."""
        texts = {name: json.dumps(document) for name, document in self.documents.items()}
        inner = {name: json.dumps(each) for name, each in self._common["$defs"].items()}
        users = {name: {one for one, text in texts.items() if f'{_COMMON_REFERENCE}{name}"' in text} for name in inner}
        for _ in inner:
            for name in inner:
                for other, text in inner.items():
                    users[name] |= users[other] if f'"#/$defs/{name}"' in text else set()
        return {name: frozenset(each) for name, each in users.items()}

    @cached_property
    def _vectors(self) -> list[tuple[Vector, frozenset[str]]]:
        return [(each, frozenset(self._operations(each))) for each in vectors()]

    def _operations(self, vector: Vector) -> Iterator[str]:
        """The operations whose schemas judge a vector: of a batch also those of its entries."""
        sent = vector.interaction
        place = self._catalog.place(sent.method, sent.url)
        yield from (each.id for each in place.candidates)
        if any(each.name == "batch" for each in place.candidates):
            yield from (each.id for each in self._catalog.of(place.surface or ""))

    def _rules(self, mutation: Mutation) -> set[str]:
        """The rules in the entries of the constraint: `x-cio` beside it, or of the definition that it refers to."""
        root = self._common if mutation.document == COMMON else self.documents[mutation.document]
        node = _at(root, mutation.path[:-1])
        if mutation.path[-1] == "$ref":
            node = self._common["$defs"][node["$ref"].rpartition("/")[2]]
        return {value for key, value in _members(node) if key == "rule"}


def _constraints(document: str, node: Json, path: Path = (), *, names: bool = False) -> Iterator[Mutation]:
    """The constraints of a schema. `names` says that the keys of the node are names of schemas, not keywords."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in members:
        here = (*path, key)
        if names or isinstance(node, list):
            yield from _constraints(document, value, here)
        else:
            yield from _of_keyword(document, key, value, here)


def _of_keyword(document: str, keyword: str, argument: Json, here: Path) -> Iterator[Mutation]:
    if keyword == "x-cio":
        for place, given in argument.get("parameters", {}).items():
            yield from _constraints(document, given, (*here, "parameters", place), names=True)
    elif keyword == "required":
        yield from (Mutation(document, here, name) for name in argument)
    elif keyword in CONSTRAINTS:
        yield Mutation(document, here)
    elif keyword not in _CONDITIONS:
        yield from _constraints(document, argument, here, names=keyword in _NAMES)


def _without(document: Json, mutation: Mutation) -> Json:
    changed = copy.deepcopy(document)
    node, key = _at(changed, mutation.path[:-1]), mutation.path[-1]
    if mutation.name is None:
        del node[key]
    else:
        node[key] = [each for each in node[key] if each != mutation.name]
    return changed


def _at(node: Json, path: Path) -> Json:
    for step in path:
        node = node[step]
    return node


def _members(node: Json) -> Iterator[tuple[str, Json]]:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict):
        yield from node.items()
    for each in inner:
        yield from _members(each)

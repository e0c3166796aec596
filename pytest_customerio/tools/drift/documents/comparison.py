"""Compares a published OpenAPI document with our contracts, call by call and field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.drift.documents.fields import Field, Fields
from pytest_customerio.tools.drift.documents.operations import Published, key_of, ours

ANYTHING, NOTHING, A_CALL = "anything", "nothing", "a call"
_OPTIONAL, _REQUIRED = "optional", "required"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `operation` is our id or the published call; the violation expects ours and got theirs."""

    operation: str
    violation: Violation


def compared_operations(published: Published, catalog: Catalog, schemas: Mapping[str, str]) -> list[str]:
    """The ids of our operations that are compared with the document.

    `schemas` maps the names of shared schemas to operations that are no calls of the document.
    """
    own = [one.id for surface in sorted(published.surfaces) for one in _listed(catalog, surface)]
    return own + [operation.id for operation, _ in _shared(published, catalog, schemas)]


def compare(published: Published, catalog: Catalog, schemas: Mapping[str, str]) -> Iterator[Difference]:
    """All differences: of each operation of ours, of shared schemas, and calls that only the document has."""
    theirs = dict(published.operations())
    for surface in sorted(published.surfaces):
        for operation in _listed(catalog, surface):
            found = theirs.pop(key_of(operation), None)
            if found is None:
                yield _difference(operation.id, "operation-gone", "error", operation.path, A_CALL, NOTHING)
            else:
                yield from _fields(operation, found)
    for operation, fields in _shared(published, catalog, schemas):
        yield from _fields(operation, fields)
    for key in theirs:
        yield _difference(str(key), "operation-new", "warning", key.path, NOTHING, A_CALL)


def _listed(catalog: Catalog, surface: str) -> list[Operation]:
    """The operations of a surface that its document lists."""
    unlisted = read_routes(data.schemas()).unlisted
    return [one for one in catalog.of(surface) if one.id not in unlisted]


def _shared(published: Published, catalog: Catalog, schemas: Mapping[str, str]) -> Iterator[tuple[Operation, Fields]]:
    for name, operation_id in schemas.items():
        operation, fields = catalog.operations[operation_id], published.schema(name)
        if fields is not None and operation.surface not in published.surfaces:
            yield operation, fields


def _fields(operation: Operation, theirs: Fields) -> Iterator[Difference]:
    mine = ours(operation)
    identifying = {f"$.{name}" for name in operation.variant}  # part of the key by which the calls were matched
    for where in (*mine, *(one for one in theirs if one not in mine)):
        here, there = mine.get(where), theirs.get(where)
        if where in identifying or _below(where, mine, theirs):
            continue
        for rule, severity, expected, got in _field(here, there):
            yield _difference(operation.id, rule, severity, where, expected, got)


def _field(here: Field | None, there: Field | None) -> Iterator[tuple[str, Severity, str, str]]:
    """The differences of one field."""
    if here is None or there is None:
        yield _one_sided(here, there)
        return
    if here.required and not there.required:
        yield "required-gone", "warning", _REQUIRED, _OPTIONAL
    if there.required and not here.required:
        yield "required-new", "error", _OPTIONAL, _REQUIRED
    yield from _values(here.allowed, there.allowed)
    yield from _limits(here.limits, there.limits)


def _one_sided(here: Field | None, there: Field | None) -> tuple[str, Severity, str, str]:
    """The difference where only one side has the field."""
    required = (here or there or Field()).required
    rule, word = ("required", _REQUIRED) if required else ("field", _OPTIONAL)
    if here is None:
        return f"{rule}-new", "error" if required else "info", NOTHING, word
    return f"{rule}-gone", "warning" if required else "info", word, NOTHING


def _values(here: frozenset[str] | None, there: frozenset[str] | None) -> Iterator[tuple[str, Severity, str, str]]:
    if here == there:
        return
    refused = here is not None and there is not None and there - here
    yield "values", "error" if refused else "warning", _named(here, there), _named(there, here)


def _limits(here: Mapping[str, float], there: Mapping[str, float]) -> Iterator[tuple[str, Severity, str, str]]:
    for name in sorted({*here, *there}):
        mine, its = here.get(name), there.get(name)
        if mine != its:
            rule = "limit" if None not in (mine, its) else "limit-gone" if its is None else "limit-new"
            yield rule, "warning", _limit(name, mine), _limit(name, its)


def _below(where: str, mine: Fields, theirs: Fields) -> bool:
    """Whether the place is inside a field that one side lacks: only the field itself is reported."""
    return any((parent in mine) != (parent in theirs) for parent in _parents(where))


def _parents(where: str) -> Iterator[str]:
    for index in range(2, len(where)):
        if where[index] in ".[":
            yield where[:index]


def _difference(operation: str, rule: str, severity: Severity, where: str, expected: str, got: str) -> Difference:
    return Difference(operation, Violation(rule, severity, where, expected, got))


def _named(values: frozenset[str] | None, others: frozenset[str] | None) -> str:
    """The allowed values; those of this side alone come first, because a table cuts long texts."""
    if values is None:
        return ANYTHING
    return ", ".join(sorted(values, key=lambda value: (value in (others or ()), value)))


def _limit(name: str, value: float | None) -> str:
    return NOTHING if value is None else f"{name} {value:g}"

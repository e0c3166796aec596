"""A payload beside its contract: each member with what was sent, what is expected, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from pytest_customerio.core.model import Violation
from pytest_customerio.tools.sandbox.json_values import mapping
from pytest_customerio.tools.sandbox.pages.formatting import shorten, show_value

Verdict = Literal["ok", "warning", "error", "absent", "free"]
Document = Mapping[str, Any]

MOST_ROWS = 100
MOST_TABLES = 20
_LONGEST = 120
_MOST_TEXTS = 3
_DEEPEST = 8
_ENTITY = re.compile(r"\$\.batch\[(\d+)\](?=[.\[]|\Z)")
_END = re.compile(r"[.\[]|\Z")
_QUOTED_END = re.compile(r'"\](?=[.\[]|\Z)')
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One member. `verdict` is `absent` if it was not sent and need not be, `free` if the contract leaves it open."""

    name: str
    sent: str
    expected: str
    required: bool
    verdict: Verdict
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The members of one object: the payload, or an entity of a batch. `rest` are violations of no member."""

    title: str
    rows: tuple[Row, ...]
    rest: tuple[Violation, ...] = ()
    more: int = 0

    @property
    def broken(self) -> bool:
        """Whether anything is wrong."""
        return bool(self.rest) or any(each.violations for each in self.rows)


def compare(title: str, document: Document, payload: object, found: Sequence[Violation], root: str = "$") -> Table:
    """The table of one object; `root` is its place, as in `$.batch[3]`."""
    sent = mapping(payload)
    known = _properties(document, document)
    required = _required(document)
    names = list(dict.fromkeys((*required, *sent, *known)))
    of_member = _by_member(found, root, names)
    rows = [
        Row(
            name=shorten(name, _LONGEST),
            sent=shorten(show_value(sent[name]), _LONGEST) if name in sent else "",
            expected=expectation(known[name], document) if name in known else "",
            required=name in required,
            verdict=_found(of_member[name]) or ("absent" if name not in sent else "ok" if name in known else "free"),
            violations=tuple(of_member[name]),
        )
        for name in names
    ]
    rows.sort(key=lambda row: row.verdict == "absent")
    listed = {id(each) for several in of_member.values() for each in several}
    rest = tuple(each for each in found if id(each) not in listed)
    return Table(title, tuple(rows[:MOST_ROWS]), rest, max(0, len(rows) - MOST_ROWS))


def compare_batch(
    payload: object, found: Sequence[Violation], document_of: Callable[[Mapping[str, Any]], tuple[str, Document | None]]
) -> list[Table]:
    """A table for each entity of a batch, those with violations first; `document_of` gives its operation and schema."""
    listed = mapping(payload).get("batch")
    entities = list(enumerate(listed if isinstance(listed, list) else ()))
    by_entity: dict[int, list[Violation]] = {}
    for violation in found:
        if place := _ENTITY.match(violation.where):
            by_entity.setdefault(int(place[1]), []).append(violation)
    entities.sort(key=lambda one: one[0] not in by_entity)
    tables = []
    for index, entity in islice(entities, MOST_TABLES):
        operation, document = document_of(mapping(entity))
        title = f"batch[{index}] {operation}"
        tables.append(compare(title, document or {}, entity, by_entity.get(index, ()), f"$.batch[{index}]"))
    return tables


def expectation(node: object, document: Document) -> str:
    """What a schema expects of a value, in the words of the contract, else by its type."""
    texts = list(dict.fromkeys(_texts(node, document, 0)))
    own = [each for each in texts if not any(each != other and each in other for other in texts)]
    return ", ".join(own[:_MOST_TEXTS]) or next(_types(node, document, 0), "")


def _found(violations: Sequence[Violation]) -> Verdict | None:
    """The worst of some violations; None if there are none."""
    if not violations:
        return None
    return "error" if any(each.severity == "error" for each in violations) else "warning"


def _by_member(found: Iterable[Violation], root: str, names: Iterable[str]) -> Mapping[str, list[Violation]]:
    """The violations in each member of the object at `root`."""
    of_member: dict[str, list[Violation]] = {name: [] for name in names}
    for violation in found:
        for name in _possible_members(violation.where, root):
            if name in of_member:
                of_member[name].append(violation)
    return of_member


def _possible_members(where: str, root: str) -> Iterator[str]:
    """The names of members that a place may begin with: a name may have dots and brackets in it."""
    rest = where.removeprefix(root) if where.startswith(root) else ""
    if rest.startswith("."):
        yield from (rest[1 : end.start()] for end in _END.finditer(rest, 2))
    elif rest.startswith('["'):
        yield from (rest[2 : end.start()] for end in _QUOTED_END.finditer(rest, 2))


def _properties(node: object, document: Document, depth: int = 0) -> dict[str, object]:
    """The members that a schema names, also in the schemas that it refers to."""
    schema = mapping(node)
    found: dict[str, object] = {}
    for each in _parts(schema, document) if depth < _DEEPEST else ():
        found |= _properties(each, document, depth + 1)
    return {**found, **mapping(schema.get("properties"))}


def _required(document: Document) -> list[str]:
    return [each for each in document.get("required", ()) if isinstance(each, str)]


def _parts(schema: Mapping[str, Any], document: Document) -> Iterator[object]:
    """The schemas that hold together with this one."""
    if isinstance(schema.get("$ref"), str):
        yield _resolve(schema["$ref"], document)
    yield from schema.get("allOf", ())
    if "then" in schema:
        yield schema["then"]


def _resolve(reference: str, document: Document) -> object:
    node: object = document
    for step in reference.split("/")[1:]:
        node = mapping(node).get(step)
    return node


def _texts(node: object, document: Document, depth: int) -> Iterator[str]:
    """What the entries of the contract say of a value."""
    schema = mapping(node)
    for entry in mapping(schema.get("x-cio")).values():
        if isinstance(entry, Mapping) and entry.get("expected"):
            yield str(entry["expected"])
    for each in _parts(schema, document) if depth < _DEEPEST else ():
        yield from _texts(each, document, depth + 1)


def _types(node: object, document: Document, depth: int) -> Iterator[str]:
    schema = mapping(node)
    named = schema.get("type")
    types = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    words = [_TYPES[each] for each in types if each in _TYPES]
    if words:
        yield " or ".join(words)
    if isinstance(schema.get("enum"), list):
        yield " or ".join(show_value(each) for each in schema["enum"] if each is not None)
    for each in _parts(schema, document) if depth < _DEEPEST else ():
        yield from _types(each, document, depth + 1)

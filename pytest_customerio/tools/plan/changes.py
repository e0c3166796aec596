"""How a plan differs from what was sent, and the plan that allows both. A plan is only ever widened."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from pytest_customerio.contract.engine.members import nearest_member
from pytest_customerio.contract.plan.contents import Kind
from pytest_customerio.contract.plan.files import PlanFile
from pytest_customerio.contract.plan.shapes import Shape, together
from pytest_customerio.contract.plan.tracking_plan import difference
from pytest_customerio.core.redact import json_path
from pytest_customerio.tools.plan.documents import described, document_of, file_for, plan_schema, types_of

Json = Any
# What stands there: new, wider than before, to be changed by hand, or not sent any more.
Sign = Literal["+", "~", "!", "-"]
# Keywords beside which a type alone says little: what they allow is changed by hand.
_BY_HAND = frozenset({"$ref", "$dynamicRef", "enum", "const", "anyOf", "oneOf", "allOf", "not", "if"})
BY_HAND = "to be changed by hand"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: the file, the place in the data that it describes, and what is different there."""

    sign: Sign
    file: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Update:
    """All differences, and the documents of the files that are to be written."""

    changes: tuple[Change, ...]
    documents: Mapping[str, Mapping[str, Json]]

    @property
    def differs(self) -> bool:
        """Whether what was sent does not fit the plan."""
        return any(one.sign != "-" for one in self.changes)


def update(files: Sequence[PlanFile], sent: Mapping[str, Json]) -> Update:
    """What the plan needs to allow what the last run sent (`SentShapes.document`)."""
    known = {(one.kind, one.name): one for one in files}
    changes: list[Change] = []
    documents: dict[str, Mapping[str, Json]] = {}
    taken = [str(one.file) for one in files]
    shapes: dict[tuple[Kind, str], Shape] = {(one["kind"], one["name"]): one["shape"] for one in sent["contents"]}
    for (kind, name), shape in shapes.items():
        file = known.get((kind, name))
        if file is None:
            path = file_for(kind, name, taken)
            taken.append(path)
            documents[path] = document_of(kind, name, PurePosixPath(path), shape)
            changes.append(Change("+", path, "", _new(kind, name, documents[path], files, shapes)))
            continue
        widening = Widening(str(file.file))
        document = widening.widened(file.document, shape, ())
        changes += widening.changes
        if document != file.document:
            documents[str(file.file)] = document
    if sent["whole"]:
        changes += _unsent(files, shapes)
    return Update(tuple(changes), documents)


class Widening:
    """Widens the schema of one file, and notes what it changes."""

    def __init__(self, file: str) -> None:
        self.changes: list[Change] = []
        self._file = file

    def widened(self, known: Json, sent: Shape, path: Sequence[str]) -> Json:
        """The schema that allows what it allowed, and what was sent at this place."""
        if not isinstance(known, dict):
            if known is False:
                self._note("!", path, f"nothing → {described(sent)}: {BY_HAND}")
            return known
        known = self._with_types(known, sent, path)
        if "object" in sent["type"]:
            known = self._with_members(known, sent, path)
        if "items" in sent and isinstance(known.get("items"), dict):
            known = {**known, "items": self.widened(known["items"], sent["items"], [*path, "[*]"])}
        return known

    def _with_types(self, known: dict[str, Json], sent: Shape, path: Sequence[str]) -> dict[str, Json]:
        types = types_of(known)
        missing = [each for each in sent["type"] if types and each not in types and not _is_whole(each, types)]
        if not missing:
            return known
        wider = together([*types, *("number" if each == "integer" else each for each in missing)])
        if _BY_HAND & known.keys():
            self._note("!", path, f"{' or '.join(types)} → {' or '.join(wider)}: {BY_HAND}")
            return known
        found = {**known, "type": wider}
        self._note("~", path, f"{' or '.join(types)} → {' or '.join(wider)}")
        if "object" in missing and "properties" in sent:
            found |= {name: each for name, each in plan_schema(sent).items() if name != "type"}
        if "array" in missing and "items" in sent:
            found["items"] = plan_schema(sent["items"])
        return found

    def _with_members(self, known: dict[str, Json], sent: Shape, path: Sequence[str]) -> dict[str, Json]:
        if "properties" not in sent:  # very many names, or names that may be about a person
            if known.get("additionalProperties") is False:
                self._note("!", path, f"its names are values, so it cannot list them: {BY_HAND}")
            return known
        if sent["additionalProperties"] and known.get("additionalProperties") is False:
            self._note("!", path, f"some of its names may be about a person, so it cannot list them: {BY_HAND}")
        found = {**known}
        for name in known.get("required", ()):
            if name not in sent["required"]:
                self._note("~", [*path, name], "required → optional")
        required = [name for name in known.get("required", ()) if name in sent["required"]]
        found |= {"required": required} if required else {}
        if not required:
            found.pop("required", None)
        properties = dict(known.get("properties", {}))
        for name, shape in sent["properties"].items():
            self._member(known, properties, name, shape, path, sent["properties"])
        return {**found, "properties": _sorted(properties, known)} if properties else found

    def _member(
        self,
        known: Mapping[str, Json],
        properties: dict[str, Json],
        name: str,
        shape: Shape,
        path: Sequence[str],
        sent: Container[str],
    ) -> None:
        rest, here = known.get("additionalProperties"), [*path, name]
        if name in properties:
            properties[name] = self.widened(properties[name], shape, here)
        elif rest is False and not any(re.search(pattern, name) for pattern in known.get("patternProperties", ())):
            properties[name] = plan_schema(shape)
            self._note("+", here, f"{described(properties[name])}{_like(name, known.get('properties', {}), sent)}")
        elif isinstance(rest, dict) and types_of(rest):
            self._rest(rest, shape, here)

    def _rest(self, rest: dict[str, Json], shape: Shape, path: Sequence[str]) -> None:
        """A member that the schema for all others is about: widening that would widen it for all."""
        tried = Widening(self._file)
        if tried.widened(rest, shape, path) != rest or tried.changes:
            self._note("!", path, f"{described(shape)} is not what additionalProperties allows: {BY_HAND}")

    def _note(self, sign: Sign, path: Sequence[str], what: str) -> None:
        self.changes.append(Change(sign, self._file, place(path), what))


def place(path: Sequence[str]) -> str:
    """`$.total`, or `$.tags[*]`; empty for the data as a whole."""
    return "$" + "".join(step if step == "[*]" else json_path([step], "") for step in path) if path else ""


def _is_whole(kind: str, types: Sequence[str]) -> bool:
    """Whether an integer is sent where a number is planned."""
    return kind == "integer" and "number" in types


def _sorted(properties: dict[str, Json], known: Mapping[str, Json]) -> dict[str, Json]:
    """New names stand in the order of the alphabet, where the known ones do; else at the end."""
    before = list(known.get("properties", {}))
    return dict(sorted(properties.items())) if before == sorted(before) else properties


def _new(
    kind: Kind, name: str, document: Mapping[str, Json], files: Sequence[PlanFile], shapes: Iterable[tuple[Kind, str]]
) -> str:
    """A new file in a few words; of an event also whether its name may be a mistake."""
    planned = [one.name for one in files if one.kind == kind == "event"]
    return described(document, whole=True) + _like(name, planned, {name for _, name in shapes})


def _like(name: str, planned: Iterable[str], sent: Container[str]) -> str:
    """That a new name may be a mistake: it differs from a planned one in capitals only, or nearly is one that was not
    sent.
    """
    for other in planned:
        if other != name and (differs := difference(name, other)):
            return f"   is it {other}? It differs in {differs} only"
    near = nearest_member(name, [other for other in planned if other not in sent])
    return f"   is it {near}? That was not sent" if near else ""


def _unsent(files: Sequence[PlanFile], shapes: Mapping[tuple[Kind, str], Shape]) -> Iterator[Change]:
    for one in files:
        shape = shapes.get((one.kind, one.name))
        if shape is None:
            yield Change("-", str(one.file), "", "not sent by the last run; left as it is")
            continue
        for name in one.document.get("properties", {}):
            if "properties" in shape and name not in shape["properties"]:
                yield Change("-", str(one.file), place([name]), "not sent by the last run; left as it is")

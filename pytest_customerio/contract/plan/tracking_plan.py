"""Judges events, attributes and data of messages by the tracking plan of the project."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pytest_customerio.contract.engine.engine import UNKNOWN_MEMBER, Schema
from pytest_customerio.contract.engine.members import nearest_member
from pytest_customerio.contract.plan.contents import Content, Kind, contents
from pytest_customerio.contract.plan.files import PlanFile, compiled, plan_files
from pytest_customerio.contract.rules import violation
from pytest_customerio.core import redact
from pytest_customerio.core.model import Violation
from pytest_customerio.core.nearest import nearest
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import Payload

Json = Any
UPDATE = "python -m pytest_customerio plan --update"
NOT_PLANNED = "a name that is not in the plan"
_SIGNS = re.compile(r"[\W_]+")
# The most violations that are collected from one payload.
_MOST = 1000


class TrackingPlan:
    """The schemas of a folder. One that does not exist or is empty demands nothing. Raises `DataError`.

    `common` are the definitions that Customer.io's own schemas share. Every event has to be one of the plan's, if the
    plan has any. A message or broadcast without a schema is not judged.
    """

    def __init__(self, folder: Path, common: Mapping[str, Json]) -> None:
        self.files = plan_files(folder)
        self._folder = folder
        self._schemas = compiled(folder, self.files, common)
        self._places: dict[tuple[Kind, str], str] = {
            (one.kind, one.name): f"{folder.name}/{one.file}" for one in self.files
        }
        self._documents = {(one.kind, one.name): one.document for one in self.files}
        self._events = [one.name for one in self.files if one.kind == "event"]
        self._typed = next((_without_text(one) for one in self.files if one.kind == "attributes"), {})

    def judge_payload(
        self, operation: Operation | None, sent: Payload, params: Mapping[str, str] | None = None
    ) -> Iterator[Violation]:
        """What the plan says about the payload of an operation; `params` are the parameters of its path."""
        if operation is not None:
            yield from islice(self.judge(contents(operation.id, sent.value, params or {}), sent.size), _MOST)

    def judge(self, found: Iterable[Content], size: int) -> Iterator[Violation]:
        """What breaks the plan. `size` is the number of bytes of the whole payload."""
        for content in found:
            schema = self._schemas.get(content.key)
            if schema is not None:
                yield from self._broken(schema, content, size)
            elif content.kind == "event" and self._events:
                yield self._unknown(content)

    def _broken(self, schema: Schema, content: Content, size: int) -> Iterator[Violation]:
        data = self._set(content.data) if content.kind == "attributes" else content.data
        if schema.holds(data, size):
            return
        hint = f"follow {self._places[content.key]}, or: {UPDATE}"
        for each in schema.violations(data):
            got = NOT_PLANNED if each.got == UNKNOWN_MEMBER else each.got
            got = self._misspelt(content, each) or got if each.got == "nothing" else got
            yield each._replace(where=content.where + each.where[1:], got=got, hint=each.hint or hint)

    def _misspelt(self, content: Content, missing: Violation) -> str:
        """The member that probably stands for one that is missing, as it is shown."""
        planned = self._documents[content.key].get("properties", {})
        others = [name for name in content.data if name not in planned]
        meant = nearest_member(missing.expected, others) if missing.where == f"$.{missing.expected}" else None
        return f"nothing, but {redact.word(meant)}" if meant else ""

    def _set(self, data: Mapping[str, Json]) -> Mapping[str, Json]:
        """The attributes that get a value. Null clears an attribute of any type, and so does empty text."""
        typed = self._typed
        unset = {name: data[name] for name in typed if name in data and data[name] in (None, "")}
        cleared = {name for name, value in unset.items() if value is None or typed[name]}
        return {name: value for name, value in data.items() if name not in cleared} if cleared else data

    def _unknown(self, content: Content) -> Violation:
        near, differs = self._near(content.name)
        expected = f'"{near}"' if near else f"an event of {self._folder.name}/events"
        got = f'"{redact.cut(content.name)}", which differs only in {differs}' if differs else redact.word(content.name)
        hint = f"send an event of the plan, or: {UPDATE}"
        return violation("unknown-event", content.name_at, expected, got, hint, source="")

    def _near(self, name: str) -> tuple[str | None, str]:
        """The event that was probably meant, and in what alone the names differ, if they do."""
        for planned in self._events:
            if differs := difference(name, planned):
                return planned, differs
        return nearest(name[:100], self._events, 0.7), ""


def difference(given: str, planned: str) -> str:
    """In what alone two names differ: capitals, spaces or signs. Empty where they differ in letters or digits."""
    spaced, solid = given.casefold() == planned.casefold(), "".join(given.split()) == "".join(planned.split())
    if spaced or solid:
        return "capitals" if spaced else "spaces"
    given, planned = given.casefold(), planned.casefold()
    if "".join(given.split()) == "".join(planned.split()):
        return "capitals and spaces"
    return "capitals, spaces and signs" if _letters(given) and _letters(given) == _letters(planned) else ""


def _letters(name: str) -> str:
    return _SIGNS.sub("", name)


def _without_text(attributes: PlanFile) -> dict[str, bool]:
    """The planned attributes; whether empty text only clears each, because its type is another one."""
    planned = attributes.document.get("properties", {})
    return {name: not _allows_text(schema) for name, schema in planned.items()}


def _allows_text(schema: Json) -> bool:
    types = schema.get("type", "string") if isinstance(schema, dict) else "string"
    return "string" in types

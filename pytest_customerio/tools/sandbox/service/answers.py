"""What a sandbox answers: successes and errors from the cassettes, each with how sure it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pytest_customerio.cassettes.cases import SUCCESS, Cassettes
from pytest_customerio.cassettes.document import Document, load
from pytest_customerio.cassettes.provenance import read
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core import data
from pytest_customerio.core.model import Answer, ErrorCase, Source

_JSON = (("Content-Type", "application/json; charset=utf-8"),)
_NAME = re.compile("'[^']*'")
_GENERIC = "malformed"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `source` is how sure it is that the service answers so, `case` the error that it is."""

    answer: Answer
    source: Source
    case: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that an error tells: about which member of the payload, and of which item of a batch."""

    text: str
    field: str = ""
    required: bool = False
    index: int | None = None


class Replies:
    """Makes answers. Error cases are read when the first one is needed."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._sources: dict[str, Source] = {}

    @cached_property
    def cases(self) -> Mapping[tuple[str, str], ErrorCase]:
        """Every error case by cassette and surface, in one of its modes."""
        return {(case.cassette, case.surface): case for case in self._cassettes.cases()}

    def success(self, operation: str, body: object = None, notes: tuple[str, ...] = ()) -> Reply:
        """The recorded success of an operation, or this body in its place."""
        if operation not in self._sources:
            self._read_sources(operation.partition(".")[0])
        answer = self._cassettes.success(operation)
        if body is not None:
            answer = replace(answer, body=json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())
        return Reply(answer, self._sources[operation], notes=notes)

    def error(
        self, cassette: str, operation: str, complaints: Sequence[Complaint] = (), notes: tuple[str, ...] = ()
    ) -> Reply:
        """An error as this operation draws it, saying what is complained about."""
        case = self._cassettes.variant(self.cases[cassette, operation.partition(".")[0]], operation)
        return Reply(filled(case.answer, complaints), case.provenance.source, case.cassette, notes)

    def general(self, cassette: str, surface: str) -> Reply:
        """An error as the surface answers it, whatever was called."""
        case = self.cases[cassette, surface]
        return Reply(case.answer, case.provenance.source, case.cassette)

    def suiting(self, status: str, operation: str, prevents: Sequence[str] = (), text: str = "") -> str:
        """The cassette of this status that breaking a rule draws from an operation: the one that says `text`, else as
        the rule has it, else any. Where the surface has no such status it says 400.
        """
        surface = operation.partition(".")[0]
        at_home = {name: case for (name, home), case in self.cases.items() if home == surface}
        known = [name for name, case in at_home.items() if str(case.answer.status) == status]
        fitting = [name for name in known if operation in at_home[name].operations] or known
        if not fitting:
            return self.suiting("400", operation, prevents, text)
        fitting.sort(key=lambda name: not name.endswith(_GENERIC))
        named = [name for name in prevents if name in fitting]
        saying = [name for name in (*named, *fitting) if text and text in _texts(self.error(name, operation).answer)]
        return (*saying, *named, *fitting)[0]

    def wording(self, cassette: str, operation: str, field: str, text: str) -> str:
        """What an error says: as it was seen, where that is known; else `text`."""
        if cassette.endswith(_GENERIC):
            return text
        seen = _texts(self.error(cassette, operation).answer)
        if seen and (operation.startswith("track_v2.") or _NAME.search(seen[0])):
            return _NAME.sub(f"'{field.rpartition('.')[2]}'", seen[0])
        return text

    def _read_sources(self, surface: str) -> None:
        names = [each.name for each in self._catalog.of(surface)]
        about = read(Document(data.cassettes() / surface / f"{SUCCESS}.yaml", load), Answer(200), names)
        self._sources |= {f"{surface}.{name}": about.of(name).provenance.source for name in names}


def made(status: int, reason: str, body: object) -> Answer:
    """An answer of our own."""
    return Answer(status, reason, _JSON, json.dumps(body, separators=(",", ":")).encode())


def filled(answer: Answer, complaints: Sequence[Complaint]) -> Answer:
    """The recorded error with these complaints in place of its own, in its own envelope."""
    told = _parsed(answer)
    if not complaints or not told:
        return answer
    meta = told.get("meta", {})
    if "errors" in meta:
        meta["errors"] = [each.text for each in complaints]
    elif "error" in meta:
        meta["error"] = complaints[0].text
    else:
        told["errors"] = [_entry(told["errors"][0], each) for each in complaints]
    return replace(answer, body=json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode())


def _entry(like: Mapping[str, Any], complaint: Complaint) -> dict[str, Any]:
    if "detail" in like:
        return {**like, "detail": complaint.text}
    entry = {"reason": "required" if complaint.required else "invalid", "field": complaint.field}
    index = {} if complaint.index is None else {"batch_index": complaint.index}
    return {**index, **entry, "message": complaint.text}


def _texts(answer: Answer) -> list[str]:
    """What an error says, in whichever envelope."""
    told = _parsed(answer) or {}
    meta, errors = told.get("meta") or {}, told.get("errors") or ()
    listed = [
        *meta.get("errors", ()),
        meta.get("error"),
        *(each.get("message") or each.get("detail") for each in errors),
    ]
    return [each for each in listed if each]


def _parsed(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None

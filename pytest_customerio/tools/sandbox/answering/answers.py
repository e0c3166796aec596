"""Builds answers from the cassettes: successes and errors, each with how certain it is that the service answers so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.provenance import read
from pytest_customerio.cassettes.successes import BY_TYPE, SUCCESS
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.model import Answer, ErrorCase, Source
from pytest_customerio.tools.sandbox.json_values import compact_json

_QUOTED_NAME = re.compile("'[^']*'")
_GENERIC = "malformed"


@dataclass(frozen=True, slots=True)
class SandboxAnswer:
    """An answer of the sandbox.

    `source` says how certain it is that the service answers so. `case` is the error case, if it is one. `notes` are
    what the service does and does not say in its answer.
    """

    answer: Answer
    source: Source
    case: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """One problem in an error: its text, the member of the payload, and the index of the entity in a batch.

    `required` says that the member is missing.
    """

    text: str
    field: str = ""
    required: bool = False
    index: int | None = None


class Answers:
    """Builds answers. The error cases are read when the first one is needed."""

    def __init__(self, catalog: Catalog, cassettes: Cassettes) -> None:
        self._catalog = catalog
        self._cassettes = cassettes
        self._sources: dict[str, Source] = {}
        self._by_type = read_routes(data.schemas()).operations

    @cached_property
    def cases(self) -> Mapping[tuple[str, str], ErrorCase]:
        """One error case for each cassette and surface."""
        return {(case.cassette, case.surface): case for case in self._cassettes.cases()}

    def success(
        self, operation: str, body: object = None, notes: tuple[str, ...] = (), *, by_type: bool = False
    ) -> SandboxAnswer:
        """The recorded success of an operation, with `body` in place of its own if one is given.

        `by_type` says that values of the body were made up.
        """
        if operation not in self._sources:
            self._read_sources(operation.partition(".")[0])
        answer, source = self._cassettes.success(operation), self._sources[operation]
        if body is not None:
            answer = replace(answer, body=_bytes(body))
            if operation in self._by_type and not by_type:
                source = "documented"  # the type is published, and the values are those of the workspace
        return SandboxAnswer(answer, source, notes=notes)

    def error(
        self, cassette: str, operation: str, details: Sequence[ErrorDetail] = (), notes: tuple[str, ...] = ()
    ) -> SandboxAnswer:
        """The recorded error of an operation, with these details in place of its own if there are any."""
        case = self._cassettes.variant(self.cases[cassette, operation.partition(".")[0]], operation)
        return SandboxAnswer(with_details(case.answer, details), case.provenance.source, case.cassette, notes)

    def surface_error(self, cassette: str, surface: str) -> SandboxAnswer:
        """The recorded error of a surface, independent of the operation."""
        case = self.cases[cassette, surface]
        return SandboxAnswer(case.answer, case.provenance.source, case.cassette)

    def choose_cassette(self, status: str, operation: str, prevents: Sequence[str] = (), text: str = "") -> str:
        """The cassette of the error that breaking a rule draws from an operation: the one with this `text`, else the
        first of those that the rule `prevents`, else any of this status. A surface without the status answers 400.
        """
        surface = operation.partition(".")[0]
        cases = {name: case for (name, home), case in self.cases.items() if home == surface}
        of_status = [name for name, case in cases.items() if str(case.answer.status) == status]
        fitting = [name for name in of_status if operation in cases[name].operations] or of_status
        if not fitting:
            return self.choose_cassette("400", operation, prevents, text)
        fitting.sort(key=lambda name: not name.endswith(_GENERIC))
        named = [name for name in prevents if name in fitting]
        with_text = [name for name in (*named, *fitting) if text and text in _texts(self.error(name, operation).answer)]
        return (*with_text, *named, *fitting)[0]

    def error_text(self, cassette: str, operation: str, field: str, text: str) -> str:
        """The recorded text of an error about a member of the payload, else `text`."""
        if cassette.endswith(_GENERIC):
            return text
        recorded = _texts(self.error(cassette, operation).answer)
        if recorded and (operation.startswith("track_v2.") or _QUOTED_NAME.search(recorded[0])):
            return _QUOTED_NAME.sub(f"'{field.rpartition('.')[2]}'", recorded[0])
        return text

    def _read_sources(self, surface: str) -> None:
        names = [each.name for each in self._catalog.of(surface)]
        about = read(Document(data.cassettes() / surface / f"{SUCCESS}.yaml"), Answer(200), names)
        found = {f"{surface}.{name}": about.of(name).provenance.source for name in names}
        self._sources |= found | {name: BY_TYPE.source for name in self._by_type if name in found}


def with_details(answer: Answer, details: Sequence[ErrorDetail]) -> Answer:
    """The recorded error with these details in place of its own, in the same envelope."""
    body = _parsed(answer)
    if not details or not body:
        return answer
    meta = body.get("meta", {})
    if "errors" in meta:
        meta["errors"] = [each.text for each in details]
    elif "error" in meta:
        meta["error"] = details[0].text
    else:
        body["errors"] = [_error_object(body["errors"][0], each) for each in details]
    return replace(answer, body=_bytes(body))


def _bytes(body: object) -> bytes:
    return compact_json(body).encode("utf-8", "replace")


def _error_object(recorded: Mapping[str, Any], detail: ErrorDetail) -> dict[str, Any]:
    """An entry of `errors` in the form of the recorded one."""
    if "detail" in recorded:
        return {**recorded, "detail": detail.text}
    entry = {"reason": "required" if detail.required else "invalid", "field": detail.field}
    index = {} if detail.index is None else {"batch_index": detail.index}
    return {**index, **entry, "message": detail.text}


def _texts(answer: Answer) -> list[str]:
    """The texts of an error, in whichever envelope they are."""
    body = _parsed(answer) or {}
    meta, errors = body.get("meta") or {}, body.get("errors") or ()
    listed = [
        *meta.get("errors", ()),
        meta.get("error"),
        *(each.get("message") or each.get("detail") for each in errors),
    ]
    return [each for each in listed if each]


def _parsed(answer: Answer) -> Any:
    return deepcopy(answer.payload.value) if answer.payload.kind == "json" else None

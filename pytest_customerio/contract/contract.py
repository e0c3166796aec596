"""Whether a request keeps its contract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from time import time
from typing import Any

from pytest_customerio.contract.address import judge_address
from pytest_customerio.contract.auth import from_url, judge_auth, service_account
from pytest_customerio.contract.bundle import parameters
from pytest_customerio.contract.catalog import LONGEST_REMEMBERED, Catalog, Match
from pytest_customerio.contract.engine import Schema
from pytest_customerio.contract.keywords import json_bytes
from pytest_customerio.contract.own_schemas import load_own, read_json
from pytest_customerio.contract.rules import Rule, load_rules
from pytest_customerio.contract.semantics import judge_path, judge_surprises, strict_mode
from pytest_customerio.contract.sizes import judge_sizes
from pytest_customerio.contract.violations import Breach
from pytest_customerio.core import data
from pytest_customerio.core.model import Interaction, Operation, Severity, Violation
from pytest_customerio.core.payload import Payload
from pytest_customerio.core.redact import word

_RANK: Mapping[Severity, int] = {"error": 0, "warning": 1, "info": 2}
_NO_CONSTRAINT = frozenset({"$schema", "$id", "$comment", "$defs", "title", "description", "x-cio", "examples"})
_MOST = 1000
_SMALL = 32_000
_BODIES = frozenset({"POST", "PUT"})
_NO_WORKSPACE = Breach(
    "missing-workspace-id",
    "header X-Workspace-Id",
    "the workspace of a service-account token",
    "nothing",
    error="400 workspace_id is required",
    source="observed",
)
_DIGITS = re.compile(r"(\d+)")


class Contract:
    """What every operation promises: the catalogue's schemas, the checks beside them and the project's own schemas.

    `own` are folders of further schemas, `region` is the declared one. Raises `DataError` for a broken own schema.
    """

    def __init__(self, catalog: Catalog, own: Sequence[Path] = (), region: str | None = None) -> None:
        self._catalog = catalog
        self._region = region
        self._schemas: dict[str, Schema] = {}
        self._parameters: dict[str, Schema] = {}
        self._bodies: dict[str, bool] = {}
        self._documents: dict[str, Any] = {}
        self._own = load_own(own, catalog.operations, self._common) if own else {}
        self._address = lru_cache(maxsize=1024)(self._judge_address)

    def prepare(self) -> None:
        """Read every file now: later a test may have put something in the place of files, or of paths."""
        self._documents = {each.id: self._document(each) for each in self._catalog.operations.values()}
        assert self.rules
        assert self._common

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The vocabulary of rules."""
        return load_rules(read_json(data.schemas() / "rules.json"))

    def operation(self, interaction: Interaction) -> Operation | None:
        """Which operation a request is."""
        place = self._catalog.place(interaction.method, interaction.url)
        if len(place.candidates) < 2:
            return place.operation
        return self._catalog.match(interaction.method, interaction.url, interaction.payload.value).operation

    def judge(self, interaction: Interaction) -> list[Violation]:
        """All violations of one request, sorted by severity, place and rule. Fills in its operation if that is open."""
        place = self._catalog.place(interaction.method, interaction.url)
        if not place.address.concerned:
            return []
        if interaction.operation is None:
            interaction.operation = place.operation
        where = self._address if len(interaction.url) < LONGEST_REMEMBERED else self._judge_address
        breaches = [*where(interaction.method, interaction.url), *self._judge_auth(place, interaction)]
        if place.candidates and interaction.body_known and place.candidates[0].method in _BODIES:
            breaches += self._judge_body(place, interaction)
        return self._violations(breaches, interaction) if breaches else []

    def _judge_address(self, method: str, url: str) -> tuple[Breach, ...]:
        place = self._catalog.place(method, url)
        breaches = list(judge_address(self._catalog, place, method, url, self._region))
        if place.candidates:
            breaches += self._judge_parameters(place)
        return tuple(breaches)

    def _judge_parameters(self, place: Match) -> list[Breach]:
        first = place.candidates[0]
        if first.id not in self._parameters:
            self._parameters[first.id] = Schema(parameters(self._document(first)), self._common)
        given = {"path": dict(place.params), "query": dict(place.query)}
        schema = self._parameters[first.id]
        if schema.holds(given, 0):
            return []
        return [replace(each, where=each.where.removeprefix("$.")) for each in schema.breaches(given)]

    def _judge_auth(self, place: Match, interaction: Interaction) -> tuple[Breach, ...]:
        if not place.candidates:
            return ()
        header = interaction.headers.get("authorization")
        if header is None and place.address.user is not None:
            header = from_url(place.address.user)
        found = judge_auth(place.candidates[0].auth, header and header[:LONGEST_REMEMBERED], place.region)
        if service_account(header) and not interaction.headers.get("x-workspace-id") and not found:
            return (_NO_WORKSPACE,)
        return found

    def _judge_body(self, place: Match, interaction: Interaction) -> list[Breach]:
        first = place.candidates[0]
        if place.operation is not None and not self._takes_a_body(first):
            return []
        sent = interaction.payload
        if sent.kind == "unreadable":
            return []
        if sent.problem:
            return [_no_json(sent)]
        payload = {} if sent.kind == "nothing" else sent.value
        if not isinstance(payload, dict):
            return [_no_object("$", payload)]
        found, operation = self._judge_one(place.operation, place.candidates, payload, sent.size, interaction)
        if interaction.operation is None:
            interaction.operation = operation
        found += judge_path(first, place.params, payload)
        found += judge_sizes(operation or first, payload, sent.size)
        found += strict_mode(first, interaction.headers)
        if first.name == "batch":
            found += islice(self._judge_items(first, payload.get("batch"), sent.size, interaction), _MOST)
        return found

    def _judge_items(self, batch: Operation, items: object, size: int, interaction: Interaction) -> Iterator[Breach]:
        for index, item in enumerate(items if isinstance(items, list) else ()):
            here, own_size = f"$.batch[{index}]", size if size < _SMALL else json_bytes(item)
            if not isinstance(item, dict):
                yield _no_object(here, item)
                continue
            if batch.surface == "track_v2":
                found, _ = self._judge_one(None, self._catalog.entities, item, own_size, interaction)
            else:
                found = self._judge_call(item, own_size, interaction)
            for each in found:
                yield replace(each, where=here + each.where[1:])

    def _judge_call(self, item: dict[str, Any], size: int, interaction: Interaction) -> list[Breach]:
        kind, known = item.get("type"), self._catalog.pipelines_items
        operation = known.get(kind) if isinstance(kind, str) else None
        if operation is None:
            return [Breach("unknown-type", "$.type", ", ".join(known), _missing(item, "type"), "", "200, then dropped")]
        return self._judge_one(operation, (), item, size, interaction)[0]

    def _judge_one(
        self,
        operation: Operation | None,
        candidates: Sequence[Operation],
        payload: dict[str, Any],
        size: int,
        interaction: Interaction,
    ) -> tuple[list[Breach], Operation | None]:
        if operation is None:
            operation, rule, key = self._catalog.select(candidates, payload)
            if operation is None:
                return [_variant(rule, key, candidates, payload)], None
        found: list[Breach] = []
        for schema in (self._schema(operation), *self._own.get(operation.id, ())):
            if not schema.holds(payload, size):
                found += schema.breaches(payload)
        found += judge_surprises(operation, payload, interaction.at or time())
        return found, operation

    def _violations(self, breaches: Sequence[Breach], interaction: Interaction) -> list[Violation]:
        worst: dict[tuple[str, str], Violation] = {}
        for each in breaches:
            severity = self._severity(each)
            known = worst.get((each.rule, each.where))
            if known is None or _RANK[severity] < _RANK[known.severity]:
                worst[each.rule, each.where] = Violation(
                    rule=each.rule,
                    severity=severity,
                    where=each.where,
                    expected=each.expected,
                    got=each.got,
                    hint=each.hint,
                    sent_from=interaction.sent_from,
                    source=each.source,
                    error=each.error,
                )
        return sorted(worst.values(), key=lambda each: (_RANK[each.severity], _natural(each.where), each.rule))

    def _severity(self, breach: Breach) -> Severity:
        if breach.severity is not None:
            return breach.severity
        severity = self.rules[breach.rule].severity if breach.rule in self.rules else "error"
        return "warning" if severity == "error" and breach.source == "inferred" else severity

    def _schema(self, operation: Operation) -> Schema:
        found = self._schemas.get(operation.id)
        if found is None:
            found = self._schemas[operation.id] = Schema(self._document(operation), self._common)
        return found

    def _takes_a_body(self, operation: Operation) -> bool:
        known = self._bodies.get(operation.id)
        if known is None:
            constrained = bool(set(self._schema(operation).document) - _NO_CONSTRAINT)
            known = self._bodies[operation.id] = constrained or operation.id in self._own
        return known

    @cached_property
    def _common(self) -> Any:
        return read_json(data.schemas() / "common.json")

    def _document(self, operation: Operation) -> Any:
        known = self._documents.get(operation.id)
        return known or read_json(data.schemas() / operation.surface / f"{operation.name}.json")


def _variant(rule: str, key: str, candidates: Sequence[Operation], payload: dict[str, Any]) -> Breach:
    kind = payload.get("type")
    fitting = [each for each in candidates if key == "type" or each.variant["type"] == kind]
    expected = ", ".join(dict.fromkeys(each.variant[key] for each in fitting))
    return Breach(rule, f"$.{key}", expected, _missing(payload, key), "", "400")


def _missing(payload: dict[str, Any], key: str) -> str:
    return word(payload[key]) if key in payload else "nothing"


def _no_object(where: str, payload: object) -> Breach:
    hint = 'wrap it: {"batch": [...]}' if isinstance(payload, list) and where == "$" else ""
    return Breach("body-not-object", where, "an object", word(payload), hint, "400")


def _no_json(payload: Payload) -> Breach:
    hint = 'json=payload, or data=json.dumps(payload, allow_nan=False) with Content-Type "application/json"'
    return Breach("body-not-json", "$", "JSON", payload.problem, hint, "400", source="documented")


def _natural(where: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in _DIGITS.split(where)]

"""Judges one request: which operation it is, and which rules its address, credentials and payload break."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from pathlib import Path
from time import time
from typing import Any, NamedTuple

from pytest_customerio.contract.address import judge_address, judge_verification
from pytest_customerio.contract.auth import from_url, judge_auth, service_account
from pytest_customerio.contract.catalog.catalog import LONGEST_REMEMBERED, RETIRED_HOSTS, Address, Catalog, Match
from pytest_customerio.contract.engine.flaws import named_rules
from pytest_customerio.contract.engine.keywords import json_bytes
from pytest_customerio.contract.engine.schemas import Schemas
from pytest_customerio.contract.plan.tracking_plan import TrackingPlan
from pytest_customerio.contract.rules import in_order, violation, vocabulary
from pytest_customerio.contract.semantics import (
    UNKNOWN_MOMENT,
    judge_ids,
    judge_parameters,
    judge_path,
    judge_semantics,
    strict_mode,
)
from pytest_customerio.contract.sizes import LEAST_LIMIT, judge_sizes
from pytest_customerio.contract.unreadable import no_json, no_object, no_variant, no_workspace, variant_shown
from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import Payload

# The most violations that are collected from the entries of one batch.
_MOST = 1000
_WITH_BODY = frozenset({"POST", "PUT"})
# The payload of these is judged together with the parameters of the path or query.
_WITH_PARAMETERS = frozenset({"track.identify", "track.add_to_segment", "track.remove_from_segment"})
# The headers of a request to Pipelines that asks for errors; nothing is said of a header that is not known.
_STRICT: Mapping[str, str] = {"x-strict-mode": "1"}


class Judged(NamedTuple):
    """What the contract says about one request: its operation, if it is one, and the violations.

    The violations are sorted by severity, place and rule; each pair of rule and place occurs once. `params` are the
    parameters of the path.
    """

    operation: Operation | None
    violations: tuple[Violation, ...] = ()
    params: Mapping[str, str] = {}


class Head(NamedTuple):
    """What a request says before its payload is read: where it goes, and what is wrong with address and credentials.

    `has_payload` says whether its payload is judged. `special` says that more is judged than its schema and meaning.
    `like` is the operation whose payload it has, where that is another one.
    """

    place: Match
    violations: tuple[Violation, ...] = ()
    has_payload: bool = False
    special: bool = False
    like: Operation | None = None


class Contract:
    """All that Customer.io demands of requests: the schemas of the catalogue, and checks that no schema can express.

    `own` are folders of the project's schemas, `region` is the declared region, `plan` the folder of the project's
    tracking plan. Raises `DataError` where a schema of the project is broken.
    """

    def __init__(
        self, catalog: Catalog, own: Sequence[Path] = (), region: str | None = None, plan: Path | None = None
    ) -> None:
        self._catalog = catalog
        self._region = region
        self._schemas = Schemas(catalog.operations.values(), own)
        self._plan = TrackingPlan(plan, self._schemas.common) if plan is not None else None
        self._folders = (*own, *([plan] if plan is not None else []))
        self._known_head = lru_cache(maxsize=1024)(self._head)

    def prepare(self) -> None:
        """Read every file now: a test may later replace the files, or the functions that open them."""
        self._schemas.read()
        vocabulary()

    @cached_property
    def rules(self) -> frozenset[str]:
        """All rules: those of the vocabulary, and those that only schemas of the project name."""
        return frozenset(vocabulary()) | named_rules(self._folders)

    def document(self, operation: Operation) -> Mapping[str, Any]:
        """The JSON Schema of the payload of an operation, without those of the project."""
        found: Mapping[str, Any] = self._schemas.of(operation)[0].document
        return found

    def operation(self, interaction: Interaction) -> Operation | None:
        """Which operation a request is."""
        return self._operation(self._catalog.place(interaction.method, interaction.url), interaction)

    def judge(self, interaction: Interaction) -> Judged:
        """The operation of one request and all that is wrong with it."""
        url, headers = interaction.url, interaction.headers
        credentials = headers.get("authorization")
        usual = len(url) + len(credentials or "") < LONGEST_REMEMBERED
        head = (self._known_head if usual else self._head)(
            interaction.method, url, credentials, bool(headers.get("x-workspace-id"))
        )
        operation = interaction.operation or self._operation(head.place, interaction)
        found = list(head.violations)
        if head.has_payload and interaction.body_known:
            found += self._judge_body(head, operation, interaction.payload, headers, interaction.at or time())
        if self._plan is not None and interaction.body_known:
            found += self._plan.judge_payload(head.like or operation, interaction.payload, head.place.params)
        if interaction.tls_verified is False:
            found += judge_verification(head.place)
        if interaction.exempt:
            found = [each for each in found if each.rule not in interaction.exempt]
        return Judged(operation, in_order(found, interaction.sent_from) if found else (), head.place.params)

    def payload_head(self, operations: Sequence[Operation]) -> Head:
        """What `judge_payload` has to know: the operation, or several of one surface that the payload tells apart.

        `has_payload` is False where nothing is known of a payload of the operation.
        """
        first = operations[0]
        only = first if len(operations) == 1 else None
        known = only is None or self._schemas.constrains_body(first)
        place = Match(Address(), only, tuple(operations))
        like = self._catalog.operations.get(first.like)
        return Head(place, (), known and first.method in _WITH_BODY, _is_special(like or first), like)

    def judge_payload(self, head: Head, sent: Payload) -> Judged:
        """What the contract says about a payload by itself: where it went, with which headers and when is not known."""
        place = head.place
        operation = place.operation or self._catalog.select(place.candidates, sent.value)[0]
        found = self._judge_body(head, operation, sent, _STRICT, UNKNOWN_MOMENT)
        if self._plan is not None:
            found += self._plan.judge_payload(head.like or operation, sent)
        return Judged(operation, in_order(found, None) if found else ())

    def _operation(self, place: Match, interaction: Interaction) -> Operation | None:
        """The operation at this place; where several share it, the payload decides."""
        if len(place.candidates) < 2:
            return place.operation
        return self._catalog.select(place.candidates, interaction.payload.value)[0]

    def _head(self, method: str, url: str, credentials: str | None, names_workspace: bool) -> Head:  # noqa: FBT001
        place = self._catalog.place(method, url)
        if not place.address.concerned:
            return Head(place)
        found = list(judge_address(self._catalog, place, method, url, self._region))
        if not place.candidates:
            return Head(place, tuple(found))
        found += self._judge_parameters(place)
        if place.address.host not in RETIRED_HOSTS:  # which credentials a retired host takes is not published any more
            found += _judge_credentials(place, credentials, names_workspace=names_workspace)
        first = place.candidates[0]
        constrained = place.operation is None or self._schemas.constrains_body(first)
        like = self._catalog.operations.get(first.like)
        return Head(place, tuple(found), constrained and first.method in _WITH_BODY, _is_special(like or first), like)

    def _judge_parameters(self, place: Match) -> list[Violation]:
        given = {"path": dict(place.params), "query": dict(place.query)}
        schema = self._schemas.of_parameters(place.candidates[0])
        broken = [] if schema.holds(given, 0) else schema.violations(given)
        return [
            *(each._replace(where=each.where.removeprefix("$.")) for each in broken),
            *judge_parameters(place.candidates[0], place.params, place.query),
        ]

    def _judge_body(
        self, head: Head, operation: Operation | None, sent: Payload, headers: Mapping[str, str], at: float
    ) -> list[Violation]:
        if sent.kind == "unreadable":
            return []
        if sent.problem:
            return [no_json(sent)]
        payload = {} if sent.kind == "nothing" else sent.value
        if not isinstance(payload, dict):
            return [no_object("$", payload)]
        first = head.like or head.place.candidates[0]
        found = self._judge_payload(head.like or operation, head.place.candidates, payload, sent.size, at)
        if sent.size > LEAST_LIMIT:
            found += judge_sizes(first, payload, sent.size)
        if head.special:
            if first.surface == "pipelines":
                found += strict_mode(first, headers)
            if first.id in _WITH_PARAMETERS:
                found += judge_path(first, head.place.params, payload)
                found += judge_ids(head.place.query, payload)
            if first.name == "batch":
                found += islice(self._judge_batch(first, sent, at), _MOST)
        return found

    def _judge_batch(self, batch: Operation, sent: Payload, at: float) -> Iterator[Violation]:
        for index, entry in enumerate(sent.batch):
            here = f"$.batch[{index}]"
            if not isinstance(entry, dict):
                yield no_object(here, entry)
                continue
            size = sent.size if sent.size < LEAST_LIMIT else json_bytes(entry)
            judge = self._judge_entity if batch.surface == "track_v2" else self._judge_call
            for each in judge(entry, size, at):
                yield each._replace(where=here + each.where[1:])

    def _judge_entity(self, entity: dict[str, Any], size: int, at: float) -> list[Violation]:
        """One entry of a batch of Track v2."""
        return self._judge_payload(None, self._catalog.entities, entity, size, at)

    def _judge_call(self, call: dict[str, Any], size: int, at: float) -> list[Violation]:
        """One entry of a batch of Pipelines."""
        kind, known = call.get("type"), self._catalog.pipelines_calls
        operation = known.get(kind) if isinstance(kind, str) else None
        if operation is None:
            got = variant_shown(call, "type", known)
            return [violation("unknown-type", "$.type", ", ".join(known), got, "", "200, then dropped")]
        return self._judge_payload(operation, (), call, size, at)

    def _judge_payload(
        self,
        operation: Operation | None,
        candidates: Sequence[Operation],
        payload: dict[str, Any],
        size: int,
        at: float,
    ) -> list[Violation]:
        """A payload of the operation, or of that candidate whose type and action it has."""
        if operation is None:
            operation, rule, key = self._catalog.select(candidates, payload)
            if operation is None:
                return [no_variant(rule, key, candidates, payload)]
        found: list[Violation] = []
        for schema in self._schemas.of(operation):
            if not schema.holds(payload, size):
                found += schema.violations(payload)
        found += judge_semantics(operation, payload, at)
        return found


def _is_special(operation: Operation) -> bool:
    return operation.surface == "pipelines" or operation.name == "batch" or operation.id in _WITH_PARAMETERS


def _judge_credentials(place: Match, header: str | None, *, names_workspace: bool) -> tuple[Violation, ...]:
    if header is None and place.address.user is not None:
        header = from_url(place.address.user)
    found = judge_auth(place.candidates[0].auth, header and header[:LONGEST_REMEMBERED], place.region)
    if service_account(header) and not names_workspace and not found:
        return (no_workspace(),)
    return found

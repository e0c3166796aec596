"""Decides which violations the service answers with an error, and builds that error."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.rules import Rule
from pytest_customerio.core.model import Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.tools.sandbox.answering.answers import Answers, ErrorDetail, SandboxAnswer
from pytest_customerio.tools.sandbox.requests.request import ApiRequest, batch_entities, entity_operation

# The violations of a request by the index of the entity in a batch; None stands for the request itself.
ByEntity = Mapping[int | None, list[Violation]]
_ENTITY = re.compile(r"\$\.batch\[(\d+)\]\.?")
_STATUS = re.compile(r"4\d\d")
_DROPPED = "200, then dropped"
_MOST_WARNINGS = 10


def refused_violations(request: ApiRequest, *, warnings: bool) -> ByEntity:
    """The violations that the service answers with an error; with `warnings` those of that severity too."""
    refused: dict[int | None, list[Violation]] = {}
    for each in request.violations:
        severe = each.severity == "error" or (warnings and each.severity == "warning")
        if severe and refusal_status(each):
            entity = _ENTITY.match(each.where) if request.operation.name == "batch" else None
            refused.setdefault(int(entity[1]) if entity else None, []).append(each)
    return refused


def refusal_status(violation: Violation) -> str:
    """The status of the error that a violation draws; empty if the service accepts the payload."""
    if _STATUS.match(violation.error):
        return violation.error[:3]
    if violation.error.startswith(_DROPPED):
        return "400"
    return "404" if violation.where.startswith("path.") and not violation.error else ""


def warning_notes(violations: Sequence[Violation]) -> tuple[str, ...]:
    """What the contract warns of in a payload that the service accepts, without the values that were sent."""
    warned = (each for each in violations if each.severity == "warning" and not refusal_status(each))
    texts = (f"the contract warns ({each.rule}): {each.where}: expected {each.expected}" for each in warned)
    return tuple(islice(texts, _MOST_WARNINGS))


def error_detail(violation: Violation, index: int | None = None) -> ErrorDetail:
    """A violation as a detail of an error, with the text of the service if the contract knows it."""
    field = _ENTITY.sub("", violation.where).removeprefix("$.").removeprefix("$")
    own_text = f"{field or 'body'}: expected {violation.expected}, got {violation.got}"
    return ErrorDetail(_documented_text(violation) or own_text, field, violation.got == "nothing", index)


def _documented_text(violation: Violation) -> str:
    return violation.error[4:] if _STATUS.match(violation.error) else ""


@dataclass(frozen=True, slots=True)
class Refusals:
    """Builds the errors that violations draw."""

    catalog: Catalog
    answers: Answers
    rules: Mapping[str, Rule]

    def error(self, operation: Operation, violations: Sequence[Violation]) -> SandboxAnswer:
        """The error that the first violation draws, with a detail for each violation of the same status."""
        status = refusal_status(violations[0])
        cassette = self._cassette(operation, violations[0])
        alike = [each for each in violations if refusal_status(each) == status]
        return self.answers.error(cassette, operation.id, [self._detail(operation, each) for each in alike])

    def partial_failure(self, request: ApiRequest, refused: ByEntity, notes: tuple[str, ...]) -> SandboxAnswer:
        """207: which entities of a batch were refused, and why. All others were accepted."""
        entities = list(batch_entities(request.payload))
        details = []
        for index, violations in refused.items():
            assert index is not None  # a violation of the whole batch refuses all of it
            operation = entity_operation(self.catalog, request.operation.surface, entities[index])
            details += [self._detail(operation, each, index) for each in violations]
        return self.answers.error("207-partial-failure", request.operation.id, details, notes)

    def _detail(self, operation: Operation | None, violation: Violation, index: int | None = None) -> ErrorDetail:
        detail = error_detail(violation, index)
        if operation is None:
            return detail
        cassette = self._cassette(operation, violation)
        return replace(detail, text=self.answers.error_text(cassette, operation.id, detail.field, detail.text))

    def _cassette(self, operation: Operation, violation: Violation) -> str:
        rule = self.rules.get(violation.rule)
        prevents = rule.prevents if rule else ()
        text = _documented_text(violation)
        return self.answers.choose_cassette(refusal_status(violation), operation.id, prevents, text)

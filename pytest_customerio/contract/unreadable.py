"""What is wrong with a request of which no schema can be asked: it is not clear what it says, or to which operation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pytest_customerio.contract.engine.words import words
from pytest_customerio.contract.rules import violation
from pytest_customerio.core.model import Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.payload import Payload
from pytest_customerio.core.redact import mask, meant


def no_workspace() -> Violation:
    """A token that is valid in several workspaces comes without the one that is meant."""
    expected, error = "the workspace of a service-account token", "400 workspace_id is required"
    return violation("missing-workspace-id", "header X-Workspace-Id", expected, "nothing", "", error, "observed")


def no_json(payload: Payload) -> Violation:
    """The body cannot be decoded."""
    hint = 'json=payload, or data=json.dumps(payload, allow_nan=False) with Content-Type "application/json"'
    return violation("body-not-json", "$", "JSON", payload.problem, hint, "400")


def no_object(where: str, payload: object) -> Violation:
    """The value at this place is JSON, and no object."""
    hint = 'wrap it: {"batch": [...]}' if isinstance(payload, list) and where == "$" else ""
    return violation("body-not-object", where, "an object", mask(payload), hint, "400")


def no_variant(rule: str, key: str, candidates: Sequence[Operation], payload: dict[str, Any]) -> Violation:
    """The member `key`, which tells the operations of one path apart, names none of these."""
    kind = payload.get("type")
    fitting = [each for each in candidates if key == "type" or each.variant["type"] == kind]
    known = list(dict.fromkeys(each.variant[key] for each in fitting))
    return violation(rule, f"$.{key}", ", ".join(known), variant_shown(payload, key, known), "", "400")


def variant_shown(payload: dict[str, Any], key: str, known: Iterable[str]) -> str:
    """The value of such a member, as far as it may be shown."""
    return meant(payload[key], known, words()) if key in payload else "nothing"

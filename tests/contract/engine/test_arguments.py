"""Wrong arguments of our own keywords, in a schema of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from for_each import for_each

from pytest_customerio.contract.engine.arguments import misuses
from pytest_customerio.core import data


@pytest.mark.parametrize(
    ("schema", "place", "cause"),
    [
        (
            {"x-format": "emial"},
            ("x-format",),
            "x-format: no format is named 'emial' (did you mean email?); accepted: ",
        ),
        ({"items": {"x-format": ["email"]}}, ("items", "x-format"), "x-format: no format is named "),
        ({"x-maxBytes": "5"}, ("x-maxBytes",), "x-maxBytes: accepted: a whole number"),
        ({"x-maxJsonBytes": True}, ("x-maxJsonBytes",), "x-maxJsonBytes: accepted: a whole number"),
        ({"allOf": [{}, {"x-anyRequired": "id"}]}, ("allOf", 1, "x-anyRequired"), "x-anyRequired: accepted: a list of"),
        ({"x-exactlyOne": []}, ("x-exactlyOne",), "x-exactlyOne: accepted: a list of names"),
        ({"properties": {"a": {"x-cio": 5}}}, ("properties", "a", "x-cio"), "x-cio: accepted: "),
        (
            {"type": "object", "x-cio": {"type": "rule"}},
            ("x-cio", "type"),
            "x-cio: type: accepted: an object with rule",
        ),
        ({"x-cio": {"*": {"rule": 5}}}, ("x-cio", "*"), "x-cio: *: rule is text"),
        (
            {"required": ["a"], "x-cio": {"required:a": {"severity": "fatal"}}},
            ("x-cio", "required:a"),
            "x-cio: required:a: severity: accepted: error, warning, info",
        ),
    ],
)
def test_a_misuse_is_found(schema: dict[str, Any], place: tuple[str | int, ...], cause: str) -> None:
    """It is named with the way to it, and what is accepted."""
    (found,) = misuses(schema)
    assert found.place == place
    assert found.cause.startswith(cause)


def test_what_is_no_misuse() -> None:
    """Payloads in a schema, names in `x-cio` that are no keywords of it, and the keywords of others are left alone."""
    assert not list(misuses({"x-cio": {"event": "order paid"}, "examples": [{"x-format": 5}], "x-vendor": {"a": 1}}))
    assert not list(misuses({"type": "object", "x-cio": {"type": {"rule": "own-contract", "severity": "warning"}}}))


@for_each("path", sorted(data.schemas().rglob("*.json")))
def test_our_own_schemas_have_none(path: Path) -> None:
    """The keywords are used as `schemas/README.md` says."""
    assert not list(misuses(json.loads(path.read_bytes())))

"""Mistakes of a schema of the project that JSON Schema itself allows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pytest_customerio.contract.engine.flaws import flaw, named_rules

KEYED = 'x-cio is keyed by the keyword that breaks: {"required": {"rule": …, "hint": …}}'


@pytest.mark.parametrize(
    ("document", "place", "cause"),
    [
        (
            {"requierd": ["plan"]},
            ["requierd"],
            "'requierd' is no keyword, and constrains nothing; did you mean required?",
        ),
        (
            {"properties": {"a": {"x-maxBytse": 5}}},
            ["properties", "a", "x-maxBytse"],
            "'x-maxBytse' is no keyword, and constrains nothing; did you mean x-maxBytes?",
        ),
        ({"x-cio": "text"}, ["x-cio"], KEYED),
        ({"required": ["a"], "x-cio": {"rule": "bad-email"}}, ["x-cio", "rule"], KEYED),
        (
            {"required": ["a"], "x-cio": {"required:a": "text"}},
            ["x-cio", "required:a"],
            'the x-cio of a keyword is an object: {"required:a": {"rule": …, "hint": …}}',
        ),
        ({"x-cio": {"*": {"hint": 5}}}, ["x-cio", "*", "hint"], "hint of x-cio is text"),
        (
            {"x-cio": {"type": {"severity": "fatal"}}},
            ["x-cio", "type", "severity"],
            "'fatal' is no severity; accepted: error, warning, info",
        ),
        (
            {"x-cio": {"type": {"severty": "info"}}},
            ["x-cio", "type", "severty"],
            "'severty' is no member of x-cio; did you mean severity?",
        ),
    ],
)
def test_what_says_nothing_is_a_mistake(document: dict[str, Any], place: list[str], cause: str) -> None:
    """The mistake comes with the keys that lead to it."""
    assert flaw(document) == (place, cause)


@pytest.mark.parametrize(
    "document",
    [
        {"required": ["a"], "x-cio": {"required": {"rule": "our-own", "hint": "see the wiki", "owner": "growth"}}},
        {"x-cio": {"event": "order paid", "docs": ["https://example.com"]}, "note": "ours", "x-team": 3},
        {"properties": {"requierd": {"type": "string"}}, "examples": [{"tpye": 1}]},
    ],
)
def test_what_is_the_projects_own_is_left_alone(document: dict[str, Any]) -> None:
    """Other keywords, members of payloads and what a root says besides are no mistakes."""
    assert flaw(document) is None


def test_the_rules_that_schemas_name(tmp_path: Path) -> None:
    """The rules are found wherever they stand below the folders."""
    named = {"x-cio": {"required": {"rule": "our-own"}, "type": {"hint": "x"}, "event": "a"}}
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "a.json").write_text(json.dumps({"allOf": [named], "x-cio": "text"}))
    assert named_rules([tmp_path, tmp_path / "none"]) == {"our-own"}

"""The docstring of the package `judging` lists which rule stands in which module."""

from __future__ import annotations

import importlib
import inspect
import json
import re
from pathlib import Path

import pytest

from pytest_customerio import judging

LISTED = {
    module: re.findall(r"`([\w-]+)`", rules)
    for module, rules in re.findall(r"^\* `(\w+)`: (.*)$", inspect.getdoc(judging) or "", re.MULTILINE)
}
RULES = json.loads((Path(__file__).parents[2] / "schemas" / "rules.json").read_text(encoding="utf-8"))
# This rule needs the whole test, so it stands in running/checked/conclusion.
ELSEWHERE = {"nothing-sent"}


def test_every_rule_of_error_handling_is_listed_once() -> None:
    """The rules of kind `handling` in schemas/rules.json, and no others."""
    listed = [rule for rules in LISTED.values() for rule in rules]
    assert sorted(listed) == sorted({name for name, rule in RULES.items() if rule["kind"] == "handling"} - ELSEWHERE)


@pytest.mark.parametrize("module", LISTED)
def test_a_module_holds_the_rules_that_are_listed_for_it(module: str) -> None:
    """Each rule stands in the text of its module, and in no other module of the list."""
    texts = {name: inspect.getsource(importlib.import_module(f"pytest_customerio.judging.{name}")) for name in LISTED}
    for rule in LISTED[module]:
        assert [name for name, text in texts.items() if f'"{rule}"' in text] == [module]

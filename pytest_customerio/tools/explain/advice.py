"""Reads the folder `advice/`: examples, topics, and what breaks each rule. Also what the schemas say of each rule."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pytest_customerio.contract.rules import Rule, vocabulary
from pytest_customerio.core import data
from pytest_customerio.core.model import ErrorCase


@dataclass(frozen=True, slots=True)
class Example:
    """A module that shows how to handle an error. `cases` and `rules` say on which pages it is shown."""

    name: str
    title: str
    code: str
    cases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A problem without an error answer, or a way to look into one."""

    name: str
    kind: str
    issue: str
    cause: str
    todo: tuple[str, ...]
    rules: tuple[str, ...]
    example: str
    source: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Constraint:
    """What a schema says of a rule at one of its keywords. `surface` is empty where it holds for all surfaces."""

    rule: str
    surface: str
    expected: str = ""
    hint: str = ""
    error: str = ""
    source: str = "documented"
    evidence: str = ""


class Advice:
    """The files of the folder, each read when it is needed first. Raises `DataError` for a file that is broken."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or data.advice()

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """The vocabulary of rules."""
        return vocabulary()

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """The topics by name."""
        rows = data.read_json(self.folder / "topics.json")
        return {
            name: Topic(
                name,
                row["kind"],
                row["issue"],
                row["cause"],
                tuple(row["todo"]),
                tuple(row["rules"]),
                row["example"],
                tuple(row["source"]),
            )
            for name, row in rows.items()
            if name != "$comment"
        }

    @cached_property
    def examples(self) -> Mapping[str, Example]:
        """The examples by name."""
        rows = data.read_json(self.folder / "examples.json")
        return {name: self._example(name, row) for name, row in rows.items() if name != "$comment"}

    @cached_property
    def texts(self) -> Mapping[str, Sequence[str]]:
        """The texts that people meet besides the recorded answers, by the name of the page that explains them."""
        found: Mapping[str, Sequence[str]] = data.read_json(self.folder / "texts.json")["texts"]
        return found

    def for_case(self, case: ErrorCase) -> tuple[Example, ...]:
        """The examples for a case's cassette, else for its family or status, else for transient or permanent cases."""
        general = {case.family, str(case.answer.status)}
        for words in ({case.cassette}, general, {"transient" if case.retryable else "permanent"}):
            found = tuple(one for one in self.examples.values() if not words.isdisjoint(one.cases))
            if found:
                return found
        return ()

    def for_rule(self, rule: str) -> tuple[Example, ...]:
        """The examples that show how to keep a rule."""
        return tuple(one for one in self.examples.values() if rule in one.rules)

    @cached_property
    def counterexamples(self) -> Mapping[str, Mapping[str, Any]]:
        """What breaks each rule, by kind of rule (`payload`, `handling`) and by name."""
        found: Mapping[str, Mapping[str, Any]] = data.read_json(self.folder / "rules.json")
        return found

    @cached_property
    def constraints(self) -> Mapping[str, tuple[Constraint, ...]]:
        """What the schemas say of each rule; the same constraint is listed once for each surface."""
        found: dict[str, dict[Constraint, None]] = {}
        for path in sorted(data.schemas().rglob("*.json")):
            if path.name not in ("rules.json", "webhooks.json"):  # events that Customer.io sends break no rule
                surface = "" if path.parent == data.schemas() else path.parent.name
                for entry in _entries(data.read_json(path)):
                    known = {name: str(entry[name]) for name in Constraint.__slots__ if name in entry}
                    found.setdefault(entry["rule"], {})[Constraint(surface=surface, **known)] = None
        return {rule: tuple(constraints) for rule, constraints in found.items()}

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The address of each API's documentation, by surface."""
        found: Mapping[str, str] = data.read_json(data.schemas() / "common.json")["x-cio"]["sources"]
        return found

    def _example(self, name: str, row: Mapping[str, Any]) -> Example:
        code = (self.folder / "examples" / f"{name}.py").read_text(encoding="utf-8")
        title = ast.get_docstring(ast.parse(code)) or name
        return Example(name, title, code, tuple(row.get("cases", ())), tuple(row.get("rules", ())))


def _entries(node: Any) -> list[Mapping[str, Any]]:
    """Each entry of an `x-cio` that names a rule, at any depth."""
    if isinstance(node, list):
        return [entry for item in node for entry in _entries(item)]
    if not isinstance(node, dict):
        return []
    entries = (node.get("x-cio") or {}).values()
    own = [entry for entry in entries if isinstance(entry, dict) and "rule" in entry]
    return own + [entry for value in node.values() for entry in _entries(value)]

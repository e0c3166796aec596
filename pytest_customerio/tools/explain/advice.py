"""What is told about errors beyond their cassettes: examples, topics, and what breaks each rule (`advice/`)."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pytest_customerio.contract.rules import Rule, vocabulary
from pytest_customerio.core import data
from pytest_customerio.core.model import ErrorCase


@dataclass(frozen=True, slots=True)
class Example:
    """A way to handle an error, as a module that runs. `cases` and `rules` are those it is shown for."""

    name: str
    title: str
    code: str
    cases: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """What goes wrong without an error answer, or how to look into it."""

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
    """What a schema says at a keyword: the rule that breaks there, and for which surface."""

    rule: str
    surface: str
    expected: str = ""
    hint: str = ""
    error: str = ""
    source: str = "documented"
    evidence: str = ""


class Advice:
    """All of it, read when it is needed. Raises `DataError` for a file that is broken."""

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

    def for_case(self, case: ErrorCase) -> tuple[Example, ...]:
        """The examples of a case: those of its name, else of its family or status, else of what may be retried."""
        general = {case.family, str(case.answer.status)}
        for words in ({case.cassette}, general, {"transient" if case.retryable else "permanent"}):
            found = tuple(one for one in self.examples.values() if not words.isdisjoint(one.cases))
            if found:
                return found
        return ()

    def for_rule(self, rule: str) -> tuple[Example, ...]:
        """The examples that keep a rule."""
        return tuple(one for one in self.examples.values() if rule in one.rules)

    @cached_property
    def breaks(self) -> Mapping[str, Mapping[str, Any]]:
        """What breaks each rule of payloads (`payload`) and of error handling (`handling`)."""
        found: Mapping[str, Mapping[str, Any]] = data.read_json(self.folder / "rules.json")
        return found

    @cached_property
    def constraints(self) -> Mapping[str, tuple[Constraint, ...]]:
        """What the schemas say of each rule, each saying once for each surface."""
        found: dict[str, dict[Constraint, None]] = {}
        for path in sorted(data.schemas().rglob("*.json")):
            if path.name != "rules.json":
                surface = "" if path.name == "common.json" else path.parent.name
                for entry in _entries(data.read_json(path)):
                    known = {name: str(entry[name]) for name in Constraint.__slots__ if name in entry}
                    found.setdefault(entry["rule"], {})[Constraint(surface=surface, **known)] = None
        return {rule: tuple(constraints) for rule, constraints in found.items()}

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """The documentation of each API."""
        found: Mapping[str, str] = data.read_json(data.schemas() / "common.json")["x-cio"]["sources"]
        return found

    def _example(self, name: str, row: Mapping[str, Any]) -> Example:
        code = (self.folder / "examples" / f"{name}.py").read_text(encoding="utf-8")
        title = ast.get_docstring(ast.parse(code)) or name
        return Example(name, title, code, tuple(row.get("cases", ())), tuple(row.get("rules", ())))


def _entries(node: Any) -> list[Mapping[str, Any]]:
    """Every entry of an `x-cio` that names a rule, wherever it stands."""
    if isinstance(node, list):
        return [entry for item in node for entry in _entries(item)]
    if not isinstance(node, dict):
        return []
    said = node.get("x-cio")
    own = [entry for entry in said.values() if isinstance(entry, dict) and "rule" in entry] if said else []
    return own + [entry for value in node.values() for entry in _entries(value)]

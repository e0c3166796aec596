"""The result of each check of `doctor`, and its two forms: text and JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

State = Literal["ok", "note", "problem", "skipped"]
VERSION = 1
NO_KEYS: Mapping[str, str] = MappingProxyType({})
WIDTH = 100
_COMMAND = re.compile(r"pip install(?: [^\s()]+)+|python -m pytest_customerio(?: [\w-]+)+")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check: its state, what was seen, what to do. Contains no secret and no personal data.

    `api` is the API whose key was used where the target was asked: track, app or pipelines; else empty.
    """

    check: str
    state: State
    seen: str
    todo: str = ""
    api: str = ""


def as_text(found: Sequence[Diagnosis], target: str, keys: Mapping[str, str] = NO_KEYS) -> str:
    """A few lines for each check, and a last line that counts the states.

    `target` is what was asked; `keys` says for each API whose key that was done with.
    """
    counts = [(sum(one.state == state for one in found), state) for state in ("ok", "note", "problem", "skipped")]
    total = ", ".join(f"{number} {word}{_plural(word, number)}" for number, word in counts if number)
    width = max(len(each.check) for each in found)
    lines = [line for one in found for line in _lines(one, width, _asked(one, target, keys))]
    return "\n".join([f"asked: {target}", "", *lines, "", total]) + "\n"


def as_json(found: Sequence[Diagnosis], target: str, keys: Mapping[str, str] = NO_KEYS) -> str:
    """The same results as JSON."""
    checks = [_row(one, target, keys) for one in found]
    return json.dumps({"version": VERSION, "asked": target, "checks": checks}, indent=2) + "\n"


def _row(one: Diagnosis, target: str, keys: Mapping[str, str]) -> dict[str, str]:
    row = {"check": one.check, "state": one.state, "seen": one.seen, "todo": one.todo}
    return {**row, "target": target if one.api else "", "keys": keys.get(one.api, "")}


def _asked(one: Diagnosis, target: str, keys: Mapping[str, str]) -> str:
    return f"asked: {target}, with {keys[one.api]}" if one.api in keys else ""


def _lines(one: Diagnosis, width: int, asked: str) -> Iterator[str]:
    head = f"  {one.state:<7}  {one.check:<{width}}  "
    margin = " " * len(head)
    for index, line in enumerate(_wrapped(one.seen, WIDTH - len(head))):
        yield f"{head if index == 0 else margin}{line}"
    yield from (f"{margin}{line}" for line in _wrapped(asked, WIDTH - len(head)))
    for index, line in enumerate(_wrapped(one.todo, WIDTH - len(head) - 2)):
        yield f"{margin}{'→ ' if index == 0 else '  '}{line}"


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text. A command stands on one line, whatever its length, so that it can be copied."""
    joined = _COMMAND.sub(lambda match: match[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _plural(word: str, number: int) -> str:
    return "s" if number > 1 and word in ("note", "problem") else ""

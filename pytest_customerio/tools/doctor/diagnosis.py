"""The result of each check of `doctor`, and its two forms: text and JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

State = Literal["ok", "note", "problem", "skipped"]
VERSION = 1
WIDTH = 100
_COMMAND = re.compile(r"pip install(?: [^\s()]+)+|python -m pytest_customerio(?: [\w-]+)+")


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of one check: its state, what was seen, what to do. Contains no secret and no personal data."""

    check: str
    state: State
    seen: str
    todo: str = ""


def as_text(found: Sequence[Diagnosis], target: str) -> str:
    """A few lines for each check, and a last line that counts the states."""
    counts = [(sum(one.state == state for one in found), state) for state in ("ok", "note", "problem", "skipped")]
    total = ", ".join(f"{number} {word}{_plural(word, number)}" for number, word in counts if number)
    lines = [line for one in found for line in _lines(one, max(len(each.check) for each in found))]
    return "\n".join([f"asked: {target}", "", *lines, "", total]) + "\n"


def as_json(found: Sequence[Diagnosis], target: str) -> str:
    """The same results as JSON."""
    return json.dumps({"version": VERSION, "asked": target, "checks": list(map(asdict, found))}, indent=2) + "\n"


def _lines(one: Diagnosis, width: int) -> Iterator[str]:
    head = f"  {one.state:<7}  {one.check:<{width}}  "
    margin = " " * len(head)
    for index, line in enumerate(_wrapped(one.seen, WIDTH - len(head))):
        yield f"{head if index == 0 else margin}{line}"
    for index, line in enumerate(_wrapped(one.todo, WIDTH - len(head) - 2)):
        yield f"{margin}{'→ ' if index == 0 else '  '}{line}"


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text. A command stands on one line, whatever its length, so that it can be copied."""
    joined = _COMMAND.sub(lambda match: match[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(joined, width, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _plural(word: str, number: int) -> str:
    return "s" if number > 1 and word in ("note", "problem") else ""

"""The words of Customer.io's sentences, as the shipped cassettes and the schemas know them. Any other word is data."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pytest_customerio.cassettes.exchanges import answer_of
from pytest_customerio.cassettes.parsing import parse, text_of
from pytest_customerio.cassettes.prepared import prepared_data
from pytest_customerio.cassettes.recording import allowlist
from pytest_customerio.cassettes.recording.positions import ANSWER, Position
from pytest_customerio.core import data

# A word of a sentence, with the signs that join the parts of an address, a number or a code.
WORD = re.compile(r"[\w%@+#&$/](?:[\w%@+#&$/.:'-]*[\w%@+#&$/])?")
# Words of English that say nothing about a person.
_ENGLISH = frozenset(
    re.findall(
        r"\w+",
        "an at because been before between both but by can could did do does had has have how if into it its may most"
        " none of on one only other our same set should so some such that there these they this those until up used"
        " using was we what when where which who will within without would you",
    )
)
_LETTERS = re.compile(r"[a-z]+(?:['-][a-z]+)*")
_LIMIT = re.compile(r"[1-9]\d*")


@cache
def words() -> frozenset[str]:
    """The words in lower case, and the limits that the errors of the schemas name, such as 1000."""
    answers = [text for path in sorted(data.cassettes().glob("*/*.yaml")) for text in _sentences_of(path)]
    errors = list(_errors())
    found = {word.casefold() for text in (*answers, *errors) for word in WORD.findall(text)}
    limits = {word for text in errors for word in WORD.findall(text)}
    return frozenset(
        _ENGLISH
        | {word for word in found if _LETTERS.fullmatch(word)}
        | {word for word in limits if _LIMIT.fullmatch(word)}
    )


def _errors() -> Iterator[str]:
    """The errors that the schemas name."""
    for path in (*data.schemas().glob("*.json"), *data.schemas().glob("*/*.json")):
        for name, value in allowlist.members(json.loads(path.read_bytes())):
            if name == "error" and isinstance(value, str):
                yield value


def _sentences_of(path: Path) -> Iterator[str]:
    """The sentences in the answers of a shipped cassette."""
    parsed = prepared_data(path) or parse(path, text_of(path))
    for interaction in parsed["interactions"]:
        payload = answer_of(interaction["response"]).payload
        if payload.kind == "json":
            yield from _sentences(payload.value, ANSWER)


def _sentences(value: Any, position: Position) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _sentences(inner, position.member(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _sentences(inner, position.item())
    elif isinstance(value, str) and position.kind == "prose":
        yield value

"""The words that the contracts use: such a word may be shown where another one belongs, since it names nobody."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from pytest_customerio.core import data

_WORD = re.compile(r"[a-z]+(?:_[a-z]+)*")
# Members whose values are addresses, or values of somebody's.
_PASSED_OVER = frozenset({"$id", "$ref", "docs", "examples", "pattern"})


@cache
def words() -> frozenset[str]:
    """The words of all schemas, in lower case. They are read when a wrong word is to be shown for the first time."""
    texts = (text for path in data.schemas().rglob("*.json") for text in _texts(json.loads(path.read_bytes())))
    return frozenset(word for text in texts for word in _WORD.findall(text))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        yield from node
        node = [value for name, value in node.items() if name not in _PASSED_OVER]
    for one in node if isinstance(node, list) else ():
        yield from _texts(one)

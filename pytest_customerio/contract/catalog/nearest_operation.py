"""Finds the operation that a wrong address was probably meant for, by the words of its path.

All surfaces and hosts are compared, since a wrong host is the usual mistake. Versions and the prefix `/api` say nothing
of what a call does, so they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from pytest_customerio.core.operation import Operation

# How like the paths have to be, from 0 to 1; below this a suggestion makes no sense.
CUTOFF = 0.6
_NO_WORD = re.compile(r"api|v\d+|")
# A misspelt word: how like it is to the right one, and by how many letters it may be longer or shorter.
_ALIKE, _LETTERS = 0.75, 3
_LONGEST, _MOST = 40, 20
# How much of the likeness is left where the method is another one, and where one call only reads and the other writes.
_OTHER_METHOD, _READS_OR_WRITES = 0.85, 0.6
_READING = ("GET", "HEAD")


class Likeness(NamedTuple):
    """An operation, how like its path is to the one that was asked for (0 to 1), and whether its method is the same."""

    operation: Operation
    paths: float
    same_method: bool

    @property
    def certain(self) -> bool:
        """Whether all words are the same, and the method too."""
        return self.paths == 1.0 and self.same_method


def nearest_operation(operations: Iterable[Operation], method: str, host: str, path: str) -> Likeness | None:
    """The operation whose path has most words in common with this one, or None where no path is like it.

    An operation with another method is less near. Of equally near ones, one of the same host is nearest, then one whose
    path has more of the segments as they are, the version too.
    """
    segments = path.split("/")[:_MOST]
    asked = [words for segment in segments if (words := _words(segment[:_LONGEST]))]
    best: tuple[tuple[float, bool, int], Likeness] | None = None
    for one in operations:
        paths = _likeness(asked, one.path)
        near = paths * _same_kind(one.method, method.upper())
        rank = (near, host in one.hosts.values(), len(set(segments) & set(one.path.split("/"))))
        if near >= CUTOFF and (best is None or rank > best[0]):
            best = rank, Likeness(one, paths, one.method == method.upper())
    return best[1] if best else None


def _same_kind(one: str, other: str) -> float:
    if one == other:
        return 1.0
    return _OTHER_METHOD if (one in _READING) == (other in _READING) else _READS_OR_WRITES


def _likeness(asked: Sequence[Sequence[str]], template: str) -> float:
    """The words that both paths have, of the words of both; a segment may be the value of a parameter instead."""
    parts = template.split("/")
    parameters = sum(part.startswith("{") for part in parts)
    expected = [word for part in parts if not part.startswith("{") for word in _words(part)]
    common, rest = 0.0, [list(words) for words in asked]
    for word in expected:
        common += _taken(word, rest)
    # Segments without any expected word are values of parameters, as far as there are parameters.
    surplus = sorted(len(left) for left, words in zip(rest, asked, strict=True) if len(left) == len(words))
    more = sum(surplus[: max(0, len(surplus) - parameters)])
    more += sum(len(left) for left, words in zip(rest, asked, strict=True) if len(left) < len(words))
    missing = max(0, parameters - len(surplus))
    return 2 * common / (2 * len(expected) + more + missing) if expected else 0.0


def _taken(word: str, rest: Sequence[list[str]]) -> float:
    """How like the most like word of the path is; that word is taken out of it. 0 where none is like it."""
    found = [(_alike(word, other), at, other) for at, words in enumerate(rest) for other in words]
    likeness, at, other = max(found, default=(0.0, 0, ""), key=lambda one: one[0])
    if likeness:
        rest[at].remove(other)
    return likeness


@lru_cache(maxsize=10_000)
def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if one[0] != other[0] or abs(len(one) - len(other)) > _LETTERS:
        return 0.0
    ratio = SequenceMatcher(None, one, other).ratio()
    return ratio if ratio >= _ALIKE else 0.0


@lru_cache(maxsize=1_000)
def _words(segment: str) -> tuple[str, ...]:
    """The words of a segment in lower case and in the singular."""
    found = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", segment).lower())
    return tuple(_singular(word) for word in found if not _NO_WORD.fullmatch(word))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word

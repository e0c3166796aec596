"""Finds the pages that a pasted text is about: the body of an answer, a line of a log, a traceback."""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from pytest_customerio.tools.explain import wording
from pytest_customerio.tools.explain.known_texts import KnownText

# How like a known text the given one has to be: to be taken for it, and to be named as near.
SURE, NEAR = 0.72, 0.4
MOST = 3
# Texts whose likeness differs by less are equally near.
_SAME = 0.02
_STATUS_AGREES, _STATUS_DIFFERS = 0.05, -0.15
# A part of a known text counts less than all of it, and says nothing with fewer words.
_PART, _SHORTEST_PART = 0.92, 3
# The known texts that are compared word by word, in order, for each part of the given text.
_COMPARED = 12
# Of a longer part the first words are read; no known text is longer. So many unknown words of it are spelt anew.
_MOST_WORDS, _MOST_SPELT = 120, 30


@dataclass(frozen=True, slots=True)
class Near:
    """A page, how like one of its texts the given text is (0 to 1), and that text."""

    page: str
    likeness: float
    text: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """A known text, and its words."""

    known: KnownText
    words: tuple[str, ...]


class TextSearch:
    """Compares texts by their words; a word counts more the fewer pages have it."""

    def __init__(self, known: Iterable[KnownText], names: Iterable[str]) -> None:
        indexed = [Indexed(one, tokens) for one in known if (tokens := wording.words(one.text))]
        # The same text stands at many constraints of a rule, and in the answers of many operations.
        distinct = {(one.known.page, one.known.weight, one.words): one for one in reversed(indexed)}
        self._known = list(reversed(distinct.values()))
        self._names = [name for name in names if "-" in name]
        self._spellings: dict[str, str] = {}

    def find(self, text: str) -> list[Near]:
        """The nearest pages, the nearest first, at most three. A name in the text counts as the text of its page."""
        named = self._named(text)
        if named:
            return [Near(name, 1.0, name) for name in named[:MOST]]
        best: dict[str, Near] = {}
        statuses = wording.statuses(text)
        for part in wording.parts(text):
            for near in self._part(wording.words(part), statuses):
                if near.page not in best or near.likeness > best[near.page].likeness:
                    best[near.page] = near
        found = sorted(best.values(), key=lambda one: -one.likeness)
        return [one for one in found if one.likeness >= NEAR][:MOST]

    def _named(self, text: str) -> list[str]:
        """The names of pages in the text, the one that is met last first."""
        places = {name: match.start() for name in self._names if (match := _name(name).search(text))}
        longest = [one for one in places if not any(one != other and one in other for other in places)]
        return sorted(longest, key=lambda one: -places[one])

    def _part(self, given: Sequence[str], statuses: Sequence[str]) -> list[Near]:
        tokens = self._spelt(given[:_MOST_WORDS])
        if not tokens:
            return []
        shared = sorted({at for word in set(tokens) for at in self._having.get(word, ())})
        likeness = {at: self._shared(tokens, self._known[at]) * self._known[at].known.weight for at in shared}
        found = [self._known[at] for at in sorted(shared, key=lambda at: -likeness[at])[:_COMPARED]]
        return [Near(one.known.page, self._likeness(tokens, one, statuses), one.known.text) for one in found]

    def _likeness(self, tokens: Sequence[str], one: Indexed, statuses: Sequence[str]) -> float:
        if tuple(tokens) == one.words:
            likeness = 1.0
        else:
            order = difflib.SequenceMatcher(None, tokens, one.words, autojunk=False).ratio()
            likeness = 0.85 * self._shared(tokens, one) + 0.15 * max(order, _contained(tokens, one.words))
        status = one.known.status
        if status and statuses:
            likeness += _STATUS_AGREES if status in statuses else _STATUS_DIFFERS
        return min(1.0, likeness) * one.known.weight

    def _shared(self, tokens: Sequence[str], one: Indexed) -> float:
        """The weight of the words that both have, of the weight of all; a part of the other text counts as well."""
        common = self._weight((Counter(tokens) & Counter(one.words)).elements())
        given, known = self._weight(tokens), self._weight(one.words)
        shorter = min(len(tokens), len(one.words))
        part = _PART * common / min(given, known) if shorter >= _SHORTEST_PART else 0.0
        return max(2 * common / (given + known), part)

    def _weight(self, tokens: Iterable[str]) -> float:
        return sum(self._rareness.get(word, self._unknown) for word in tokens)

    def _spelt(self, given: Sequence[str]) -> list[str]:
        """The words, with each that no text has in the spelling of the nearest that one has."""
        unknown = [word for word in dict.fromkeys(given) if word not in self._rareness and 4 < len(word) < 40]
        spelt = {word: self._nearest(word) for word in unknown[:_MOST_SPELT]}
        return [spelt.get(word, word) for word in given]

    def _nearest(self, word: str) -> str:
        if word not in self._spellings:
            known = self._by_letter.get(word[0], ())
            self._spellings[word] = next(iter(difflib.get_close_matches(word, known, 1, 0.8)), word)
        return self._spellings[word]

    @cached_property
    def _by_letter(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self._rareness:
            found.setdefault(word[0], []).append(word)
        return found

    @cached_property
    def _having(self) -> Mapping[str, list[int]]:
        """The known texts that have each word, by their place in the list."""
        found: dict[str, list[int]] = {}
        for at, one in enumerate(self._known):
            for word in dict.fromkeys(one.words):
                found.setdefault(word, []).append(at)
        return found

    @cached_property
    def _rareness(self) -> Mapping[str, float]:
        every = len({one.known.page for one in self._known})
        pages = {word: {self._known[at].known.page for at in having} for word, having in self._having.items()}
        return {word: 0.2 + math.log(every / len(having)) for word, having in pages.items()}

    @cached_property
    def _unknown(self) -> float:
        """The weight of a word that no text has: it may be a name, so it counts less than a rare word."""
        return 0.5 * max(self._rareness.values(), default=1.0)


def equally_near(found: Sequence[Near]) -> list[Near]:
    """Those that are as near as the first."""
    return [one for one in found if found[0].likeness - one.likeness < _SAME]


def _contained(tokens: Sequence[str], words: Sequence[str]) -> float:
    """1 where the shorter text stands in the longer one, word by word; else 0."""
    short, long = sorted((f" {' '.join(tokens)} ", f" {' '.join(words)} "), key=len)
    return float(short in long)


def _name(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")

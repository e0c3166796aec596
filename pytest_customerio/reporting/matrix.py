"""The matrix: operations down, families of error cases across; as values, and as lines of the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.rows import is_allowed

# The columns: a case belongs to one by the start of its id; a case without a status is a fault of the network.
FAMILIES = ("400", "401", "403", "404", "408", "413", "422", "429", "4xx", "5xx", "207", "2xx", "3xx", "network")


# The column of the contract, which is the first.
CONTRACT = "contract"
# What a cell can say, the worst last.
_WORDS = ("ok", "allowed", "known", "FAIL")
Violation = Mapping[str, Any]


class Cell(NamedTuple):
    """What became of an operation in one family of error cases, or of its contract: ok, FAIL, known, allowed, or `-`.

    `met` of `known` call sites met an error of the family; both are 0 where all did, or none.
    """

    word: str
    met: int = 0
    known: int = 0

    @property
    def share(self) -> str:
        """`1/2` where one of two call sites met an error; empty where all did, or none."""
        return f"{self.met}/{self.known}" if self.known else ""


class Table(NamedTuple):
    """The cells of each operation: that of its contract, then one for each of the `families`."""

    families: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


@lru_cache(maxsize=1000)
def family(case: str) -> str:
    """The column of a case id: `429-rate-limited` is `429`, `503-unavailable` `5xx`, `read-timeout` `network`."""
    status = case[:3]
    if not status.isdigit():
        return "network"
    return status if status in FAMILIES else f"{status[0]}xx"


def cells(results: Results) -> Table:
    """The matrix as values."""
    families, words, sites = _families(results), _words(results), results.call_sites
    return Table(families, [(name, _row(name, families, words, sites[name])) for name in results.operations])


def matrix(results: Results) -> list[str]:
    """The lines of the matrix: a cell is ok, FAIL, known, allowed or -; how many call sites met a case, if not all."""
    table = cells(results)
    head = ["operation", CONTRACT, *table.families]
    body = [[name, *(f"{one.word} {one.share}".strip() for one in row)] for name, row in table.rows]
    widths = [max(len(texts[index]) for texts in [head, *body]) for index in range(len(head))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(texts, widths, strict=True)).rstrip()
        for texts in [head, *body]
    ]


def legend(shown: Iterable[str]) -> str:
    """What the cells of this matrix mean that do not explain themselves; an empty text where all do."""
    cells = {word for row in shown for word in row.split()[1:]}
    partly = next((word for word in sorted(cells) if "/" in word), "")
    met, _, known = partly.partition("/")
    meanings = [
        *["- not tried"] * ("-" in cells),
        *[f"{partly} met at {met} of {known} call sites"] * bool(partly),
        *["known: broken, and in the baseline"] * ("known" in cells),
        *["allowed: broken, and allowed by a mark or the ini"] * ("allowed" in cells),
    ]
    return "; ".join(meanings)


def _families(results: Results) -> list[str]:
    cases = {one["case"] for one in results.rows if one["case"]}.union(*results.applicable.values())
    found = set(map(family, cases))
    return [name for name in FAMILIES if name in found]


def _row(
    name: str, families: Sequence[str], words: Mapping[tuple[str, str], str], sites: Mapping[str, set[str]]
) -> list[Cell]:
    met = [set(map(family, cases)) for cases in sites.values()]
    row = [Cell(words[name, CONTRACT])]
    for one in families:
        number = sum(one in cases for cases in met)
        share = (number, len(met)) if 0 < number < len(met) else (0, 0)
        row.append(Cell(words.get((name, one), "-"), *share))
    return row


def _words(results: Results) -> dict[tuple[str, str], str]:
    """The word of each cell that was tried, by operation and family.

    Violations of error handling have no `where`, those of contracts have.
    """
    found: dict[tuple[str, str], str] = {}
    for one in results.rows:
        name, case = one["operation"], one["case"]
        _add(found, (name, CONTRACT), results, (each for each in one["violations"] if each["where"]))
        if case:
            _add(found, (name, family(case)), results, (each for each in one["violations"] if not each["where"]))
    return found


def _add(
    found: dict[tuple[str, str], str], place: tuple[str, str], results: Results, violations: Iterable[Violation]
) -> None:
    """Let a cell say the worst of its violations."""
    found[place] = max([found.get(place, "ok"), *(_word(results, each) for each in violations)], key=_WORDS.index)


def _word(results: Results, violation: Violation) -> str:
    """FAIL if it fails its test, known if the baseline knows it, allowed if a mark or the ini allows it."""
    if results.fails(violation):
        return "FAIL"
    if violation.get("known"):
        return "known"
    return "allowed" if is_allowed(violation) else "ok"

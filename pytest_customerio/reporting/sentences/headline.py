"""The result of a run in one sentence, and the figures beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pytest_customerio.reporting.looked_at import counted
from pytest_customerio.reporting.problems import Problem
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.sentences.inapplicable import function


@dataclass(frozen=True, slots=True)
class Headline:
    """`good` says that nothing failed and that something was looked at."""

    text: str
    good: bool
    figures: Sequence[str]


def headline(results: Results, found: Sequence[Problem]) -> Headline:
    """The sentence and the figures; `found` are the problems of the run."""
    failing = [one for one in found if one.state == "fail"]
    tests = dict.fromkeys(nodeid for one in failing for nodeid in one.tests)
    others = sum(number for *_, number in unjudged(results))
    own = _failed_by_themselves(results, tests)
    texts = [
        f"{counted(len(failing), 'problem')} in {counted(len(tests), 'test')}" if failing else "",
        f"{counted(others, 'test')} could not be judged" if others else "",
        f"{counted(own, 'test')} failed for reasons of {'its' if own == 1 else 'their'} own" if own else "",
    ]
    checked = results.looked_at_something or results.looked_at.anything
    said = ", ".join(filter(None, texts)) or ("no problem found" if checked else "nothing was checked")
    return Headline(said, good=checked and not any(texts), figures=_figures(results, found))


def _failed_by_themselves(results: Results, tests: Collection[str]) -> int:
    """How many tests failed in which nothing is wrong: what they would have sent is not known."""
    failed = (nodeid for nodeid, outcome in results.outcomes.items() if outcome in ("failed", "error"))
    return sum(nodeid not in tests and nodeid not in results.headlines for nodeid in failed)


def unjudged(results: Results) -> list[tuple[str, str, int]]:
    """The test functions that fail because of us without a violation, such as one that sent nothing; with the reason,
    and for how many items.
    """
    broken = {one["nodeid"] for one in results.rows if any(map(results.fails, one["violations"]))}
    known = {nodeid for nodeid, outcome in results.outcomes.items() if outcome == "xfailed"} | broken
    found = Counter((function(nodeid), said) for nodeid, said in results.headlines.items() if nodeid not in known)
    return [(name, said, number) for (name, said), number in sorted(found.items())]


def _figures(results: Results, found: Sequence[Problem]) -> list[str]:
    seen, percent = results.looked_at, results.percent()
    sites = [cases for known in results.call_sites.values() for cases in known.values()]
    met = sum(map(bool, sites))
    warned = sum(one.state == "warning" for one in found)
    shown = [
        f"{counted(seen.requests, 'request')} in {counted(seen.sending, 'test')}" if seen.sending else "",
        f"{counted(seen.calls, 'call')} heard through mocks or fakes" if seen.calls else "",
        f"{percent:g} % of the error cases tried" if percent is not None else "",
        f"{met} of {counted(len(sites), 'call site')} met an error" if sites else "",
        counted(warned, "warning") if warned else "",
        results.about.partial,
    ]
    return list(filter(None, shown))

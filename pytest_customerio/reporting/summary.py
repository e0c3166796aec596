"""The section that ends a run: the matrix, the warnings, late requests, recordings and the next useful command."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_customerio.reporting import reach
from pytest_customerio.reporting.looked_at import named
from pytest_customerio.reporting.matrix import legend, matrix
from pytest_customerio.reporting.results import CONFLICT, Results
from pytest_customerio.reporting.sentences import inapplicable, recordings
from pytest_customerio.reporting.sentences.warned import warnings

# With so many test functions that fail, somebody switches the gate on in an old suite.
MANY = 10
UPDATE = "pytest --cio-baseline=contract-baseline.jsonl --cio-baseline-update"
LATER = f"to mend them later, and fail on what is new: {UPDATE}"


def summary(results: Results, note: Sequence[str] = ()) -> list[str]:
    """All lines of the section; without the matrix if no request was judged."""
    if not results.rows:
        return [*results.looked_at.lines(), *recordings.lines(results), *note, *_written(results)]
    late = [text for block in results.late for text in ("", *block)]
    noted = ["", *note] if note else []
    next_command = ["", *_written(results), *_next_command(results), *_adoption(results)]
    shown = matrix(results)
    return [
        *shown,
        "",
        *filter(None, [legend(shown)]),
        *results.looked_at.lines(),
        *_gone(results),
        *_unreached(results),
        *inapplicable.lines(results),
        *warnings(results),
        *late,
        *recordings.lines(results),
        *noted,
        *next_command,
    ]


def _gone(results: Results) -> list[str]:
    """The operations that tests sent in an earlier run, so that items were made for them."""
    return [
        f"not sent any more: {', '.join(names)} by {key.partition('[')[0]} (the next run leaves out its items)"
        for key, names in results.gone.items()
    ]


def _unreached(results: Results) -> list[str]:
    shown = reach.lines(results)
    return ["", *shown] if shown else []


def _adoption(results: Results) -> list[str]:
    """How to have the gate although many tests fail, where the run has no baseline."""
    failing = {
        inapplicable.function(one["nodeid"]) for one in results.rows if any(map(results.fails, one["violations"]))
    }
    return [LATER] * (len(failing) >= MANY and results.baseline is None)


def _written(results: Results) -> list[str]:
    return [f"report written: {', '.join(results.written)}"] * bool(results.written)


def _next_command(results: Results) -> list[str]:
    """What to do next, in one line; nothing where all was tried and the JSON report is written."""
    failing = (violation for one in results.rows for violation in one["violations"] if results.fails(violation))
    if any(violation["rule"] != CONFLICT for violation in failing):  # a conflict fails the run, and no test
        return [f"next: pytest {results.gate} --lf"]
    bare = [
        name for name, missing in results.untried().items() if missing and len(missing) == len(results.applicable[name])
    ]
    if bare:
        which = "it" if len(bare) == 1 else "one"
        mark = f"mark a test that sends {which} @pytest.mark.cio_errors"
        return [f"next: no error was replayed to {named(sorted(bare))}: {mark}"]
    as_json = any(name.lower().endswith(".json") for name in results.written)
    return ["next: pytest --cio-contract --cio-report=contract.json"] * (not as_json)

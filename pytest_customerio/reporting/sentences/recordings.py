"""What the end of a run says of recordings: which were made, and which differ from what their tests send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_customerio.reporting.results import Results

# The most tests, differences of one test, and files that are listed one by one; the rest is counted.
SHOWN = 10
_DRIFT = "requests that differ from the recording of their test (they {fail}; record anew: pytest --cio-record):"
_EDITED = "recordings that were edited since they were recorded:"
_OLDER = "recordings in an older form (python -m pytest_customerio record --migrate):"


def lines(results: Results) -> list[str]:
    """All lines, each paragraph after an empty one; none where nothing was recorded and nothing differs."""
    compared = results.compared.values()
    paragraphs = [
        [*_made(results)],
        [*_drifted(results.compared, _DRIFT.format(fail="fail" if results.strict else "fail with --cio-strict"))],
        [*_paths(_EDITED, (one["path"] for one in compared if one["is_edited"]))],
        [*_paths(_OLDER, (one["path"] for one in compared if one["is_older"]))],
    ]
    return [text for paragraph in paragraphs if paragraph for text in ("", *paragraph)]


def _made(results: Results) -> Iterator[str]:
    made = {nodeid: answers for nodeid, answers in results.recorded.items() if answers}
    total, tests = sum(made.values()), len(made)
    if made:
        yield f"recorded in cassettes/recorded/: {tests} test{'s' * (tests != 1)}, {total} answer{'s' * (total != 1)}"
    yield from (f"not recorded: {nodeid} did not pass" for nodeid in results.recorded if nodeid not in made)


def _drifted(compared: Mapping[str, Mapping[str, Any]], heading: str) -> Iterator[str]:
    drifted = {nodeid: one["drift"] for nodeid, one in compared.items() if one["drift"]}
    if drifted:
        yield heading
    for nodeid, drift in list(drifted.items())[:SHOWN]:
        yield f"  {nodeid}"
        yield from _bounded([f"    {text}" for text in drift], "    ")
    if len(drifted) > SHOWN:
        yield f"  (and {len(drifted) - SHOWN} more tests)"


def _paths(heading: str, paths: Iterable[str]) -> Iterator[str]:
    found = sorted(set(paths))
    if found:
        yield heading
        yield from _bounded([f"  {path}" for path in found], "  ")


def _bounded(texts: list[str], indent: str) -> list[str]:
    more = [f"{indent}(and {len(texts) - SHOWN} more)"] if len(texts) > SHOWN else []
    return [*texts[:SHOWN], *more]

"""The JSON report of a run, version 1: other tools read it, so members are added but never renamed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pytest_customerio.reporting.minimum import minimum
from pytest_customerio.reporting.reach import unreached
from pytest_customerio.reporting.results import Results

VERSION = 1


def text(results: Results) -> str:
    """The report as the text of its file."""
    return json.dumps(document(results), indent=1, ensure_ascii=False) + "\n"


def document(results: Results) -> dict[str, Any]:
    """The report as JSON values."""
    coverage = {
        "operations": results.operations,
        "cases": sorted({one["case"] for one in results.rows if one["case"]}),
        "percent": results.percent(),
        "not_tried": {name: missing for name, missing in results.untried().items() if missing},
        "call_sites": _call_sites(results),
        "minimum": minimum(results).document(),
    }
    more = {"baseline": results.baseline} if results.baseline is not None else {}
    return {
        "version": VERSION,
        "tests": results.ordered,
        "coverage": coverage,
        "looked_at": results.looked_at.document(),
        "recordings": [*_recorded(results), *_compared(results)],
        **more,
    }


def _recorded(results: Results) -> Iterator[dict[str, Any]]:
    """Each test that was recorded in this run, with its answers; 0 where it did not pass and nothing was written."""
    return ({"nodeid": nodeid, "recorded": answers} for nodeid, answers in results.recorded.items())


def _compared(results: Results) -> Iterator[dict[str, Any]]:
    """Each test that was compared with its recording, and what differs."""
    for nodeid, one in results.compared.items():
        state = {"edited": one["is_edited"], "older_form": one["is_older"]}
        yield {"nodeid": nodeid, "path": one["path"], "drift": list(one["drift"]), **state}


def _call_sites(results: Results) -> list[dict[str, Any]]:
    """Each call site with the cases that it met; one that met none with what would reach it."""
    reachable = {(one.operation, one.call_site): one.way for one in unreached(results)}
    found = []
    for operation, sites in sorted(results.call_sites.items()):
        for site, cases in sorted(sites.items()):  # workers end their tests in any order
            way = reachable.get((operation, site))
            more = {"reached_by": {"nodeid": way.nodeid, "paste": way.paste}} if way is not None else {}
            found.append({"operation": operation, "sent_from": site, "cases": sorted(cases), **more})
    return found

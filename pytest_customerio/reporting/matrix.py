"""The matrix in the terminal: operations down, families of error cases across."""

from __future__ import annotations

from collections.abc import Iterable

from pytest_customerio.reporting.results import Results, Row

# The columns: a case belongs to one by the start of its id; a case without a status is a fault of the network.
FAMILIES = ("400", "401", "403", "404", "413", "422", "429", "5xx", "207", "2xx", "3xx", "network")


def family(case: str) -> str:
    """The column of a case id: `429-rate-limited` is `429`, `503-unavailable` `5xx`, `read-timeout` `network`."""
    status = case[:3]
    if not status.isdigit():
        return "network"
    return status if status in FAMILIES else f"{status[0]}xx"


def matrix(results: Results) -> list[str]:
    """The lines of the matrix; each cell is ok, FAIL or - (not tried)."""
    columns = _columns(results)
    head = ["operation", "contract", *columns]
    body = [
        [name, _contract_cell(results, name), *(_case_cell(results, name, column) for column in columns)]
        for name in results.operations
    ]
    widths = [max(len(cells[index]) for cells in [head, *body]) for index in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in [head, *body]
    ]


def _columns(results: Results) -> list[str]:
    cases = {one["case"] for one in results.rows if one["case"]}.union(*results.applicable.values())
    return [name for name in FAMILIES if any(family(case) == name for case in cases)]


def _contract_cell(results: Results, operation: str) -> str:
    return _word(results, (one for one in results.rows if one["operation"] == operation), handling=False)


def _case_cell(results: Results, operation: str, column: str) -> str:
    rows = [
        one for one in results.rows if one["operation"] == operation and one["case"] and family(one["case"]) == column
    ]
    return _word(results, rows, handling=True) if rows else "-"


def _word(results: Results, rows: Iterable[Row], *, handling: bool) -> str:
    """FAIL if a violation fails its test. Violations of error handling have no `where`, those of contracts have."""
    violations = (violation for one in rows for violation in one["violations"])
    failing = any((each["where"] == "") is handling and results.fails(each) for each in violations)
    return "FAIL" if failing else "ok"

"""The matrix in the terminal: operations down, families of error cases across."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pytest_customerio.reporting.results import Results, Row, is_allowed

# The columns: a case belongs to one by the start of its id; a case without a status is a fault of the network.
FAMILIES = ("400", "401", "403", "404", "408", "413", "422", "429", "4xx", "5xx", "207", "2xx", "3xx", "network")


def family(case: str) -> str:
    """The column of a case id: `429-rate-limited` is `429`, `503-unavailable` `5xx`, `read-timeout` `network`."""
    status = case[:3]
    if not status.isdigit():
        return "network"
    return status if status in FAMILIES else f"{status[0]}xx"


def matrix(results: Results) -> list[str]:
    """The lines of the matrix: a cell is ok, FAIL, allowed or -, with how many call sites met a case, if not all."""
    columns, sites = _columns(results), results.call_sites
    head = ["operation", "contract", *columns]
    body = [
        [name, _contract_cell(results, name)]
        + [_case_cell(results, name, column) + _share(sites[name].values(), column) for column in columns]
        for name in results.operations
    ]
    widths = [max(len(cells[index]) for cells in [head, *body]) for index in range(len(head))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for cells in [head, *body]
    ]


def legend(shown: Iterable[str]) -> str:
    """What the cells of this matrix mean that do not explain themselves; an empty text where all do."""
    cells = {word for row in shown for word in row.split()[1:]}
    partly = next((word for word in sorted(cells) if "/" in word), "")
    met, _, known = partly.partition("/")
    meanings = [
        *["- not tried"] * ("-" in cells),
        *[f"{partly} met at {met} of {known} call sites"] * bool(partly),
        *["allowed: broken, and allowed by a mark or the ini"] * ("allowed" in cells),
    ]
    return "; ".join(meanings)


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


def _share(sites: Collection[set[str]], column: str) -> str:
    """` 1/2` where one of two call sites met errors of the family; nothing where all did, or none."""
    met = sum(any(family(case) == column for case in cases) for cases in sites)
    return f" {met}/{len(sites)}" if 0 < met < len(sites) else ""


def _word(results: Results, rows: Iterable[Row], *, handling: bool) -> str:
    """FAIL if a violation fails its test, allowed if one is allowed. Violations of error handling have no `where`,
    those of contracts have.
    """
    violations = [each for one in rows for each in one["violations"] if (each["where"] == "") is handling]
    if any(results.fails(each) for each in violations):
        return "FAIL"
    return "allowed" if any(map(is_allowed, violations)) else "ok"

"""The report in Markdown, for a pull request or the summary of a workflow's step.

GitHub cuts a comment at 65 536 characters and a step's summary at 1 MiB, so the text is bounded. What comes from the
application stands in code, where it is neither a link nor a mention.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from pytest_customerio.reporting import reach
from pytest_customerio.reporting.looked_at import counted, named
from pytest_customerio.reporting.matrix import Cell, cells
from pytest_customerio.reporting.problems import Problem, problems
from pytest_customerio.reporting.results import Results
from pytest_customerio.reporting.sentences import inapplicable
from pytest_customerio.reporting.sentences.headline import headline, unjudged

# The most problems of one kind, and call sites, that are shown one by one; the rest is counted.
PROBLEMS = 20
SITES = 10
# The length of a text in a cell of a table.
TEXT = 200
_WORDS = {"FAIL": "❌ FAIL", "ok": "✅ ok", "allowed": "☑️ allowed", "known": "☑️ known", "-": "–"}
_HEADS = {
    "fail": "Problems",
    "warning": "Warnings (they fail with `--cio-strict`)",
    "known": "Known problems (in the baseline)",
    "allowed": "Allowed by a mark or the ini",
    "expected": "In tests that are expected to fail (`xfail`)",
}


def text(results: Results) -> str:
    """The report."""
    found = problems(results)
    head = headline(results, found)
    parts = [
        [f"## {'✅' if head.good else '❌'} Customer.io contract: {head.text}", ""],
        [" · ".join(head.figures), ""],
        _matrix(results),
        *(_section([one for one in found if one.state == state], state) for state in _HEADS),
        _headlines(results),
        _unreached(results),
    ]
    return "\n".join(row for part in parts for row in part).rstrip() + "\n"


def _matrix(results: Results) -> list[str]:
    if not results.rows:
        return []
    table = cells(results)
    rows = [[code(name), *map(_cell, row)] for name, row in table.rows]
    return [*_table(["operation", "contract", *table.families], rows), ""]


def _cell(cell: Cell) -> str:
    return f"{_WORDS[cell.word]} {cell.share}".strip()


def _section(found: Sequence[Problem], state: str) -> list[str]:
    if not found:
        return []
    rows = [_row(one) for one in found[:PROBLEMS]]
    more = [f"… and {len(found) - PROBLEMS} more", ""] if len(found) > PROBLEMS else []
    body = [*_table(["rule", "where", "expected", "got", "sent from", "seen in"], rows), "", *more, *_advice(found)]
    if state == "fail":
        return [f"### {_HEADS[state]}", "", *body]
    head = f"<details><summary>{counted(len(found), 'cause')}: {_summary(state)}</summary>"
    return [head, "", *body, "</details>", ""]


def _summary(state: str) -> str:
    return _HEADS[state].replace("`", "").lower()


def _row(problem: Problem) -> list[str]:
    each = problem.violation
    seen = [counted(len(problem.tests), "test"), *([code(named(problem.cases))] if problem.cases else [])]
    where = f"{code(problem.operation)} {code(each['where'])}" if each["where"] else code(problem.operation)
    place = code(each["sent_from"]) if each["sent_from"] else ""
    return [code(each["rule"]), where, code(each["expected"]), code(each["got"]), place, ", ".join(seen)]


def _advice(found: Sequence[Problem]) -> list[str]:
    """What to do about each rule, once."""
    hints = dict.fromkeys((one.violation["rule"], one.violation.get("hint")) for one in found[:PROBLEMS])
    shown = [f"- {code(rule)}: {prose(hint)}" for rule, hint in hints if hint]
    return ["What to do:", "", *shown, ""] if shown else []


def _headlines(results: Results) -> list[str]:
    """The failures that have no violation, such as a test that sent nothing: one for each function and reason."""
    found = unjudged(results)
    if not found:
        return []
    rows = [[code(name), code(said), str(number)] for name, said, number in found[:PROBLEMS]]
    more = [f"… and {len(found) - PROBLEMS} more", ""] if len(found) > PROBLEMS else []
    return ["### Tests that could not be judged", "", *_table(["test", "because", "times"], rows), "", *more]


def _unreached(results: Results) -> list[str]:
    found = reach.unreached(results)
    skipped = inapplicable.untouched(results.rows, results.skipped)
    rows = [
        [code(one.operation), code(one.call_site), code(one.way.paste), code(one.way.nodeid)] for one in found[:SITES]
    ]
    more = [f"… and {len(found) - SITES} more", ""] if len(found) > SITES else []
    sites = (
        [*_table(["operation", "call site", "what would reach it", "in the test"], rows), "", *more] if found else []
    )
    names = [f"- {code(name)}: {code(reasons[0])}" for name, reasons in list(skipped.items())[:SITES]]
    tests = ["No error was replayed to these tests:", "", *names, ""] if names else []
    if not (sites or tests):
        return []
    title = f"<details><summary>{counted(len(found), 'call site')} met no error</summary>"
    return [title, "", *sites, *tests, "</details>", ""]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def code(value: str) -> str:
    """A text as code in a cell of a table, cut; a backtick in it takes a longer fence, a pipe is escaped."""
    flat = " ".join(value.split())
    shown = flat if len(flat) <= TEXT else flat[: TEXT - 1] + "…"
    if not shown:
        return ""
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    pad = " " * (shown[0] == "`" or shown[-1] == "`")
    return f"{fence}{pad}{shown}{pad}{fence}".replace("|", "\\|")


def prose(value: str) -> str:
    """A sentence of ours, in which no character is markup; as code if it might be a mention."""
    return code(value) if "@" in value else re.sub(r"([\\`*_{}\[\]<>|#~])", r"\\\1", value)

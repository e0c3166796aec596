"""Annotations for GitHub Actions: workflow commands that show each problem at the line of the application.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from pytest_customerio.reporting.looked_at import counted, named
from pytest_customerio.reporting.problems import Problem, problems
from pytest_customerio.reporting.results import Results

# GitHub shows ten annotations of each kind for one step. More would only make the log longer.
MOST = 10
_PLACE = re.compile(r"(?P<file>.+):(?P<row>\d+) in .+")
_KINDS = {"fail": "error", "warning": "warning"}


def show(results: Results, workspace: str) -> None:
    """Print the commands. The runner reads both streams; what pytest prints ends in the middle of a row of stdout."""
    for text in commands(results, workspace):
        print(f"\n{text}", file=sys.stderr)  # noqa: T201 - the runner reads it


def commands(results: Results, workspace: str = "") -> list[str]:
    """One command for each cause, errors first. `workspace` is the folder that paths are shown from."""
    found = [one for one in problems(results) if one.state in _KINDS]
    shown = [one for state in _KINDS for one in [each for each in found if each.state == state][:MOST]]
    return [_command(one, results.about.rootdir, workspace) for one in shown]


def _command(problem: Problem, rootdir: Path, workspace: str) -> str:
    each = problem.violation
    place = _PLACE.fullmatch(each["sent_from"] or "")
    file = place["file"] if place else next(iter(problem.tests)).partition("::")[0]
    given = {
        "file": from_workspace(workspace, rootdir, file),
        **({"line": place["row"]} if place else {}),
        "title": f"{problem.operation} {problem.place}: {each['rule']}",
    }
    shown = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in given.items())
    return f"::{_KINDS[problem.state]} {shown}::{_escaped(_message(problem))}"


def _message(problem: Problem) -> str:
    each = problem.violation
    seen = [counted(len(problem.tests), "test"), *[f"cases {named(problem.cases)}"] * bool(problem.cases)]
    rows = [
        f"expected {each['expected']}, got {each['got']}",
        f"would draw {each['error']}" if each.get("error") else "",
        f"what to do: {each['hint']}" if each.get("hint") else "",
        f"found in {', '.join(seen)}; first in {next(iter(problem.tests))}",
    ]
    return "\n".join(filter(None, rows))


def from_workspace(workspace: str, rootdir: Path, file: str) -> str:
    """The path from the workspace, where the file is in it."""
    path = os.path.abspath(rootdir / file)
    inside = workspace and Path(path).is_relative_to(os.path.abspath(workspace))
    return (os.path.relpath(path, workspace) if inside else file).replace(os.sep, "/")


def _escaped(text: str, more: str = "") -> str:
    """As the runner reads it: a percent sign and ends of rows are escaped everywhere, colon and comma in properties."""
    return "".join(f"%{ord(sign):02X}" if sign in "%\r\n" + more else sign for sign in text)

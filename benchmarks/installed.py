"""What the installed wheel adds to a run, as users have it: two virtual environments, one with and one without it.

pytest reads the list of files of each distribution that has a plugin, and finds the plugin by its entry point; the
other benchmarks load it by `-p`. Usage: python benchmarks/installed.py dist/pytest_customerio-….whl
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import venv
from functools import partial
from pathlib import Path
from statistics import median

from side_by_side import Row, excess, in_turn, table
from suite import TEMPLATE

ROUNDS = 15
WITHOUT, WITH = "without", "with"
NEEDED = ("pytest", "requests", "responses")


def rows(wheel: str) -> list[Row]:
    """Run pytest in both environments, in turn."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pythons = {WITHOUT: _environment(folder / WITHOUT, *NEEDED), WITH: _environment(folder / WITH, *NEEDED, wheel)}
        (folder / "test_empty.py").write_text("def test_empty():\n    pass\n", encoding="utf-8")
        (folder / "test_one.py").write_text(TEMPLATE.format(tests=1, events=0), encoding="utf-8")
        first = _measured(folder, pythons, "test_one.py", writes=False)
        idle = _measured(folder, pythons, "test_empty.py", gate=False)
        gate = _measured(folder, pythons, "test_one.py")
    return [
        Row("installed, and not used: adds to pytest with one empty test", _added(idle)),
        Row("one test with one mocked request: the gate adds", _added(gate), "≤ +200 ms"),
        Row("the same where no bytecode is written, as in most containers", _added(first)),
    ]


def _added(spent: dict[str, list[float]]) -> str:
    added, least = excess(spent[WITH], spent[WITHOUT]), min(spent[WITH]) - min(spent[WITHOUT])
    return f"{added:+.0f} ms of {median(spent[WITHOUT]):.0f} ms ({least:+.0f} ms between the least)"


def _environment(folder: Path, *packages: str) -> str:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    subprocess.run((python, "-m", "pip", "install", "--quiet", *packages), check=True)
    return python


def _measured(
    folder: Path, pythons: dict[str, str], file: str, *, gate: bool = True, writes: bool = True
) -> dict[str, list[float]]:
    options = {WITHOUT: (), WITH: ("--cio-contract",) if gate else ()}
    subjects = {
        name: partial(
            _cpu, folder, (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options[name], file), writes
        )
        for name, python in pythons.items()
    }
    in_turn(subjects, 1)
    return in_turn(subjects, ROUNDS)


def _cpu(folder: Path, command: tuple[str, ...], writes: bool) -> float:
    left_out = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_ADDOPTS")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    if not writes:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


if __name__ == "__main__":
    print(table(rows(os.path.abspath(sys.argv[1]))))

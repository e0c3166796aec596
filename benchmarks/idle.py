"""What the plugin costs a run that does not use it: CPU of a whole `pytest` with one empty test."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from side_by_side import Row, excess, in_turn, table

BARE = "without a plugin"
OURS = "pytest-customerio"
PLUGINS = {
    BARE: "empty_plugin",
    OURS: "pytest_customerio.plugin",
    "pytest-recording": "pytest_recording.plugin",
    "respx": "respx.plugin",
    "pytest-httpx": "pytest_httpx",
}
# To measure one millisecond takes more rounds than to measure a hundred.
ROUNDS = {OURS: 25, "pytest-recording": 25, "respx": 5, "pytest-httpx": 5}
HEAVY = ("jsonschema", "jsonschema_rs", "vcr", "yaml", "requests", "urllib3", "httpx", "aiohttp")
FILES = {
    "test_empty.py": "def test_empty():\n    pass\n",
    "empty_plugin.py": "",
    "modules.py": (
        "import pathlib, sys\n\n\ndef pytest_unconfigure():\n"
        "    pathlib.Path('modules.txt').write_text('\\n'.join(sorted(sys.modules)))\n"
    ),
}


def rows() -> list[Row]:
    """Run pytest with each plugin alone, in turn with an empty plugin."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, text in FILES.items():
            (folder / file).write_text(text, encoding="utf-8")
        ours = _modules(folder, OURS) - _modules(folder, BARE)
        found = {rounds: _measured(folder, rounds) for rounds in set(ROUNDS.values())}
    loaded = ", ".join(sorted(ours & set(HEAVY))) or "none"
    return [
        Row("pytest with one empty test, no plugin", f"{median(found[ROUNDS[OURS]][BARE]):.0f} ms"),
        *(_row(name, found[rounds][name], found[rounds][BARE]) for name, rounds in ROUNDS.items()),
        Row("modules that ours adds", ", ".join(sorted(ours))),
        Row(f"of {', '.join(HEAVY)}", loaded, "none"),
    ]


def _row(name: str, spent: list[float], bare: list[float]) -> Row:
    least = min(spent) - min(bare)
    target = "≤ +3 ms" if name == OURS else ""
    return Row(
        f"with {name}: median difference, difference of the least",
        f"{excess(spent, bare):+.1f} ms, {least:+.1f} ms",
        target,
    )


def _measured(folder: Path, rounds: int) -> dict[str, list[float]]:
    names = [BARE, *(name for name, wanted in ROUNDS.items() if wanted == rounds)]
    subjects = {name: partial(_cpu, folder, name) for name in names}
    in_turn(subjects, 1)
    return in_turn(subjects, rounds)


def _cpu(folder: Path, plugin: str, *more: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    options = ("-p", PLUGINS[plugin], "-p", "no:cacheprovider", *more)
    command = (sys.executable, "-m", "pytest", "-q", *options, "test_empty.py")
    subprocess.run(command, cwd=folder, env=_environment(folder), check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000


def _modules(folder: Path, plugin: str) -> set[str]:
    _cpu(folder, plugin, "-p", "modules")
    return set((folder / "modules.txt").read_text(encoding="utf-8").splitlines())


def _environment(folder: Path) -> dict[str, str]:
    """The environment without other plugins. Compiled modules are used again, as in daily use."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    own = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    given = [os.path.abspath(path) for path in filter(None, kept.get("PYTHONPATH", "").split(os.pathsep))]
    return {**kept, **own, "PYTHONPATH": os.pathsep.join([str(folder), *given])}


if __name__ == "__main__":
    print(table(rows()))

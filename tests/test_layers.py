"""Each module imports only what stands above it, and each foreign library has its one home."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pytest_customerio

PACKAGE = Path(pytest_customerio.__file__).parent
# From values to effects; a package stands for all that is in it. A new module needs its place here.
ORDER = """
    model plain data settings redact credentials catalog checks contract
    document provenance playback cassettes
    clock observe handling
    ledger taps guard messages owners leftovers
    explain sandbox recording drift doctor report mock tasks replay late choice line trial ruling session
    cio options workers matrix phases run plugin __init__ __main__
"""
LAYERS = ORDER.split()
# Who may know which library. Everything else is the standard library's.
HOMES = {
    "pytest": {"matrix", "options", "phases", "plugin", "run", "workers"},
    "jsonschema": {"checks.engine"},
    "jsonschema_rs": {"checks.engine"},
    "referencing": {"checks.engine"},
    "yaml": {"document"},
    "vcr": {"playback", "taps.vcr", "taps.vcr_aiohttp", "taps.vcr_httpx"},
    "responses": {"mock"},
    "requests": {"taps.requests"},
    "requests_mock": {"taps.requests_mock"},
    "urllib3": {"taps.urllib3", "taps.urllib3_answers", "taps.vcr", "taps.faults"},
    "aiohttp": {"taps.aiohttp", "taps.aiohttp_server"},
    "starlette": {"sandbox.admin", "sandbox.inbox.routes"},
    "jinja2": {"sandbox.inbox.rendering"},
    "markupsafe": {"sandbox.inbox.rendering"},
    "uvicorn": {"sandbox.running", "sandbox.sockets"},
    "trustme": {"sandbox.tls"},
    "certifi": {"sandbox.tls"},
}


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


# In a wheel the examples of `explain` lie in the package, as data.
MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name != "examples"}


def _imports(node: ast.AST, *, deep: bool = True) -> Iterator[str]:
    """What is imported at run time, as full names; with `deep`, also what functions import when they are called."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not deep:
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module"):
            yield from (one.value for one in child.args if isinstance(one, ast.Constant))
        yield from _imports(child, deep=deep)


def _own(module: str, *, deep: bool = True) -> set[str]:
    """Those of our modules that a module imports."""
    found = set()
    for name in _imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), deep=deep):
        local = name.removeprefix("pytest_customerio.")
        if local != name:
            found.add(local if local in MODULES else local.rpartition(".")[0])
    return found & set(MODULES)


def _foreign(module: str) -> set[str]:
    names = {name.partition(".")[0] for name in _imports(ast.parse(MODULES[module].read_text(encoding="utf-8")))}
    return names - sys.stdlib_module_names - {"pytest_customerio"}


def test_every_module_has_its_place() -> None:
    """In the list above, once."""
    assert sorted({name.partition(".")[0] for name in MODULES} - set(LAYERS)) == []
    assert len(LAYERS) == len(set(LAYERS))


def test_a_module_imports_only_what_stands_above_it() -> None:
    """Also inside functions: a late import is for start-up, not for circles."""
    place = {name: number for number, name in enumerate(LAYERS)}
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        for imported in sorted(_own(module))
        if place.get(imported.partition(".")[0], 0) > place.get(module.partition(".")[0], 0)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "group", ["checks", "clock", "doctor", "drift", "explain", "handling", "recording", "sandbox", "taps"]
)
def test_no_circles_within_a_group(group: str) -> None:
    """When they are imported."""
    inside = [name for name in MODULES if name.partition(".")[0] == group]
    try:
        TopologicalSorter({name: _own(name, deep=False) & set(inside) - {name} for name in inside}).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def test_each_library_has_its_home() -> None:
    """jsonschema is known to one module, vcrpy to its own, pytest to those that speak with it."""
    wrong = [
        f"{module} imports {library}"
        for module in MODULES
        for library in sorted(_foreign(module))
        if module not in HOMES.get(library, set())
    ]
    assert wrong == []


def test_the_entry_point_costs_nothing() -> None:
    """`plugin.py` imports pytest and the standard library, and nothing of ours before it is needed."""
    for module in ("plugin", "__init__"):
        names = set(_imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), deep=False))
        assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names <= {"pytest"}


def test_these_tests_can_see() -> None:
    """What is looked for is found where it is known to be."""
    assert "session" in _own("run")
    assert "vcr" in _foreign("playback")
    assert "aiohttp" in _foreign("taps.aiohttp")
    assert "run" not in _own("plugin", deep=False)


def test_the_architecture_names_every_module() -> None:
    """A stranger finds each module in docs/architecture.md; what is gone is gone there too."""
    text = (Path(__file__).parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = {
        name.rstrip("/") for row in text.splitlines() if row.startswith("|") for name in re.findall(r"`([\w/]+)`", row)
    }
    assert named == set(LAYERS) - {"__init__"}

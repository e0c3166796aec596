"""The folder is the layer: a folder imports only from folders above it in `docs/architecture.md`, a module only downwards."""

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
ARCHITECTURE = (Path(__file__).parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
# The folders in their order, and what is said to be in each: the rows of the first table.
FOLDERS = re.findall(r"^\| `(\w+)/` \|", ARCHITECTURE, re.MULTILINE)
# These two start all other modules, so they may import any of them, inside functions only.
ROOTS = ("__init__", "__main__", "plugin")
# The modules that may import each library; everything else is of the standard library.
HOMES = dict(re.findall(r"^\| (\w+) \| ([`\w./, ]+) \|$", ARCHITECTURE, re.MULTILINE))


def _name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


# In a wheel the examples of `explain` lie in the package, as data.
MODULES = {_name(path): path for path in sorted(PACKAGE.rglob("*.py")) if path.parent.name != "examples"}


def _imports(node: ast.AST, *, deep: bool = True, hints: bool = False) -> Iterator[str]:
    """What is imported at run time, as full names; with `deep`, also what functions import when they are called.

    With `hints`, also what is imported for type hints only.
    """
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING" and not hints:
            continue
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and not deep:
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.Call) and ast.unparse(child.func).endswith("import_module"):
            yield from (one.value for one in child.args if isinstance(one, ast.Constant))
        yield from _imports(child, deep=deep, hints=hints)


def _own(module: str, *, deep: bool = True, hints: bool = False) -> set[str]:
    """Those of our modules that a module imports."""
    found = set()
    for name in _imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), deep=deep, hints=hints):
        local = name.removeprefix("pytest_customerio.")
        if local != name:
            found.add(local if local in MODULES else local.rpartition(".")[0])
    return found & set(MODULES)


def _foreign(module: str) -> set[str]:
    names = {name.partition(".")[0] for name in _imports(ast.parse(MODULES[module].read_text(encoding="utf-8")))}
    return names - sys.stdlib_module_names - {"pytest_customerio"}


def _folder(module: str) -> str:
    return module.partition(".")[0]


def _within(module: str, names: int) -> str:
    """The first names of a module."""
    return ".".join(module.split(".")[:names])


def _rows(names: int) -> list[str]:
    """The rows of `docs/architecture.md` for folders of so many names, in their order."""
    return [row for row in re.findall(r"^\| `([\w/]+)/` \|", ARCHITECTURE, re.MULTILINE) if row.count("/") == names - 1]


def test_every_folder_has_its_place() -> None:
    """Each folder stands in the list of `docs/architecture.md` once, and each module in a folder."""
    assert sorted({_folder(name) for name in MODULES} - set(ROOTS)) == sorted(FOLDERS)


def test_a_folder_imports_only_from_folders_above_it() -> None:
    """Imports inside functions count too: a late import saves start-up time, it does not change the order."""
    place = {name: number for number, name in enumerate(FOLDERS)}
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        if module not in ROOTS
        for imported in sorted(_own(module))
        if imported in ROOTS or place[_folder(imported)] > place[_folder(module)]
    ]
    assert wrong == []


def test_the_folders_of_a_folder_within_have_an_order() -> None:
    """Those that are named with three names in `docs/architecture.md` stand there in the order of their imports."""
    place = {name.replace("/", "."): number for number, name in enumerate(_rows(3))}
    wrong = [
        f"{module} imports {imported}"
        for module in MODULES
        for imported in sorted(_own(module))
        if (own := _within(module, 3)) in place
        and place.get(_within(imported, 3), -1) > place[own]
        and own.rpartition(".")[0] == _within(imported, 2)
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_circles_within_a_folder(folder: str) -> None:
    """Imports inside functions count too, and those for type hints."""
    inside = {name for name in MODULES if _folder(name) == folder}
    try:
        TopologicalSorter({name: _own(name, hints=True) & inside - {name} for name in inside}).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def _siblings(module: str, imported: str) -> tuple[str, str] | None:
    """The folders beside each other in which the two modules lie, if they lie in such."""
    ours, theirs = module.split(".")[:-1], imported.split(".")[:-1]
    for depth, (one, other) in enumerate(zip(ours, theirs, strict=False), 1):
        if one != other:
            return ".".join(ours[:depth]), ".".join(theirs[:depth])
    return None


def test_folders_beside_each_other_import_in_one_direction() -> None:
    """At each depth. A module directly in a folder may import from the folders within, and be imported by them."""
    graph: dict[str, set[str]] = {}
    for module in MODULES:
        for imported in _own(module):
            if (pair := _siblings(module, imported)) is not None:
                graph.setdefault(pair[0], set()).add(pair[1])
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {error.args[1]}")


def test_each_library_has_its_home() -> None:
    """A library is imported by the modules that `docs/architecture.md` names for it, and by no other."""
    wrong = [
        f"{module} imports {library}"
        for module in MODULES
        for library in sorted(_foreign(module))
        if f"`{module}`" not in HOMES.get(library, "").replace("/", ".")
    ]
    assert wrong == []


def test_the_entry_point_costs_nothing() -> None:
    """`plugin.py` imports pytest and the standard library, and nothing of ours before it is needed."""
    for module in ("plugin", "__init__"):
        names = set(_imports(ast.parse(MODULES[module].read_text(encoding="utf-8")), deep=False))
        assert {name.partition(".")[0] for name in names} - sys.stdlib_module_names <= {"pytest"}


def test_these_tests_can_see() -> None:
    """The functions above find an import that is known to exist."""
    assert "running.session" in _own("running.run.run")
    assert "vcr" in _foreign("cassettes.playback")
    assert "aiohttp" in _foreign("clients.http.aiohttp")
    assert "running.run.run" not in _own("plugin", deep=False)
    assert _siblings("running.run.run", "running.checked.cio") == ("running.run", "running.checked")
    assert _siblings("running.run.run", "running.session") is None


def test_the_architecture_names_every_module() -> None:
    """Each module is in the row of its folder in `docs/architecture.md`, and each module named there exists."""
    rows = dict(re.findall(r"^\| `(\w+)/` \|(.*)\|$", ARCHITECTURE, re.MULTILINE))
    named = {f"{folder}.{name}" for folder, row in rows.items() for name in re.findall(r"`([\w/]+)`", row)}
    there = {".".join(name.split(".")[:2]) for name in MODULES if "." in name}
    assert {name.rstrip("/") for name in named} == there


def test_the_architecture_names_every_folder() -> None:
    """The folders within the folders have rows of their own; of the commands, only the sandbox is large enough."""
    packages = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob("*/*/**/__init__.py")}
    of_sandbox = {path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.glob("tools/sandbox/*/__init__.py")}
    assert {*_rows(2), *_rows(3)} == {name for name in packages if not name.startswith("tools/")} | of_sandbox

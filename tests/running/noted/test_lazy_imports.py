"""SDKs that functions of the project import are imported before a test hides those functions."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from pytest_customerio.running.noted import lazy_imports
from pytest_customerio.running.noted.lazy_imports import LazyImports

Module = Callable[[str], None]
LAZY = "def client():\n    from customerio import CustomerIO\n    return CustomerIO('a', 'b')\n"


@pytest.fixture
def imported(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SDKs that were imported, where both are installed and none is imported."""
    names: list[str] = []
    for name in ("customerio", "async_customerio"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(lazy_imports.importlib, "import_module", names.append)
    monkeypatch.setattr(lazy_imports, "_is_installed", lambda name: True)
    return names


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Module:
    """Makes a module of the project with this content."""

    def make(content: str) -> None:
        made = ModuleType(f"crm_{len(list(tmp_path.iterdir()))}")
        made.__file__ = str(tmp_path / f"{made.__name__}.py")
        Path(made.__file__).write_text(content, encoding="utf-8")
        monkeypatch.setitem(sys.modules, made.__name__, made)

    return make


@pytest.fixture
def lazy(tmp_path: Path) -> LazyImports:
    return LazyImports(lambda file: file.startswith(str(tmp_path)))


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (LAZY, ["customerio"]),
        ("def client():\n    import customerio.api as api\n", ["customerio"]),
        ("class Crm:\n    def make(self):\n\timport async_customerio\n", ["async_customerio"]),
        ("from customerio_tools import x\n", []),
        ("def client():\n    from customerio_tools import x\n", []),
        ("def client():\n    from app.customerio import x\n", []),
        ("# customerio\n", []),
    ],
)
def test_what_is_imported(
    lazy: LazyImports, module: Module, imported: list[str], content: str, names: list[str]
) -> None:
    """An import within a function, and no other one."""
    module(content)
    lazy.look()
    assert imported == names


def test_each_module_is_looked_at_once(lazy: LazyImports, module: Module, imported: list[str]) -> None:
    """A module is read when it is new."""
    lazy.look()
    module(LAZY)
    lazy.look()
    lazy.look()
    module("")
    lazy.look()
    assert imported == ["customerio"]


def test_an_sdk_that_is_not_installed(
    lazy: LazyImports, module: Module, imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not imported."""
    monkeypatch.setattr(lazy_imports, "_is_installed", lambda name: False)
    module(LAZY)
    lazy.look()
    assert imported == []


def test_sdks_that_are_there(
    lazy: LazyImports, module: Module, imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all are imported, no file is read."""
    for name in ("customerio", "async_customerio"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setattr(lazy_imports, "_content", None)
    module(LAZY)
    lazy.look()
    assert imported == []


def test_an_sdk_that_cannot_be_imported(
    lazy: LazyImports, module: Module, imported: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run goes on without it."""

    def fail(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(lazy_imports.importlib, "import_module", fail)
    module(LAZY)
    lazy.look()
    assert imported == []


def test_a_file_that_is_not_there(lazy: LazyImports, tmp_path: Path, imported: list[str], module: Module) -> None:
    """It holds nothing."""
    module("")
    next(tmp_path.iterdir()).unlink()
    lazy.look()
    assert imported == []


def test_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that was put into `sys.modules` without a spec is none that can be imported."""
    assert lazy_imports._is_installed("json")
    assert not lazy_imports._is_installed("no_such_package_of_anybody")
    monkeypatch.setitem(sys.modules, "customerio", ModuleType("customerio"))
    assert not lazy_imports._is_installed("customerio")
    assert importlib.util.find_spec("json") is not None

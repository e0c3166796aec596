"""Modules that are imported later are noticed; the import itself is unchanged."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from pytest_customerio.process.late_imports import LateImports


def test_a_failed_import_is_still_awaited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first import raises, and so does that of a module that does not exist; the second try calls back."""
    (tmp_path / "late_client.py").write_text("import os\nif 'LATE' not in os.environ: raise LookupError\n")
    monkeypatch.syspath_prepend(tmp_path)
    imported: list[str] = []
    late = LateImports({"late_client", "no_such_client"}, imported.append)
    monkeypatch.setattr(sys, "meta_path", [late, *sys.meta_path])
    with pytest.raises(LookupError):
        importlib.import_module("late_client")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_client")
    assert imported == []
    monkeypatch.setenv("LATE", "1")
    importlib.import_module("late_client")
    assert imported == ["late_client"]
    assert importlib.util.find_spec("late_client") is not None
    del sys.modules["late_client"]


def test_a_package_without_a_loader_and_a_loader_with_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A namespace package and a spec without a loader are found; other methods of a loader can be called."""
    (tmp_path / "empty_client").mkdir()
    (tmp_path / "rich_client.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    late = LateImports({"empty_client", "rich_client", "bare_client"}, pytest.fail)
    monkeypatch.setattr(sys, "meta_path", [late, _Bare(), *sys.meta_path])
    assert importlib.util.find_spec("empty_client") is not None
    rich, bare = importlib.util.find_spec("rich_client"), importlib.util.find_spec("bare_client")
    assert rich is not None
    assert rich.loader is not None
    assert rich.loader.get_source("rich_client") == "x = 1\n"  # type: ignore[attr-defined]
    assert bare is not None
    assert bare.loader is None


class _Bare:
    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        return ModuleSpec(name, None) if name == "bare_client" else None

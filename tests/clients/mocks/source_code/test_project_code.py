"""The modules of the project."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock

import pytest

from pytest_customerio.clients.mocks.source_code.project_code import ProjectCode


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectCode:
    """A project of one module, which has one class."""
    file = tmp_path / "wired_shop.py"
    file.write_text("class Shop:\n    pass\n")
    module = ModuleType("wired_shop")
    module.__file__ = str(file)
    monkeypatch.setitem(sys.modules, "wired_shop", module)
    monkeypatch.setitem(sys.modules, "mocked_shop", MagicMock())
    return ProjectCode(lambda name: name == str(file))


def test_modules_and_classes(code: ProjectCode) -> None:
    """A module is read once, and found by a word; a class by itself, or by one that is derived from it."""
    (source,) = code.modules("Shop")
    assert list(code.modules("Customer")) == []
    assert code.source("", "") is code.source("", "")
    shop = type("Shop", (), {"__module__": "wired_shop"})
    derived = type("Derived", (shop,), {"__module__": "elsewhere"})
    found = code.class_of(derived)
    assert found is not None
    assert (found.source, found.made) == (source, True)
    assert code.class_of(type("Other", (), {"__module__": "wired_shop"})) is None
    assert code.module("mocked_shop") is None
    assert code.module("not_imported") is None

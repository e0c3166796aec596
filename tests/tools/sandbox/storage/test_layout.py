"""The name of the layout of what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.tools.sandbox.storage import layout as module
from pytest_customerio.tools.sandbox.storage.layout import layout, version


def test_it_follows_the_fields(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another field of a class is another layout; another comment or method is not."""

    def of(text: str) -> str:
        (tmp_path / "people.py").write_text(text, encoding="utf-8")
        layout.cache_clear()
        return layout()

    monkeypatch.setattr(module.workspace, "__file__", str(tmp_path / "__init__.py"))
    base = "class Person:\n    name: str\n    def __init__(self): self.a = 1\n"
    known = of(base)
    assert of("# more\n" + base + "    def f(self): self.b = 1\n    x = 1\n") == known
    assert len({known, of(base + "    plan: str = ''\n"), of(base.replace("self.a", "self.b")), of("")}) == 4
    monkeypatch.undo()
    layout.cache_clear()
    assert len(layout()) == 12
    assert version()

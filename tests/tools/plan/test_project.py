"""The folder of the plan and the shapes of the last run are where pytest would look for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from _pytest.config import findpaths

from pytest_customerio.core.data import DataError
from pytest_customerio.tools.commands import CommandError
from pytest_customerio.tools.plan.project import Project, find

INI = "[pytest]\ncio_plan = contracts\n"
SHAPES = Path("v", "customerio", "shapes")


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pytest.ini", INI),
        ("tox.ini", INI),
        ("setup.cfg", INI.replace("[pytest]", "[tool:pytest]")),
        ("pyproject.toml", '[tool.pytest.ini_options]\ncio_plan = "contracts"\n'),
        ("pyproject.toml", '[tool.pytest.ini_options]\ncio_plan = ["contracts"]\n'),
    ],
)
def test_the_ini_names_the_folder(tmp_path: Path, file: str, text: str) -> None:
    """In each form of the ini, also from a folder below it."""
    (tmp_path / file).write_text(text, encoding="utf-8")
    (tmp_path / "app").mkdir()
    expected = Project(tmp_path / "contracts", tmp_path / ".pytest_cache" / SHAPES)
    assert find(tmp_path, None) == find(tmp_path / "app", None) == expected


def test_the_cache_may_stand_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ini `cache_dir` may hold variables; a folder given takes the place of the ini's."""
    monkeypatch.setenv("CACHES", str(tmp_path / "caches"))
    (tmp_path / "pytest.ini").write_text(f"{INI}cache_dir = $CACHES/x\n", encoding="utf-8")
    found = find(tmp_path, tmp_path / "other")
    assert found == Project(tmp_path / "other", tmp_path / "caches" / "x" / SHAPES)


def test_without_an_ini(tmp_path: Path) -> None:
    """A folder is given, or the command ends with a usage error."""
    found = find(tmp_path, tmp_path / "contracts")
    assert (found.folder, found.in_ini) == (tmp_path / "contracts", False)
    with pytest.raises(CommandError, match="cio_plan = contracts") as caught:
        find(tmp_path, None)
    assert caught.value.code == 4


def test_what_the_last_run_sent(tmp_path: Path) -> None:
    """Without a run, or where another version noted it, the command ends with 2."""
    project = Project(tmp_path, tmp_path / "shapes")
    for text in (None, '{"version": 99}', "[]"):
        if text is not None:
            project.shapes.write_text(text, encoding="utf-8")
        with pytest.raises(CommandError, match="run pytest --cio-contract") as caught:
            project.sent()
        assert caught.value.code == 2
    project.shapes.write_text("{", encoding="utf-8")
    with pytest.raises(DataError):
        project.sent()
    project.shapes.write_text(json.dumps({"version": 1, "whole": True, "contents": []}), encoding="utf-8")
    assert project.sent()["whole"] is True


def test_what_is_private_of_pytest() -> None:
    """pytest still has the function that finds the ini."""
    assert callable(findpaths.locate_config)

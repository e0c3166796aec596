"""The packaging says what is true: floors that CI runs, commands that exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_lowest_set_is_every_floor_of_pyproject() -> None:
    """CI's lowest run pins what pyproject.toml promises, name by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    promised = project["project"]["dependencies"] + project["dependency-groups"]["test"]
    floors = {
        re.sub(r"\[.*\]", "", name): floor for name, floor in (re.split(">=", text, maxsplit=1) for text in promised)
    }
    lines = (ROOT / "constraints" / "lowest.txt").read_text(encoding="utf-8").splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    assert pinned == {name: floor.partition(",")[0] for name, floor in floors.items()}


def test_no_file_names_a_machine_path() -> None:
    """CI and make run anywhere."""
    for name in ("Makefile", ".ci/run", ".github/workflows/ci.yml", "pyproject.toml"):
        assert not re.search(r"(?<![\w.$}])/(home|root|tmp|work|usr/local)/", (ROOT / name).read_text(encoding="utf-8"))


def test_ci_runs_every_python_that_is_promised() -> None:
    """Each classifier has its row in the workflow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert re.findall(r"python: \[(.*)\]", workflow) == [", ".join(f'"{version}"' for version in promised)]

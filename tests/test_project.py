"""The files around the package agree with each other: pyproject.toml, Makefile, constraints/, .ci/run, workflows."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import pytest_customerio

ROOT = Path(__file__).resolve().parent.parent


def _pinned(name: str) -> dict[str, str]:
    """Name and version of each package in a file of constraints."""
    lines = (ROOT / "constraints" / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def _groups(*names: str) -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extra = [one for extra in project["project"]["optional-dependencies"].values() for one in extra]
    groups = [one for name in names for one in project["dependency-groups"][name]]
    alone = re.findall(r"'(customerio-cdp-analytics[^']*)'", (ROOT / "Makefile").read_text(encoding="utf-8"))
    return [*project["project"]["dependencies"], *extra, *groups, *alone]


def test_the_lowest_set_is_every_floor() -> None:
    """constraints/lowest.txt pins each floor of pyproject.toml and of the Makefile, and nothing else."""
    floors = {
        re.sub(r"\[.*\]", "", name): floor
        for name, floor in (re.split(">=", text.partition(";")[0], maxsplit=1) for text in _groups("test"))
    }
    assert _pinned("lowest.txt") == {name: floor.partition(",")[0] for name, floor in floors.items()}


def test_the_tested_set_holds_every_dependency() -> None:
    """constraints/tested.txt pins everything that `make` installs, each at a version that the floors allow."""
    pinned = {canonicalize_name(name): version for name, version in _pinned("tested.txt").items()}
    for requirement in map(Requirement, _groups("test", "lint", "build", "docs")):
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement


def test_the_tested_set_holds_what_those_need() -> None:
    """What a package needs, in the pinned version, is pinned as well; versions that are not pinned are not looked at."""
    pinned = {canonicalize_name(name): version for name, version in _pinned("tested.txt").items()}
    needed = {
        canonicalize_name(found.name)
        for one in importlib.metadata.distributions()
        if pinned.get(canonicalize_name(one.metadata["Name"])) == one.version
        for found in map(Requirement, one.requires or ())
        if found.marker is None or found.marker.evaluate({"extra": ""})
    }
    assert needed - {"setuptools"} <= set(pinned)


def test_the_tested_set_is_what_make_installs() -> None:
    """Without an argument `make` installs the tested set. The weekly workflow uses the newest versions."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^CONSTRAINTS \?= (.*)$", makefile, re.MULTILINE) == ["constraints/tested.txt"]
    weekly = (ROOT / ".github" / "workflows" / "weekly.yml").read_text(encoding="utf-8")
    assert "make test CONSTRAINTS= " in weekly


def test_no_target_installs_both_sdks_into_one_folder() -> None:
    """`customerio-cdp-analytics` replaces a file of `customerio`: no group and no example that is installed names it."""
    shared = [*(ROOT / "examples").glob("*/requirements.txt")]
    assert shared
    named = [*_groups("lint", "build"), *(text for path in shared for text in path.read_text("utf-8").splitlines())]
    assert [text for text in named if text.startswith("customerio-cdp")] == ["customerio-cdp-analytics>=1.1"]


def test_ci_runs_the_commands_of_the_readme() -> None:
    """`.ci/run` runs the README's two commands one after the other, in one environment."""
    block = (ROOT / "README.md").read_text(encoding="utf-8").partition("```sh\n")[2].partition("```")[0]
    commands = [line.partition("#")[0].strip() for line in block.splitlines()]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert commands == ["make demo", "make test"]
    assert [line for line in re.findall(r"^(make \w+)", script, re.MULTILINE) if line in commands][:2] == commands
    assert len(re.findall(r"\bVENV=", script)) == 1


def test_each_exclusion_from_coverage_has_its_reason() -> None:
    """Each exclusion has its reason on the same line, behind the pragma."""
    lines = [
        (path.name, line.strip())
        for path in Path(pytest_customerio.__file__).parent.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "pragma: no" in line
    ]
    assert [one for one in lines if not re.search(r"# pragma: no (cover|branch) - \w", one[1])] == []


def test_no_file_names_a_machine_path() -> None:
    """Make and CI run on any machine."""
    workflows = [str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml")]
    for name in ("Makefile", ".ci/run", ".pre-commit-config.yaml", "pyproject.toml", *workflows):
        assert not re.search(r"(?<![\w.$}])/(home|root|tmp|work|usr/local)/", (ROOT / name).read_text(encoding="utf-8"))


def test_contributing_names_what_is_there() -> None:
    """Each file, folder and make target that a recipe names exists; what is made from a pattern is left out."""
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in ("CONTRIBUTING.md", "SECURITY.md"))
    inside = [one for one in re.findall(r"`([\w./-]+/[\w./-]*)`", text) if not one.startswith("customerio/")]
    paths = [*inside, *re.findall(r"\]\((?!https?:)([^)#]+)\)", text), *re.findall(r"python (tests/\w+\.py)", text)]
    assert paths
    assert [one for one in paths if not ((ROOT / one).exists() or (ROOT / "pytest_customerio" / one).exists())] == []
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"\bmake ([a-z]+)(?= |`|\n)", text)) <= set(targets)


def test_every_yaml_file_around_the_package_can_be_read() -> None:
    """Workflows, issue forms and pre-commit: GitHub would ignore a form that is broken."""
    paths = [*(ROOT / ".github").rglob("*.yml"), ROOT / ".pre-commit-config.yaml"]
    assert len(paths) == 8
    for path in paths:
        assert isinstance(yaml.safe_load(path.read_text(encoding="utf-8")), dict), path
    for path in (ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(form)
        assert all({"type", "id", "attributes"} <= set(one) and "label" in one["attributes"] for one in form["body"])


def test_ci_runs_every_python_that_is_promised() -> None:
    """Each Python version of the classifiers has its row in the workflow."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert re.findall(r" python: \[(.*)\]", workflow) == [", ".join(f'"{version}"' for version in promised)]

"""Each project of examples/patterns passes, and its spoiled twin fails for one reason."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import analytics
import pytest
from commands import ROOT, command, python_path
from packaging.requirements import Requirement

FOLDER = ROOT / "examples" / "patterns"
# The plugins that pytest loads where only the project's requirements are installed.
PLUGINS = {"asyncio": "pytest_asyncio.plugin,anyio.pytest_plugin", "django": "pytest_django.plugin"}

# The project that Customer.io calls, in place of the other way round: the sandbox stands for Customer.io.
WEBHOOKS = "webhooks"

# The packages that a project needs from a folder of its own.
APART = {"background_queue": analytics.FOLDER}


class Twin(NamedTuple):
    """The rule that a spoiled twin breaks, and the beginning of each failure text after operation and case."""

    rule: str
    headline: str


TWINS = {
    "asyncio": Twin("outcome", "lost, "),
    "background_queue": Twin("outcome", "lost, 1 attempt"),
    "batch": Twin("partial-failure-ignored", "partial-failure-ignored, expected each rejected item "),
    "bool_wrapper": Twin("outcome", "lost, 1 attempt"),
    "celery": Twin("outcome", "raised, 1 attempt"),
    "django": Twin("no-timeout", "no-timeout, expected a timeout for each request, got none"),
    "fastapi": Twin("pii-leak", "pii-leak, expected no personal data in logs, got "),
    "flask": Twin("outcome", "lost, 1 attempt"),
    "outbox": Twin("outcome", "lost, 1 attempt"),
    "subtests": Twin("double-send", "double-send, expected no second copy of a send that may have been taken, got "),
    "unittest": Twin("blind-retry", "blind-retry, expected 1 attempt: the error is permanent, got 5 attempts"),
}


class Run(NamedTuple):
    """One run of pytest on a project."""

    code: int
    output: str
    broken: dict[str, set[str]]  # the violated rules of severity error, by test


def run(name: str, folder: Path, *, spoiled: bool = False) -> Run:
    """Copy a project, and its twin's files over it if asked; run its suite."""
    for line in (FOLDER / name / "requirements.txt").read_text(encoding="utf-8").splitlines():
        need(Requirement(line.partition("#")[0].strip()))
    shutil.copytree(FOLDER / name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("spoiled"))
    if spoiled:
        shutil.copytree(FOLDER / name / "spoiled", folder, dirs_exist_ok=True)
    plugins = ",".join(filter(None, ("pytest_customerio.plugin", PLUGINS.get(name))))
    arguments = ("--cio-contract", "--cio-report=report.json", "--tb=short", "-rN", "-p", "no:cacheprovider")
    only = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": plugins, "PYTEST_ADDOPTS": ""}
    if name in APART:
        only["PYTHONPATH"] = python_path(APART[name])
    result = command("-m", "pytest", *arguments, cwd=folder, **only)
    assert (folder / "report.json").exists(), result.stdout + result.stderr
    rows = json.loads((folder / "report.json").read_text(encoding="utf-8"))["tests"]
    broken: dict[str, set[str]] = {}
    for row in rows:
        rules = {one["rule"] for one in row["violations"] if one["severity"] == "error" and not one["allowed"]}
        if rules:
            broken.setdefault(row["nodeid"], set()).update(rules)
    return Run(result.returncode, result.stdout, broken)


def need(requirement: Requirement) -> None:
    """Skip the test where a package is not installed, or is too old."""
    if requirement.name == "pytest-customerio":
        return
    path = [*sys.path, str(analytics.FOLDER)]
    found = next((one.version for one in importlib.metadata.distributions(name=requirement.name, path=path)), None)
    if found is None or found not in requirement.specifier:
        pytest.skip(f"needs {requirement}, found {found or 'nothing'}")


@pytest.mark.parametrize("name", TWINS)
def test_the_project_is_green(name: str, tmp_path: Path) -> None:
    """The project passes in every case that its tests are marked for, with warnings only."""
    result = run(name, tmp_path)
    assert result.code == 0, result.output
    assert int(re.findall(r"(\d+) passed", result.output)[-1]) > 20
    assert result.broken == {}


@pytest.mark.parametrize("name", TWINS)
def test_its_twin_is_red_for_one_reason(name: str, tmp_path: Path) -> None:
    """Every failure of the twin is of that one rule, and its first line names it."""
    result = run(name, tmp_path, spoiled=True)
    assert result.code == 1, result.output
    assert set().union(*result.broken.values()) == {TWINS[name].rule}, result.output
    failures = re.findall(r"^_{2,} .*\w.* _{2,}\n(.*)$", result.output, re.MULTILINE)
    assert len(result.broken) == int(re.findall(r"(\d+) failed", result.output)[-1]), result.output
    whole = [line for line in failures if not line.endswith(": the same")]
    assert whole, result.output
    assert [line for line in whole if not line.partition(": ")[2].startswith(TWINS[name].headline)] == []


def test_the_webhook_handler_is_green_and_its_twin_red(tmp_path: Path) -> None:
    """A handler that does not check the signature fails the tests of forged requests, and no other."""
    only = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "pytest_customerio.plugin", "PYTEST_ADDOPTS": ""}
    arguments = ("-m", "pytest", "-q", "--tb=no", "-p", "no:cacheprovider")
    shutil.copytree(FOLDER / WEBHOOKS, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("spoiled"))
    good = command(*arguments, cwd=tmp_path, **only)
    assert good.returncode == 0, good.stdout + good.stderr
    shutil.copytree(FOLDER / WEBHOOKS / "spoiled", tmp_path, dirs_exist_ok=True)
    bad = command(*arguments, cwd=tmp_path, **only)
    failed = re.findall(r"^FAILED test_app\.py::(\w+)\[([\w-]+)\]", bad.stdout, re.MULTILINE)
    assert failed == [
        ("test_a_forged_request_is_refused", fault) for fault in ("wrong-signature", "old-timestamp", "truncated-body")
    ]


def test_every_project_is_run_and_listed() -> None:
    """Each folder has the rule of its twin above, and a row with that rule in the README's table."""
    assert sorted(path.name for path in FOLDER.iterdir() if path.is_dir()) == sorted([*TWINS, WEBHOOKS])
    table = re.findall(
        r"^\| .*\]\((\w+)\).* \| `([\w-]+)` \|$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert dict(table) == {name: twin.rule for name, twin in TWINS.items()}


@pytest.mark.parametrize("name", [*TWINS, WEBHOOKS])
def test_a_twin_is_one_file_that_differs_in_a_few_lines(name: str) -> None:
    """A twin replaces one file, and differs from it in a few lines."""
    (file,) = [path for path in (FOLDER / name / "spoiled").rglob("*") if path.is_file()]
    good = (FOLDER / name / file.relative_to(FOLDER / name / "spoiled")).read_text(encoding="utf-8").splitlines()
    bad = file.read_text(encoding="utf-8").splitlines()
    assert 1 <= len(set(bad) ^ set(good)) <= 16

"""The public names: other projects rely on them, so a change of one has to change a test."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pytest_customerio
from pytest_customerio.running.checked.cio import Cio

ROOT = Path(__file__).resolve().parent.parent
HINTS = ["ErrorCase", "Interaction", "Observation", "Operation", "Verdict", "Violation"]
HELPERS = ["sign_webhook", "webhook_event"]


def _asked(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, question: str) -> str:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    result = pytester.runpytest_inprocess("-p", "no:customerio", "-p", "pytest_customerio.plugin", question)
    assert result.ret == 0
    return result.stdout.str()


def test_options_and_ini_settings(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pytest --help` lists exactly these options and settings."""
    text = _asked(pytester, monkeypatch, "--help")
    assert set(re.findall(r"^  (--cio-[a-z-]+)", text, re.MULTILINE)) == {
        "--cio-contract",
        "--cio-strict",
        "--cio-record",
        "--cio-report",
        "--cio-fail-under",
        "--cio-baseline",
        "--cio-baseline-update",
    }
    assert dict(re.findall(r"^  (cio_\w+) \((\w+)\)", text, re.MULTILINE)) == {
        "cio_contract": "bool",
        "cio_region": "string",
        "cio_schemas": "paths",
        "cio_plan": "paths",
        "cio_cassettes": "paths",
        "cio_allow": "linelist",
        "cio_hosts": "linelist",
        "cio_fail_under": "float",
        "cio_baseline": "string",
    }


def test_marks(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pytest --markers` lists exactly these marks, with their arguments."""
    text = _asked(pytester, monkeypatch, "--markers")
    assert re.findall(r"^@pytest\.mark\.(cio.*?): ", text, re.MULTILINE) == [
        "cio_contract",
        "cio_errors(*cases, operations=(), except_for=(), raises=(), must_recover=False, best_effort=False)",
        "cio_allow(rule, where=None, case=None, operation=None, reason=...)",
    ]


def test_fixtures(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """`pytest --fixtures` lists exactly these; the name of any other fixture of ours begins with an underscore."""
    text = _asked(pytester, monkeypatch, "--fixtures")
    assert re.findall(r"^(\w*cio\w*) -- ", text, re.MULTILINE) == ["cio", "cio_error", "cio_responses", "cio_sandbox"]


def test_the_cio_fixture() -> None:
    """The fixture `cio` has exactly these public attributes."""
    assert sorted(name for name in vars(Cio) if not name.startswith("_")) == [
        "attempts",
        "drain",
        "outcome",
        "pending",
        "replay",
        "reported",
        "sent",
        "waits",
    ]


def test_python_names() -> None:
    """The names for type hints and the helpers load on first use; any other name raises the usual AttributeError."""
    assert pytest_customerio.__all__ == [*HINTS, *HELPERS]
    assert all(callable(getattr(pytest_customerio, name)) for name in HELPERS)
    for name in HINTS:
        module = name.lower() if name in ("Observation", "Operation") else "model"
        assert getattr(pytest_customerio, name).__module__ == f"pytest_customerio.core.{module}"
    with pytest.raises(AttributeError, match="module 'pytest_customerio' has no attribute 'Sandbox'"):
        _ = pytest_customerio.Sandbox  # type: ignore[attr-defined]


def test_importing_the_package_loads_nothing() -> None:
    """`import pytest_customerio` loads no module of the package: its names load on first use."""
    code = "import sys, pytest_customerio; print([n for n in sys.modules if n.startswith('pytest_customerio.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_type_hints_are_shipped() -> None:
    """The package holds `py.typed`, so type checkers read its annotations."""
    assert (Path(pytest_customerio.__file__).parent / "py.typed").is_file()


def test_the_entry_point() -> None:
    """pytest finds the plugin under the name `customerio`, and `-p no:customerio` turns it off."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"customerio": "pytest_customerio.plugin"}
    assert importlib.import_module("pytest_customerio.plugin").__doc__

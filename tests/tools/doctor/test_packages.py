"""The doctor's check of the installed SDK."""

from __future__ import annotations

from pathlib import Path

import pytest
from distributions import ANALYTICS, CUSTOMERIO, Package, install

from pytest_customerio.__main__ import main
from pytest_customerio.core.requirements import Outdated
from pytest_customerio.tools.doctor import packages
from pytest_customerio.tools.doctor.diagnosis import Diagnosis


@pytest.mark.parametrize("order", [(ANALYTICS, CUSTOMERIO), (CUSTOMERIO,), ()])
def test_an_sdk_that_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: tuple[Package, ...]) -> None:
    """Given the SDK's own module in place, or no SDK, nothing is reported."""
    for package in order:
        install(tmp_path, package)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert list(packages.check_packages()) == []


def test_an_sdk_that_was_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given `customerio-cdp-analytics` installed last, a problem with its cure is reported."""
    install(tmp_path, CUSTOMERIO)
    install(tmp_path, ANALYTICS)
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert list(packages.check_packages()) == [
        Diagnosis(
            "package customerio",
            "problem",
            "customerio/__init__.py is the one of customerio-cdp-analytics 1.1.0:"
            " `from customerio import CustomerIO` fails",
            "install customerio last: pip install --force-reinstall --no-deps customerio==3.2.0"
            " (explain sdk-overwritten)",
        )
    ]


@pytest.mark.parametrize("target", [[], ["--target", "http://127.0.0.1:9"]])
def test_it_is_checked_without_a_target(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], target: list[str]
) -> None:
    """Given a target that cannot be asked, the package is still the first check."""
    install(tmp_path, CUSTOMERIO)
    install(tmp_path, ANALYTICS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("CIO_SANDBOX_WORKSPACE", "")
    monkeypatch.setenv("CUSTOMERIO_SITE_ID", "")
    assert main(["doctor", *target]) != 0
    told = capsys.readouterr().out
    assert told.count("  problem  package customerio") == 1
    assert told.partition("\n\n")[2].startswith("  problem  package customerio")


def test_a_library_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that another package asked for in an older version is a problem, with its cure."""
    old = Outdated("jsonschema", "2.6.0", "jsonschema>=4.23")
    monkeypatch.setattr(packages, "outdated", lambda: iter([old]))
    assert list(packages.check_packages())[-1] == Diagnosis(
        "package jsonschema",
        "problem",
        "jsonschema 2.6.0 is installed, and pytest-customerio needs jsonschema>=4.23",
        'pip install "jsonschema>=4.23"',
    )

"""Functions and tests as a baseline names them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_customerio.reporting.baseline.places import Places


@pytest.mark.parametrize(
    ("site", "function", "expected"),
    [
        ("", "", ""),
        ("app/crm.py:16 in buy", "", "app/crm.py::buy"),
        ("app/crm.py:16 in buy", "Crm.buy", "app/crm.py::Crm.buy"),
        ("app/crm.py:16 in inner", "buy.<locals>.inner", "app/crm.py::buy.inner"),
        ("app/crm.py:17 in <lambda>", "buy.<locals>.<lambda>", "app/crm.py::buy"),
        ("app/crm.py:18 in <listcomp>", "Crm.buy.<locals>.<listcomp>", "app/crm.py::Crm.buy"),
        ("app/crm.py:19 in <genexpr>", "<genexpr>", "app/crm.py::<module>"),
        ("app/crm.py:2 in <module>", "<module>", "app/crm.py::<module>"),
        ("of another kind", "", "of another kind"),
    ],
)
def test_a_place_is_a_function_without_a_line(tmp_path: Path, site: str, function: str, expected: str) -> None:
    """What Python puts between the names of functions is no part of it: it depends on the version."""
    places = Places(tmp_path, tmp_path)
    assert (places.place(site, function), places.place(site)) == (expected, expected)


def test_paths_are_seen_from_the_folder_of_the_baseline(tmp_path: Path) -> None:
    """The root of pytest may be another folder, and a file may be outside of it."""
    places = Places(tmp_path / "tests", tmp_path)
    assert places.place("test_a.py:3 in test_a") == "tests/test_a.py::test_a"
    assert places.place(f"{tmp_path}/app/crm.py:3 in buy") == "app/crm.py::buy"
    assert places.test("unit/test_a.py::TestA::test_a") == "tests/unit/test_a.py::TestA::test_a"
    assert Places(tmp_path, tmp_path / "tests").test("tests/test_a.py::test_a") == "test_a.py::test_a"


def test_a_file_on_another_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no relative path, so that it stays as it is."""

    def none(*_: object) -> str:
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    places = Places(tmp_path / "tests", tmp_path)
    monkeypatch.setattr(os.path, "relpath", none)
    assert places.place("crm.py:3 in buy") == "crm.py::buy"

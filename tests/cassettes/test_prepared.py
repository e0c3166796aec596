"""The prepared form of the shipped cassettes, and reading it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_customerio.cassettes import prepared
from pytest_customerio.cassettes.document import Document
from pytest_customerio.cassettes.parsing import parse, text_of
from pytest_customerio.cassettes.prepared import FILE, prepare, prepared_data
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError

SHIPPED = sorted(data.cassettes().glob("*/*.yaml"))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One cassette in a folder that takes the place of the shipped one."""
    (tmp_path / "track").mkdir()
    shutil.copy(data.cassettes() / "track" / "429-rate-limited.yaml", tmp_path / "track")
    monkeypatch.setattr(data, "cassettes", lambda: tmp_path)
    yield tmp_path
    prepared._read.cache_clear()


def test_each_shipped_cassette_is_the_same_in_its_prepared_form() -> None:
    """JSON holds what YAML holds: each file, and no other one."""
    found = json.loads(prepare(data.cassettes()))
    read = {name: json.loads(text) for name, text in found.items()}
    assert read == {f"{path.parent.name}/{path.name}": parse(path, text_of(path)) for path in SHIPPED}
    assert len(found) > 100


def test_an_installed_wheel_has_the_prepared_form_of_its_cassettes() -> None:
    """In the wheel each shipped cassette is prepared; a checkout has no prepared file that could be outdated."""
    there = (data.cassettes() / FILE).is_file()
    assert there is bool(os.environ.get("CIO_TEST_WHEEL"))
    for path in SHIPPED if there else ():
        assert prepared_data(path) == parse(path, text_of(path))


def test_a_prepared_cassette_is_not_read_from_its_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a prepared form, the document has its data, and an error still names the line of the file."""
    path = folder / "track" / "429-rate-limited.yaml"
    (folder / FILE).write_text(prepare(folder), encoding="utf-8")
    expected = parse(path, text_of(path))
    monkeypatch.setattr("pytest_customerio.cassettes.parsing.parse", None)
    document = Document(path)
    assert document.data == expected
    line = next(at for at, text in enumerate(path.read_text().splitlines(), 1) if text.startswith("metadata:"))
    assert document.error("wrong", "metadata", "source").line > line


def test_without_a_prepared_form_the_file_is_read(folder: Path) -> None:
    """Given no prepared file, the cassette is read from its YAML."""
    path = folder / "track" / "429-rate-limited.yaml"
    assert prepared_data(path) is None
    assert Document(path).data == parse(path, text_of(path))


def test_a_cassette_of_the_user_is_never_prepared(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file of another folder is read from its YAML, also where it has the name of a shipped one."""
    (folder / FILE).write_text(prepare(folder), encoding="utf-8")
    own = tmp_path_factory.mktemp("own") / "track"
    own.mkdir()
    shutil.copy(folder / "track" / "429-rate-limited.yaml", own)
    assert prepared_data(own / "429-rate-limited.yaml") is None


def test_a_damaged_prepared_file_says_what_to_do(folder: Path) -> None:
    """A prepared file that is no JSON is an error that names the file."""
    (folder / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match=r"prepared\.json: not JSON, install the package again"):
        prepared_data(folder / "track" / "429-rate-limited.yaml")

"""Reads published documents from JSON and YAML files, and refuses those that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_customerio.cassettes import parsing
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.drift.documents import files
from pytest_customerio.tools.drift.documents.files import read

CATALOG = Catalog.load()
DATA = Path(__file__).parents[3] / "data" / "openapi"
BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12))
DEEP = ": nested more than 200 levels deep"


def refused(path: Path) -> str:
    with pytest.raises(DataError) as error:
        read(path, CATALOG)
    return str(error.value).removeprefix(str(path))


@pytest.mark.parametrize(
    ("name", "surfaces"), [("track.json", {"track", "track_v2"}), ("pipelines.yaml", {"pipelines"})]
)
def test_documents(name: str, surfaces: set[str]) -> None:
    """A document is read with the surfaces of its servers."""
    assert read(DATA / name, CATALOG).surfaces == surfaces


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", ": the file is empty"),
        ("a: [", ":1: not YAML: while parsing a flow node, did not find expected node content"),
        ("hello", ": not an OpenAPI document of version 3: no `openapi: 3.…` at its top"),
        ("swagger: '2.0'", ": not an OpenAPI document of version 3: no `openapi: 3.…` at its top"),
        ('{"openapi": "4.0"}', ": not an OpenAPI document of version 3: openapi: 4.0"),
        ("openapi: 3.1.0", ": not an OpenAPI document: it has no mapping `paths`"),
        ("a: &a [*a]", ": its aliases unfold into more than 2000000 values"),
        (BOMB, ": its aliases unfold into more than 2000000 values"),
        ("a: " + "[" * 30_000, DEEP),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, cause: str) -> None:
    """A file that is no document is refused with line and cause; aliases that unfold without end are not followed."""
    path = tmp_path / "openapi.yaml"
    path.write_text(text, encoding="utf-8")
    got = refused(path)
    assert got == cause or (not parsing.FAST and got.startswith(cause[:13]))


def test_a_document_of_another_service(tmp_path: Path) -> None:
    """A document of another service is refused with the list of Customer.io's hosts."""
    path = tmp_path / "openapi.json"
    path.write_text('{"openapi": "3.1.0", "servers": [{"url": "https://example.com"}], "paths": {}}', encoding="utf-8")
    assert refused(path) == (
        ": none of its servers is Customer.io's: api-eu.customer.io, api.customer.io, cdp-eu.customer.io,"
        " cdp.customer.io, track-eu.customer.io, track.customer.io"
    )


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing file, a folder, and a file that is too large are refused."""
    assert refused(tmp_path / "none.json") == ": No such file or directory"
    assert refused(tmp_path) == ": Is a directory" or os.name == "nt"
    monkeypatch.setattr(files, "LARGEST", 10)
    path = tmp_path / "large.json"
    path.write_text('{"openapi": 3}', encoding="utf-8")
    assert refused(path) == ": 14 bytes: no OpenAPI document is larger than 10"


def test_json(tmp_path: Path) -> None:
    """A file named `.json` is read as JSON; broken or too deeply nested, it is refused."""
    path = tmp_path / "deep.json"
    path.write_text("{", encoding="utf-8")
    assert refused(path) == ":1: not JSON: Expecting property name enclosed in double quotes"
    path.write_text('{"a":' * 100_000, encoding="utf-8")
    assert refused(path).startswith(": cannot be read: maximum recursion depth")

"""Cassettes read without vcrpy say what they say through it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio.cassettes.cases import Cassettes
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError

CASSETTE = """\
metadata: {source: observed}
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: !!binary e30=}
  response: {status: {code: 418, message: null}, headers: {A: b, C: [d, e]}, body: {string: !!binary YQ==}}
- request: {method: DELETE, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: null}
  response: {status: {code: 418, message: Short}, headers: {}, body: {}}
"""


def test_all_cases_are_those_of_the_run() -> None:
    """Every case, and every variant of it, as vcrpy reads it."""
    catalog = Catalog.load()
    played, read = Cassettes(catalog), Cassettes(catalog)
    assert read.cases() == played.cases()
    for case in played.cases():
        for operation in case.operations:
            assert read.variant(case, operation) == played.variant(case, operation)
    assert [read.success(one) for one in catalog.operations] == [played.success(one) for one in catalog.operations]


def test_a_cassette_of_ones_own(tmp_path: Path) -> None:
    """Headers as text or lists, bodies as bytes or left out, and an answer for an operation of its own."""
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "418-teapot.yaml").write_text(CASSETTE, encoding="utf-8")
    cassettes = Cassettes(Catalog.load(), [tmp_path])
    case = cassettes.case("418-teapot", "track")
    assert case is not None
    assert case.answer.headers == (("A", "b"), ("C", "d"), ("C", "e"))
    assert (case.answer.body, case.answer.reason) == (b"a", "")
    assert cassettes.variant(case, "track.delete").answer.reason == "Short"


def test_a_request_that_is_no_operation_is_told_with_its_line(tmp_path: Path) -> None:
    """As in a run."""
    (tmp_path / "track").mkdir()
    (tmp_path / "track" / "418-teapot.yaml").write_text(CASSETTE.replace("customers/42", "x"), encoding="utf-8")
    with pytest.raises(DataError, match=r"418-teapot.yaml:3: PUT https://track.customer.io/api/v1/x with this body"):
        Cassettes(Catalog.load(), [tmp_path]).cases()


def test_vcrpy_is_not_imported() -> None:
    """That is what it is for."""
    code = (
        "import sys; from pytest_customerio.__main__ import main; main(['errors']);"
        "sys.stderr.write(str({'vcr', 'requests', 'jsonschema', 'pytest'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stderr == "set()"

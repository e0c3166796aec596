"""Reads interactions from cassettes, and selects them by words."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.contract.catalog.routes import read_routes
from pytest_customerio.core import data
from pytest_customerio.core.data import DataError, UnknownNameError
from pytest_customerio.tools.drift.answers.recordings import load_folders, select

CATALOG = Catalog.load()
CASSETTE = """\
version: 1
metadata: {source: recorded, date: "2026-11-01", environment: sandbox, differs: {region: {source: documented}}}
interactions:
- request:
    method: PUT
    uri: https://track.customer.io/api/v1/customers/42
    headers: {Content-Type: [application/json], X-A: b, X-None: []}
    body: '{"plan": "basic"}'
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json], X-B: c}
    body: {string: "{}"}
- request: {method: GET, uri: 'https://track.customer.io/api/v1/accounts/region', headers: {}, body: null}
  response: {status: {code: 200, message: null}, headers: {}, body: {string: !!binary e30=}}
- request: {method: POST, uri: 'https://track.customer.io/api/v1/metrics', headers: {}, body: {metric: opened}}
  response: {status: {code: 0, message: null}, fault: read-timeout, headers: {}, body: {}}
"""


def made(folder: Path, text: str = CASSETTE, name: str = "tests/test_a/test_b.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_cassette(tmp_path: Path) -> None:
    """Each interaction has its request, answer, operation and provenance, in any layout of folders."""
    path = made(tmp_path)
    identify, region, metrics = load_folders([tmp_path, tmp_path / "tests"], CATALOG)
    assert (identify.path, identify.case, identify.operation.id) == (path, "test_b", "track.identify")
    assert identify.request.headers == {"content-type": "application/json", "x-a": "b", "x-none": ""}
    assert identify.request.body == b'{"plan": "basic"}'
    assert identify.answer.headers == (("Content-Type", "application/json"), ("X-B", "c"))
    assert (identify.provenance.source, identify.provenance.date) == ("recorded", "2026-11-01")
    assert (region.provenance.source, region.answer.body, region.request.body) == ("documented", b"{}", b"")
    assert (metrics.answer.fault, metrics.request.body) == ("read-timeout", b'{"metric": "opened"}')


def test_recordings_of_tests(tmp_path: Path) -> None:
    """The recording of a test has the test's id; a cassette of a case has none."""
    made(tmp_path, CASSETTE.replace("{source: recorded", "{request: 'tests/test_a.py::test_b', source: recorded"))
    assert {one.test for one in load_folders([tmp_path], CATALOG)} == {"tests/test_a.py::test_b"}
    made(tmp_path, CASSETTE.replace("{source: recorded", "{request: track/200-ok, source: recorded"))
    assert {one.test for one in load_folders([tmp_path], CATALOG)} == {""}


def test_selection(tmp_path: Path) -> None:
    """Without words, recorded answers are selected. A word selects any answer by case, operation, surface or status."""
    made(tmp_path)
    recordings = load_folders([tmp_path], CATALOG)
    assert [one.operation.name for one in select(recordings, [])] == ["identify"]
    for word in ("test_b", " Track ", "200"):
        assert [one.operation.name for one in select(recordings, [word])] == ["identify", "region"]
    assert [one.operation.name for one in select(recordings, ["track.region"])] == ["region"]


def test_unknown_words(tmp_path: Path) -> None:
    """An unknown word is refused with the nearest known one."""
    made(tmp_path)
    with pytest.raises(UnknownNameError) as error:
        select(load_folders([tmp_path], CATALOG), ["track.regoin"])
    assert error.value.nearest == "track.region"


def test_cassettes_that_cannot_be_used(tmp_path: Path) -> None:
    """A request that is no operation is refused with file, line and cause; so is a missing folder."""
    bad = "version: 1\ninteractions:\n- request: {method: GET, uri: 'https://example.com/a', headers: {}, body: '{'}\n"
    path = made(tmp_path, bad + "  response: {status: {code: 200, message: OK}, headers: {}, body: {}}\n")
    with pytest.raises(DataError) as error:
        load_folders([tmp_path], CATALOG)
    assert str(error.value) == f"{path}:3: GET https://example.com/a is no operation of Customer.io"
    with pytest.raises(DataError, match="no such folder"):
        load_folders([tmp_path / "none"], CATALOG)


def test_the_shipped_cassettes() -> None:
    """The shipped cassettes cover each operation, and a case can be selected by its name."""
    recordings = load_folders([data.cassettes()], CATALOG)
    assert {one.operation.id for one in recordings} >= set(CATALOG.operations) - set(
        read_routes(data.schemas()).operations
    )
    assert {one.case for one in select(recordings, ["400-id-mismatch"])} == {"400-id-mismatch"}

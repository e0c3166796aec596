"""One cassette file by operation: its answers, and what makes it no cassette of its folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_customerio.cassettes.cassette_file import CassetteFile
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError

CATALOG = Catalog.load()
CASSETTE = """\
metadata: {source: observed}
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: !!binary e30=}
  response: {status: {code: 418, message: null}, headers: {A: b, C: [d, e]}, body: {string: !!binary YQ==}}
- request: {method: DELETE, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: null}
  response: {status: {code: 418, message: Short}, headers: {}, body: {}}
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: 'a=b'}
  response: {status: {code: 418, message: Later}, headers: {}, body: {}}
"""


def read(folder: Path, text: str = CASSETTE, surface: str = "track") -> CassetteFile:
    path = folder / surface / "418-teapot.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return CassetteFile(path, CATALOG)


def test_answers_by_operation(tmp_path: Path) -> None:
    """Each operation has its answers in recorded order; a body that is no JSON leaves the address to decide."""
    file = read(tmp_path)
    assert file.operations == ("track.identify", "track.delete")
    assert [one.reason for one in file.answers("track.identify")] == ["", "Later"]
    assert [one.reason for one in file.answers("track.delete")] == ["Short"]
    first = file.the_answer()
    assert (first.headers, first.body) == ((("A", "b"), ("C", "d"), ("C", "e")), b"a")


def test_an_operation_without_an_answer_of_its_own(tmp_path: Path) -> None:
    """An operation without an answer of its own gets the answers of the first interaction's operation."""
    file = read(tmp_path)
    assert file.answering("track.event") == "track.identify"
    assert file.answers("track.event") == file.answers("track.identify")


def test_a_request_that_is_no_operation(tmp_path: Path) -> None:
    """A request that is no operation is an error with the line of its address."""
    cause = r"418-teapot\.yaml:3: PUT https://track\.customer\.io/api/v1/x with this body is no operation"
    with pytest.raises(DataError, match=cause):
        read(tmp_path, CASSETTE.replace("customers/42", "x"))


def test_an_operation_of_another_surface(tmp_path: Path) -> None:
    """The error about an operation of another surface says in which folder the cassette belongs."""
    with pytest.raises(DataError, match="identify is no operation of app: its cassettes belong into track/"):
        read(tmp_path, surface="app")


def test_an_error_cassette_has_one_status(tmp_path: Path) -> None:
    """Answers of two statuses are an error, because an attempt is known to have met the error by its status."""
    file = read(tmp_path, CASSETTE.replace("code: 418, message: Later", "code: 200, message: Later"))
    with pytest.raises(DataError, match=r"yaml:3: an error cassette has one status, this one has 200, 418"):
        file.the_answer()


@pytest.mark.parametrize("command", [["errors"], ["explain", "429"]])
def test_the_commands_read_without_vcrpy(command: list[str]) -> None:
    """`errors` and `explain` import neither vcrpy nor a client, whose import takes longer than all the rest."""
    code = (
        f"import sys; from pytest_customerio.__main__ import main; main({command!r});"
        "sys.stderr.write(str({'vcr', 'requests', 'jsonschema', 'pytest'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "set()"

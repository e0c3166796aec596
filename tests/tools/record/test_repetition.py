"""Sends the requests of a cassette again: an answer counts where it is the same case as the recorded one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.tools.record.candidates import Candidate
from pytest_customerio.tools.record.repetition import Repetition, repetitions
from pytest_customerio.tools.target import Keys, Target

if TYPE_CHECKING:
    from tests.tools.conftest import Stand

CATALOG = Catalog.load()
REGION = "/api/v1/accounts/region"
CASSETTE = """\
metadata: {{source: documented}}
interactions:
- request: {{method: GET, uri: 'https://{host}/api/v1/accounts/region', headers: {{Accept: [a]}}, body: null}}
  response: {{status: {{code: {status}, message: null}}, headers: {{}}, body: {{string: '{body}'}}}}
"""


def made(folder: Path, body: str, *, status: int = 200, host: str = "track.customer.io") -> Candidate:
    path = folder / "400-of-ours.yaml"
    path.write_text(CASSETTE.format(body=body, status=status, host=host), encoding="utf-8")
    return Candidate("track", "400-of-ours", path, (), "documented")


def repeated(stand: Stand, candidate: Candidate, keys: Keys | None = None) -> Repetition:
    target = Target("workspace", "workspace 7", "us", keys or Keys("site", "track"), stand.url)
    (found,) = repetitions(candidate, target, CATALOG)
    return found


@pytest.mark.parametrize(
    ("recorded", "answered", "same"),
    [
        ('{"a": 1, "b": "x"}', {"a": 2.5, "c": None}, True),
        ('{"a": {"b": [1]}}', {"a": {"b": [2, 3]}}, True),
        ('{"a": []}', {"a": [1]}, False),
        ('{"a": null}', {"a": 1}, True),
        ('{"a": 1}', {"a": "1"}, False),
        ('{"a": 1}', {"b": 1}, False),
        ('{"a": 1}', {}, True),
        ("{}", {"a": 1}, True),
        ("text", b"other", True),
        ("text", {}, False),
        ("", b"", True),
    ],
)
def test_a_success_answer(stand: Stand, tmp_path: Path, recorded: str, answered: object, same: bool) -> None:
    """Two success answers are one case where shared members have the same types and lists are both empty or both not."""
    stand.says(REGION, answered)
    found = repeated(stand, made(tmp_path, recorded))
    assert (found.operation, found.recorded.answer.body) == ("track.region", recorded.encode())
    assert found.reason == ("" if same else "answered 200 with another body")
    assert (found.answer is not None) is same


def test_another_status(stand: Stand, tmp_path: Path) -> None:
    """Another status is another case. With the recorded error status the body is not compared."""
    stand.says(REGION, {"a": 1}, 400)
    assert repeated(stand, made(tmp_path, "{}")).reason == "answered 400, not 200"
    assert repeated(stand, made(tmp_path, "text", status=400)).answer is not None


def test_without_a_key(stand: Stand, tmp_path: Path) -> None:
    """Without a key for the operation nothing is sent, and the reason names the variable."""
    found = repeated(stand, made(tmp_path, "{}"), Keys())
    assert (found.answer, found.reason) == (None, "no key for it: set CUSTOMERIO_API_KEY")
    assert stand.requests == []


@pytest.mark.parametrize("host", ["api.customer.io", "example.com"])
def test_a_request_of_another_surface(stand: Stand, tmp_path: Path, host: str) -> None:
    """A request that is no operation of the cassette's surface is refused with file and line."""
    with pytest.raises(DataError, match=r"400-of-ours.yaml:3: no operation of track"):
        repeated(stand, made(tmp_path, "{}", host=host))

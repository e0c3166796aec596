"""Sends the requests of recordings to a target again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer, Provenance, WireRequest
from pytest_customerio.tools.drift.answers.comparison import Send, SkipError
from pytest_customerio.tools.drift.answers.recordings import Recording
from pytest_customerio.tools.drift.answers.sender import Sender
from pytest_customerio.tools.target import Keys, Target

if TYPE_CHECKING:
    from tests.tools.conftest import Stand

CATALOG = Catalog.load()


@pytest.fixture
def send(stand: Stand) -> Send:
    """Sends recordings to a server that answers everything alike."""
    stand.default = (200, b'{"region": "us"}')
    return Sender(Target("sandbox", "a sandbox", "us", Keys("site-0001", "track-0001"), stand.url), CATALOG).send


def recording(case: str = "test_a", status: int = 200, operation: str = "track.region", url: str = "") -> Recording:
    found = CATALOG.operations[operation]
    url = url or f"https://{found.hosts['us']}{found.path}?a=b"
    request = WireRequest(found.method, url, {"authorization": "nobody's"}, b"")
    return Recording(Path(case), case, found, request, Answer(status), Provenance("recorded"), str(status))


def test_a_recording_is_sent_again(stand: Stand, send: Send) -> None:
    """A request is sent to the target's address with its key, in the place of those in the cassette."""
    answer = send(recording())
    send(recording())
    assert (answer.status, answer.body) == (200, b'{"region": "us"}')
    (method, path, headers, _), _ = stand.requests
    assert (method, path) == ("GET", "/api/v1/accounts/region?a=b")
    assert headers["authorization"].startswith("Basic ")


def test_keys_that_draw_a_401(stand: Stand, send: Send) -> None:
    """A 401 is asked for with an unknown key, or with a key of another kind where that is the case."""
    for one in (recording(), recording(status=401), recording("401-wrong-key-type", 401)):
        send(one)
    keys = [headers["authorization"] for _, _, headers, _ in stand.requests]
    assert len(set(keys)) == 3
    assert keys[2].startswith("Bearer ")


def test_success_finds_what_it_looks_up(stand: Stand, send: Send) -> None:
    """People and objects are created once, before the first request of a success cassette."""
    send(recording("200-ok"))
    number = len(stand.requests)
    send(recording("200-ok"))
    assert stand.requests[0][:2] == ("PUT", "/api/v1/customers/42")
    assert 1 < number == len(stand.requests) - 1


def test_recordings_that_are_skipped(send: Send) -> None:
    """A request without a key is skipped, and so is an answer that no target can be made to give, unless it was
    recorded."""
    with pytest.raises(SkipError, match="no key for it"):
        send(recording(operation="app.list_segments"))
    with pytest.raises(SkipError, match="needs more requests"):
        send(replace(recording("429-rate-limited", 429), provenance=Provenance("synthetic")))
    assert send(recording("429-rate-limited", 429)).status == 200

"""Calls operations of a target with its own keys."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.tools.asking import NoKeyError, caller, open_guarded, path
from pytest_customerio.tools.target import Keys, Target, TargetError

if TYPE_CHECKING:
    from tests.tools.conftest import Stand


def test_no_key() -> None:
    """Without a key nothing is sent; the error names the variable that would hold it."""
    target = Target("sandbox", "a sandbox", "us", Keys("site", "track"), "http://127.0.0.1:9")
    with pytest.raises(NoKeyError, match="no key for it: set "):
        caller(target, Catalog.load())("app.list_segments", "/v1/segments", None)


def test_paths() -> None:
    """Each part of a path is percent-encoded once."""
    assert path("v1", "a/b c", "ü+@") == "/v1/a%2Fb%20c/%C3%BC%2B%40"


def test_a_call_is_sent(stand: Stand) -> None:
    """A payload is sent as JSON, in strict mode and with the target's key; None sends no body."""
    stand.says("/v1/identify", {"success": True})
    target = Target("sandbox", "a sandbox", "us", Keys(pipelines="write"), stand.url)
    call = caller(target, Catalog.load())
    assert call("pipelines.identify", "/v1/identify", {"userId": "a"}).body == b'{"success": true}'
    call("pipelines.identify", "/v1/identify", None)
    (_, _, headers, body), (_, _, bare, nothing) = stand.requests
    assert (body, nothing) == (b'{"userId": "a"}', b"")
    assert (headers["content-type"], headers["x-strict-mode"]) == ("application/json", "1")
    assert headers["authorization"] == bare["authorization"] == target.keys.authorization("write-key")
    assert "x-strict-mode" not in bare


def test_the_guard_is_armed_while_a_target_is_open(stand: Stand) -> None:
    """Until the target is closed, any other connection to Customer.io is refused."""
    stand.says("/_sandbox/", {"region": "us", "environ": {}})
    with open_guarded({}, Catalog.load(), stand.url) as target:
        assert target.url == stand.url
        with pytest.raises(TargetError, match=r"track.customer.io:443: refused, it is not the target"):
            http.client.HTTPSConnection("track.customer.io").connect()


def test_the_guard_is_disarmed_where_there_is_no_target(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the target is refused, the guard is disarmed too."""
    disarmed: list[bool] = []
    monkeypatch.setattr("pytest_customerio.process.guard.arm", lambda *given: lambda: disarmed.append(True))
    with pytest.raises(TargetError, match="is no address"), open_guarded({}, Catalog.load(), "nonsense"):
        pytest.fail("it was opened")
    assert disarmed == [True]

"""Sends the requests of cassettes again: preparation, keys, and answers that no target gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import WireRequest
from pytest_customerio.tools.repeating import authorization, obstacle, prepare, repeat
from pytest_customerio.tools.target import Keys, Target, made_up

if TYPE_CHECKING:
    from tests.tools.conftest import Stand

CATALOG = Catalog.load()
KEYS = Keys("site", "track", "app", "write")
TRACK = CATALOG.operations["track.identify"]


def test_obstacles() -> None:
    """Some cassettes and families cannot be drawn on purpose; the reason of the cassette comes first."""
    assert obstacle("429-rate-limited", "429") == "needs more requests than a sandbox should get"
    assert obstacle("401-wrong-region", "401") == "needs a workspace of the other region"
    assert obstacle("400-invalid-id", "400") == ""


@pytest.mark.parametrize(("cassette", "resets", "paths"), [("200-ok", 1, 7), ("400-invalid-id", 1, 0)])
def test_preparation(stand: Stand, cassette: str, resets: int, paths: int) -> None:
    """The target is reset; for a success cassette, people and objects are created."""
    done: list[int] = []
    target = Target("own", "a sandbox", "us", KEYS, stand.url, lambda: done.append(1))
    prepare(target, CATALOG, cassette)
    assert (len(done), len(stand.paths)) == (resets, paths)


def test_preparation_without_keys(stand: Stand) -> None:
    """What there is no key for is not created."""
    prepare(Target("sandbox", "a sandbox", "us", Keys("site", "track"), stand.url), CATALOG, "200-ok")
    assert [path for path in stand.paths if path.startswith("/v1/")] == []
    assert stand.paths[:2] == ["/api/v1/customers/42", "/api/v1/customers/43"]


def test_preparation_of_a_workspace(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a workspace of Customer.io only people are created."""
    places: list[str] = []
    monkeypatch.setattr(Target, "ask", lambda target, request, place, *more: places.append(place))
    prepare(Target("workspace", "workspace 7", "us", KEYS), CATALOG, "200-ok")
    assert places == ["/api/v1/customers/42", "/api/v1/customers/43"]


@pytest.mark.parametrize("query", ["", "?a=b&c"])
def test_a_request_is_repeated(stand: Stand, query: str) -> None:
    """Path and query are those of the request, the key is that of the target."""
    request = WireRequest(
        "PUT", f"https://track.customer.io/api/v1/customers/4%2F2{query}", {"authorization": "x"}, b"{}"
    )
    repeat(request, Target("sandbox", "a sandbox", "us", KEYS, stand.url), TRACK, "400-invalid-id")
    ((method, path, headers, body),) = stand.requests
    assert (method, path, body) == ("PUT", f"/api/v1/customers/4%2F2{query}", b"{}")
    assert headers["authorization"] == KEYS.authorization("basic")


def test_keys() -> None:
    """A 401 is drawn with an unknown key or one of another API; other cases with the right key."""
    target = Target("sandbox", "a sandbox", "us", KEYS)
    keyless = Target("sandbox", "a sandbox", "us", Keys())
    assert authorization("200-ok", target, TRACK) == KEYS.authorization("basic")
    assert authorization("401-unauthorized", target, TRACK) == made_up("basic")
    assert authorization("401-wrong-key-type", target, TRACK) == "Bearer app"
    assert authorization("401-wrong-key-type", keyless, TRACK) == made_up("bearer")
    assert authorization("401-unauthorized", target, CATALOG.operations["track.unsubscribe"]) is None

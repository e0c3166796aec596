"""aiohttp is answered as by a real server, without a network."""

from __future__ import annotations

import asyncio
import socket
import sys
import warnings
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import yarl
from aiohttp_use import ask, run
from stage import JSON, URL, FakeTraffic, installed, served

from pytest_customerio.clients.http.aiohttp_server import _reuse
from pytest_customerio.clients.http.aiohttp_transport import Transport
from pytest_customerio.core.model import Answer


@pytest.fixture
def traffic() -> Iterator[FakeTraffic]:
    with installed("http.aiohttp_server") as traffic:
        yield traffic


def test_the_answer_is_a_real_response(traffic: FakeTraffic) -> None:
    """The response of aiohttp has status, reason, headers, cookies and body of the answer."""
    traffic.answering = lambda request: Answer(429, "Too Many Requests", (("Retry-After", "3"), *JSON), b'{"a":1}')

    async def use(session: aiohttp.ClientSession) -> None:
        async with session.post(URL, json={}) as response:
            assert (response.status, response.reason) == (429, "Too Many Requests")
            assert response.version == aiohttp.HttpVersion11
            assert response.headers["retry-after"] == "3"
            assert await response.json() == {"a": 1}
            assert str(response.url) == str(response.request_info.url) == URL
            with pytest.raises(aiohttp.ClientResponseError, match="429"):
                response.raise_for_status()

    run(use)


def test_the_request_is_seen_as_it_went_out(traffic: FakeTraffic) -> None:
    """Method, URL, headers and body of the request reach the traffic; an unusual port stands in the URL."""
    traffic.hosts = {"::1"}
    ask("PUT", "http://[::1]:8080/a", data=b"x", headers={"X-One": "1"})
    assert (traffic.asked[0].method, traffic.asked[0].url, traffic.asked[0].body) == (
        "PUT",
        "http://[::1]:8080/a",
        b"x",
    )
    assert (traffic.asked[0].headers["x-one"], traffic.asked[0].headers["host"]) == ("1", "[::1]:8080")


def test_a_proxy_is_passed_by(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a proxy of the call nor one of the environment is asked, because it would look the host up."""
    with served() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert ask("GET", proxy=proxy.url)[0] == 200
        assert ask("GET", URL.replace("https", "http"), proxy=proxy.url)[0] == 200
        assert ask("GET", session={"trust_env": True})[0] == 200
    assert proxy.seen == []
    assert [request.url for request in traffic.asked] == [URL, URL.replace("https", "http"), URL]


def test_other_hosts_are_reached(traffic: FakeTraffic) -> None:
    """Requests to other hosts run the client's own code."""
    with served() as server:
        assert ask("POST", server.url, data=b"x") == (200, "real")
    assert ([request.body for request in server.seen], traffic.asked) == ([b"x"], [])


def test_a_connector_of_the_users_is_theirs(traffic: FakeTraffic) -> None:
    """A connector of the user's that makes its own connections is not answered."""

    class Own(aiohttp.TCPConnector):
        async def _create_connection(self, *args: Any) -> Any:
            raise aiohttp.ClientConnectionError("own")

    async def main() -> None:
        async with aiohttp.ClientSession(connector=Own()) as session:
            await session.get(URL)

    with pytest.raises(aiohttp.ClientConnectionError, match="own"):
        asyncio.run(main())


def test_an_older_aiohttp(traffic: FakeTraffic) -> None:
    """Before 3.9 the limits of a request have no threshold: the request is answered, and odd limits are not noticed."""

    async def use(session: aiohttp.ClientSession) -> Any:
        connector: Any = session.connector
        request = SimpleNamespace(url=yarl.URL(URL), connection_key=None, ssl=None)
        limits = SimpleNamespace(total=None, connect=None, sock_connect=None)
        return await connector._create_connection(request, [], limits)

    assert isinstance(run(use).transport, Transport)


def test_a_mock_of_sockets_answers(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """While mocket has replaced sockets, aiohttp makes its own connection, which meets the mock."""
    traffic.hosts = {"127.0.0.1"}
    monkeypatch.setitem(sys.modules, "mocket.socket", SimpleNamespace(MocketSocket=socket.socket))
    with served() as server:
        assert ask("GET", server.url) == (200, "real")


def test_before_connections_were_waited_for() -> None:
    """Until aiohttp 3.10 `_get` is a function: it stays one."""
    get = _reuse(FakeTraffic(), aiohttp.TCPConnector, lambda self, key: (self, key))
    key = SimpleNamespace(host="track.customer.io", port=443)
    assert get(None, key) == (None, key)


def test_a_websocket_is_refused_by_the_handshake(traffic: FakeTraffic) -> None:
    """A websocket fails at the handshake with the client's error, and nothing hangs."""

    async def use(session: aiohttp.ClientSession) -> None:
        await session.ws_connect(URL)

    with pytest.raises(aiohttp.WSServerHandshakeError):
        run(use)


def test_a_session_outlives_the_traffic() -> None:
    """A session that was made before works while the taps are installed, and afterwards as without them."""

    async def use(session: aiohttp.ClientSession) -> list[str]:
        texts = []
        with installed("http.aiohttp_server") as traffic:
            traffic.hosts = {"127.0.0.1"}
            async with session.get(server.url) as response:
                texts.append(await response.text())
        async with session.get(server.url) as response:
            texts.append(await response.text())
        return texts

    with served() as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(use) == ['{"ok": true}', "real"]


def test_a_connection_that_was_open_before_is_not_used() -> None:
    """A session keeps connections open from before we were installed: from then on our answer comes, on one of ours.
    Other hosts keep theirs."""

    async def text(session: aiohttp.ClientSession, url: str) -> str:
        async with session.get(url) as response:
            return await response.text()

    async def use(url: str, elsewhere: str) -> list[str]:
        async with aiohttp.ClientSession() as session:
            texts = [await text(session, url), await text(session, elsewhere)]
            with installed("http.aiohttp_server") as traffic:
                traffic.hosts = {"127.0.0.1"}
                return texts + [await text(session, one) for one in (url, url, elsewhere)]

    with served() as server:
        texts = asyncio.run(use(server.url, server.url.replace("127.0.0.1", "localhost")))
        assert texts == ["real", "real", '{"ok": true}', '{"ok": true}', "real"]
        assert len(server.seen) == 3

"""httpcore and httpcore2 are answered as by a server, through httpx and httpx2, without a network."""

from __future__ import annotations

import asyncio
import functools
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from stage import (
    CORES,
    HTTPX,
    JSON,
    OK,
    REAL,
    RESET,
    URL,
    FakeTraffic,
    Refused,
    UnixServer,
    installed,
    met,
    running,
    served,
)

from pytest_customerio.clients.http.httpcore import ATTRIBUTES, READ, _creating, _Network
from pytest_customerio.core.model import Answer, WireRequest


@pytest.fixture
def traffic() -> Iterator[FakeTraffic]:
    with installed(*CORES) as traffic:
        yield traffic


@pytest.fixture(params=HTTPX)
def module(request: pytest.FixtureRequest) -> Any:
    return import_module(request.param)


@pytest.fixture
def core(module: Any) -> Any:
    return import_module({"httpx": "httpcore", "httpx2": "httpcore2"}[module.__name__])


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, module: Any) -> Callable[..., Any]:
    """Ask once, with a client of one kind; `client` are its options."""

    async def aask(method: str, url: str, client: dict[str, Any], options: dict[str, Any]) -> Any:
        async with module.AsyncClient(**client) as session:
            return await session.request(method, url, **options)

    def ask(method: str, url: str = URL, *, client: dict[str, Any] | None = None, **options: Any) -> Any:
        if request.param == "async":
            return asyncio.run(aask(method, url, client or {}, options))
        with module.Client(**(client or {})) as session:
            return session.request(method, url, **options)

    return ask


def test_the_answer_is_a_real_response(traffic: FakeTraffic, ask: Any) -> None:
    """The response of the client has status, headers and body of the answer."""
    traffic.answering = lambda request: Answer(429, "Too Many Requests", (("Retry-After", "3"), *JSON), b'{"a":\n1}')
    response = ask("POST", URL + "?q=%20", json={})
    assert (response.status_code, response.reason_phrase) == (429, "Too Many Requests")
    assert (response.http_version, response.headers["retry-after"]) == ("HTTP/1.1", "3")
    assert (response.json(), list(response.iter_lines())) == ({"a": 1}, ['{"a":', "1}"])
    assert response.elapsed.total_seconds() >= 0
    assert str(response.url) == traffic.asked[0].url == URL + "?q=%20"
    with pytest.raises(Exception, match="429") as caught:
        response.raise_for_status()
    assert type(caught.value).__name__ == "HTTPStatusError"


def test_the_request_is_seen_as_it_went_out(traffic: FakeTraffic, ask: Any) -> None:
    """Method, URL, headers and body of the request reach the traffic; an unusual port stands in the URL."""
    traffic.hosts = {"::1"}
    ask("PUT", "http://[::1]:8080/a", content=b"x", headers={"X-One": "1"})
    assert (traffic.asked[0].method, traffic.asked[0].url, traffic.asked[0].body) == (
        "PUT",
        "http://[::1]:8080/a",
        b"x",
    )
    assert (traffic.asked[0].headers["x-one"], traffic.asked[0].headers["host"]) == ("1", "[::1]:8080")


@pytest.mark.parametrize(("method", "answer"), [("HEAD", OK), ("GET", Answer(204)), ("GET", Answer(304))])
def test_an_answer_without_a_body_ends(traffic: FakeTraffic, ask: Any, method: str, answer: Answer) -> None:
    """A 204, or the answer to HEAD, ends although there is no body."""
    traffic.answering = lambda request: answer
    response = ask(method)
    assert (response.status_code, response.content) == (answer.status, b"")


def test_large_bodies_pass_both_ways(traffic: FakeTraffic, module: Any) -> None:
    """Two megabytes are sent in chunks, and two megabytes are answered."""
    traffic.answering = lambda request: Answer(200, "", (), request.body)
    sent = [bytes([number]) * 65536 for number in range(32)]
    with module.Client() as client:
        response = client.post(URL, content=iter(sent))
    assert traffic.asked[0].headers["transfer-encoding"] == "chunked"
    assert traffic.asked[0].body == response.content == b"".join(sent)


@pytest.mark.parametrize(
    "client",
    [
        {"http2": True},
        {"http1": False, "http2": True},
        {"verify": False},
        {"trust_env": False},
        {"proxy": "http://127.0.0.1:1"},
        {"mounts": {"all://": None}},
    ],
    ids=str,
)
def test_options_of_a_client_change_nothing(traffic: FakeTraffic, ask: Any, client: dict[str, Any]) -> None:
    """With HTTP/2, verification or proxies the answer comes, and nothing goes to a proxy."""
    assert ask("GET", client=client).json() == {"ok": True}
    assert ask("GET", URL.replace("https", "http"), client=client).json() == {"ok": True}


def test_a_proxy_of_the_environment_is_passed_by(
    traffic: FakeTraffic, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy of the environment is not asked, because it would look the host up."""
    with served() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert ask("GET").json() == {"ok": True}
    assert proxy.seen == []


def test_transports_of_the_users_are_answered(traffic: FakeTraffic, module: Any) -> None:
    """A transport that the user made, with retries of connecting, is answered."""
    with module.Client(transport=module.HTTPTransport(retries=3)) as client:
        assert client.get(URL).json() == {"ok": True}
    assert len(traffic.asked) == 1


def test_the_core_alone_is_answered(traffic: FakeTraffic, core: Any) -> None:
    """httpcore without httpx is answered; its questions about the network get an answer too."""
    with core.ConnectionPool() as pool:
        response = pool.request("GET", URL)
        assert response.content == b'{"ok": true}'
        stream = response.extensions["network_stream"]
        assert stream.get_extra_info("ssl_object") is None
        assert not stream.get_extra_info("is_readable")
        assert stream.read(10) == b""
        assert "HTTP/1.1, IDLE, Request Count: 1" in repr(pool.connections[0])


def test_the_network_alone_needs_no_loop(traffic: FakeTraffic, core: Any) -> None:
    """Streams that are driven without an event loop answer, and give nothing where nothing was asked."""

    async def open_stream() -> Any:
        async with core.AsyncConnectionPool() as pool:
            return (await pool.request("GET", URL)).extensions["network_stream"]

    async def ask(stream: Any) -> list[bytes]:
        before = await stream.read(1)
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        return [before, await stream.read(8)]

    stream = asyncio.run(open_stream())
    with pytest.raises(StopIteration) as done:
        ask(stream).send(None)
    assert done.value.value == [b"", b"HTTP/1.1"]


def test_a_connection_is_used_again(traffic: FakeTraffic, core: Any) -> None:
    """One connection serves several requests."""

    async def twice() -> Any:
        async with core.AsyncConnectionPool() as pool:
            await pool.request("GET", URL)
            await pool.request("POST", URL, content=b"x")
            return pool.connections[0].info()

    assert "Request Count: 2" in asyncio.run(twice())


def test_a_mock_network_of_the_users_answers(traffic: FakeTraffic, core: Any) -> None:
    """A pool with httpcore's own mock backend is the user's, and answers itself."""
    own = [b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n"]

    async def ask() -> Any:
        async with core.AsyncConnectionPool(network_backend=core.AsyncMockBackend(own)) as pool:
            return await pool.request("GET", URL)

    with core.ConnectionPool(network_backend=core.MockBackend(own)) as pool:
        assert pool.request("GET", URL).status == 418
    assert asyncio.run(ask()).status == 418
    assert traffic.asked == []


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_pool_that_has_lost_an_attribute_connects_by_itself(traffic: FakeTraffic, core: Any, name: str) -> None:
    """Where a release has renamed a private attribute, the pool's own `create_connection` is called; nothing raises."""
    origin, connected = core.Origin(b"https", b"track.customer.io", 443), core.HTTPConnection
    network = _Network(traffic, core)
    assert network.connection(network.kind, network.backend, core.ConnectionPool(), origin) is not None
    pool = core.ConnectionPool()
    delattr(pool, name)
    connect = functools.partial(network.connection, network.kind, network.backend)
    create = _creating(connect, network.passed, lambda *_: connected)
    assert create(pool, origin) is connected


def test_a_mock_of_sockets_answers(traffic: FakeTraffic, core: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While mocket has replaced sockets, the pool makes its own connection, which meets the mock."""
    monkeypatch.setitem(sys.modules, "mocket.socket", SimpleNamespace(MocketSocket=socket.socket))
    network, origin = _Network(traffic, core), core.Origin(b"https", b"track.customer.io", 443)
    assert network.connection(network.kind, network.backend, core.ConnectionPool(), origin) is None


def test_an_older_httpcore(traffic: FakeTraffic) -> None:
    """Before 0.17 the classes of networks stand in modules of `backends`, and connections know fewer settings."""
    core = import_module(CORES[0])
    network, mock = (import_module(f"{CORES[0]}._backends.{name}") for name in ("base", "mock"))
    older: Any = SimpleNamespace(__name__="older", HTTPConnection=core.HTTPConnection)
    older.AsyncHTTPConnection = core.AsyncHTTPConnection
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "older", ModuleType("older"))
        patch.setitem(sys.modules, "older.backends", ModuleType("older.backends"))
        patch.setitem(sys.modules, "older.backends.base", network)
        patch.setitem(sys.modules, "older.backends.mock", mock)
        made = _Network(traffic, older)
    assert made.mocks == (core.MockBackend, core.AsyncMockBackend)
    assert issubclass(made.stream, core.NetworkStream)
    pool = core.ConnectionPool()
    del pool._socket_options
    connection = made.connection(_asked, made.backend, pool, core.Origin(b"https", b"track.customer.io", 443))
    assert "socket_options" not in connection.settings
    assert connection.settings["local_address"] is None


def _asked(**settings: object) -> Any:
    return SimpleNamespace(settings=settings)


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_a_lost_attribute_is_warned_of(core: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The attribute stands in the objects, not in the class: it is looked for in a new pool."""
    parts = [part for part in READ if part.module == core.__name__ and part.path.endswith(f".{name}")]
    assert [part.missing for part in parts] == [False, False]
    for pool in (core.ConnectionPool, core.AsyncConnectionPool):
        monkeypatch.setattr(pool, "__init__", lambda self: None)
    assert [part.missing for part in parts] == [True, True]


def test_a_connection_that_was_open_before_is_not_used(module: Any) -> None:
    """A client keeps a connection open from before we were installed: from then on our answer comes, on one of ours.
    Other hosts keep theirs."""
    with served(REAL) as server, module.Client() as client:
        elsewhere = server.url.replace("127.0.0.1", "localhost")
        texts = [client.get(server.url).text, client.get(elsewhere).text]
        with installed(*CORES) as traffic:
            traffic.hosts = {"127.0.0.1"}
            texts += [client.get(url).text for url in (server.url, server.url, elsewhere)]
    assert texts == ["real", "real", '{"ok": true}', '{"ok": true}', "real"]
    assert (len(server.seen), len(traffic.asked)) == (3, 2)


def test_an_asynchronous_connection_that_was_open_before_is_not_used(module: Any) -> None:
    """The same holds for the asynchronous client."""

    async def ask(url: str) -> list[str]:
        async with module.AsyncClient() as client:
            texts = [(await client.get(url)).text]
            with installed(*CORES) as traffic:
                traffic.hosts = {"127.0.0.1"}
                return [*texts, (await client.get(url)).text]

    with served(REAL) as server:
        assert asyncio.run(ask(server.url)) == ["real", '{"ok": true}']
    assert len(server.seen) == 1


def test_a_unix_socket_of_the_users_is_theirs(traffic: FakeTraffic, module: Any, tmp_path: Any) -> None:
    """A pool with a Unix socket runs its own code: the socket cannot leave the machine."""
    path = str(tmp_path / "own")
    with running(UnixServer(path, REAL)), module.Client(transport=module.HTTPTransport(uds=path)) as client:
        assert client.get(URL.replace("https", "http")).text == "real"
    assert traffic.asked == []


def test_other_hosts_are_reached(traffic: FakeTraffic, ask: Any) -> None:
    """Requests to other hosts run the client's own code."""
    with served() as server:
        assert ask("POST", server.url, content=b"x").text == "real"
    assert ([request.body for request in server.seen], traffic.asked) == ([b"x"], [])


def fault(name: str) -> Callable[[WireRequest], Answer]:
    return lambda request: Answer(fault=name)


@pytest.mark.parametrize(("name", "reply"), [("connection-reset", RESET), ("read-timeout", None)])
def test_a_fault_is_what_a_real_server_causes(
    traffic: FakeTraffic, ask: Any, module: Any, name: str, reply: bytes | None
) -> None:
    """Each fault raises the same error in the same words as a real server. Only reading may time out soon."""
    traffic.answering = fault(name)
    timeout = module.Timeout(30, read=None if reply else 0.05)
    with served(reply) as server:
        real = met(lambda: ask("POST", server.url, content=b"x", timeout=timeout))
        traffic.hosts = {"127.0.0.1"}
        replayed = met(lambda: ask("POST", server.url, content=b"x"))
    assert replayed == real
    assert len(traffic.asked) == 1


def test_no_connection_is_used_again_where_none_can_be_made(traffic: FakeTraffic, module: Any) -> None:
    """A case that breaks connecting also breaks it for a connected client; each attempt is asked for once."""
    answers = iter([OK, Answer(fault="connection-refused"), OK, OK])
    traffic.answering = lambda request: next(answers)
    with module.Client() as client:
        client.get(URL)
        traffic.breaks_connecting = True
        with pytest.raises(module.ConnectError, match="Connection refused"):
            client.post(URL, content=b"x")
        assert client.post(URL, content=b"x").status_code == 200
        traffic.breaks_connecting = False
        assert client.post(URL, content=iter([b"x", b"y"])).status_code == 200
    assert [request.body for request in traffic.asked] == [b"", b"x", b"x", b"xy"]
    assert traffic.asked[1].url == URL
    assert traffic.asked[1].headers["content-length"] == "1"


def test_a_fault_of_connecting_that_was_not_announced(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """A fault of connecting that `at_connect` did not announce is raised when the answer is read."""
    traffic.answering = fault("dns-failure")
    with pytest.raises(module.ConnectError, match="name resolution"):
        ask("POST", content=b"x")


def test_a_fault_lies_on_the_error_of_the_network(traffic: FakeTraffic, module: Any, core: Any) -> None:
    """The cause of the client's error is httpcore's, and its cause is the socket's. A TLS fault has its own words."""
    traffic.answering = fault("read-timeout")
    with module.Client() as client, pytest.raises(module.ReadTimeout, match="The read operation timed out") as caught:
        client.get(URL)
    assert isinstance(caught.value.__cause__, core.ReadTimeout)
    assert isinstance(caught.value.__cause__.args[0], TimeoutError)
    assert caught.value.request.url == URL


def test_a_client_goes_on_after_a_fault(traffic: FakeTraffic, module: Any) -> None:
    """After a fault, the next request uses a new connection."""
    answers = iter([OK, Answer(fault="connection-reset"), OK])
    traffic.answering = lambda request: next(answers)
    with module.Client() as client:
        client.get(URL)
        with pytest.raises(module.ReadError):
            client.get(URL)
        assert client.get(URL).status_code == 200


def test_a_refusal_comes_out_unchanged(traffic: FakeTraffic, ask: Any) -> None:
    """A refused request raises our error; no client takes it for an error of the network."""
    traffic.answering = traffic.refuse
    with pytest.raises(Refused, match=URL):
        ask("POST", json={})


def test_two_hundred_at_once_are_right_and_in_order(traffic: FakeTraffic, module: Any) -> None:
    """Of two hundred requests at the same time, each gets its own answer."""
    traffic.answering = lambda request: Answer(200, "", (), request.url.encode())

    async def fifty(start: int) -> list[str]:  # a pool of httpcore's takes quadratic time
        async with module.AsyncClient(timeout=None, verify=False) as client:
            responses = await asyncio.gather(*(client.get(f"{URL}/{start + number}") for number in range(50)))
        return [response.text for response in responses]

    async def all_of_them() -> list[list[str]]:
        return await asyncio.gather(*(fifty(start) for start in range(0, 200, 50)))

    assert sum(asyncio.run(all_of_them()), []) == [f"{URL}/{number}" for number in range(200)]  # noqa: RUF017


def test_threads_get_their_own_answers(traffic: FakeTraffic, module: Any) -> None:
    """Four threads share one client, and each gets its own answers."""
    traffic.answering = lambda request: Answer(200, "", (), request.url.encode() + str(threading.get_ident()).encode())
    with module.Client() as client, ThreadPoolExecutor(4) as threads:

        def ask(number: int) -> bool:
            return bool(client.get(f"{URL}/{number}/").text == f"{URL}/{number}/{threading.get_ident()}")

        assert all(threads.map(ask, range(60)))


def test_others_run_while_one_waits(traffic: FakeTraffic, module: Any) -> None:
    """While an asynchronous client waits for its answer, other tasks run."""
    order = []

    async def count() -> None:
        for _ in range(3):
            order.append("other")
            await asyncio.sleep(0)

    async def ask(client: Any) -> None:
        for _ in range(2):
            await client.get(URL)
            order.append("ask")

    async def both() -> None:
        async with module.AsyncClient() as client:
            await asyncio.gather(ask(client), count())

    asyncio.run(both())
    assert order.index("other") < order.index("ask")


def test_trio_is_answered(traffic: FakeTraffic, module: Any) -> None:
    """In trio the same requests are answered."""
    trio = pytest.importorskip("trio")

    async def ask() -> Any:
        async with module.AsyncClient() as client:
            return await client.post(URL, json={})

    assert trio.run(ask).json() == {"ok": True}

    async def host() -> list[Any]:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        outcomes: list[Any] = []

        def end(outcome: Any) -> None:
            outcomes.append(outcome.unwrap())
            ended.set()

        trio.lowlevel.start_guest_run(ask, run_sync_soon_threadsafe=loop.call_soon_threadsafe, done_callback=end)
        await ended.wait()
        return outcomes

    (response,) = asyncio.run(host())
    assert response.json() == {"ok": True}


def test_a_client_outlives_the_traffic(module: Any) -> None:
    """A client that was made before works while the taps are installed, and afterwards as without them."""
    with served() as server, module.Client() as client:
        assert client.get(server.url).text == "real"
        client.close()
    with served() as server, module.Client() as client:
        with installed(*CORES) as traffic:
            traffic.hosts = {"127.0.0.1"}
            assert client.get(server.url).json() == {"ok": True}
        assert client.get(server.url).text == "real"


def test_an_asynchronous_client_outlives_the_traffic(module: Any) -> None:
    """The same holds for the asynchronous client."""

    async def ask(url: str) -> list[str]:
        async with module.AsyncClient() as client:
            with installed(*CORES) as traffic:
                traffic.hosts = {"127.0.0.1"}
                first = await client.get(url)
            return [first.text, (await client.get(url)).text]

    with served() as server:
        assert asyncio.run(ask(server.url)) == ['{"ok": true}', "real"]


def test_a_response_is_read_to_its_end_after_the_traffic(module: Any) -> None:
    """A response that has begun can be read to its end after the taps are uninstalled."""
    with module.Client() as client:
        with installed(*CORES), client.stream("GET", URL) as response:
            pass
        with installed(*CORES) as traffic:
            traffic.answering = lambda request: Answer(200, "", (), b"x" * 200_000)
            response = client.send(client.build_request("GET", URL), stream=True)
        assert len(response.read()) == 200_000


def test_nothing_stays_behind(core: Any) -> None:
    """After uninstalling, the original functions stand there again."""
    names = ("ConnectionPool", "HTTPProxy", "SOCKSProxy", "AsyncConnectionPool", "AsyncHTTPProxy", "AsyncSOCKSProxy")
    before = [vars(getattr(core, name)).get("create_connection") for name in names]
    with installed(*CORES):
        meanwhile = [vars(getattr(core, name)).get("create_connection") for name in names]
    assert [vars(getattr(core, name)).get("create_connection") for name in names] == before
    assert all(now is not then for now, then in zip(meanwhile, before, strict=True) if then is not None)

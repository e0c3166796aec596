"""httpx and httpx2 are heard at `send`, and nothing changes for the application."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import Any

import httpx
import pytest
from stage import CORES, HTTPX, OK, URL, FakeTraffic, installed

BASIC = "Basic " + base64.b64encode(b"site:key").decode()


@pytest.fixture
def traffic() -> Iterator[FakeTraffic]:
    with installed(*HTTPX, *CORES) as traffic:
        yield traffic


@pytest.fixture(params=HTTPX)
def module(request: pytest.FixtureRequest) -> Any:
    return import_module(request.param)


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

    ask.asynchronous = request.param == "async"  # type: ignore[attr-defined]
    return ask


def chunks(ask: Any, *parts: Any) -> Any:
    """A generator: a body that can be read only once."""

    async def many() -> AsyncIterator[Any]:
        for part in parts:
            yield part

    return many() if ask.asynchronous else iter(list(parts))


def mocked(module: Any, answer: Callable[[Any], Any]) -> dict[str, Any]:
    """Options of a client whose mock transport reads the request and answers."""
    return {"transport": module.MockTransport(answer)}


def deaf(module: Any, seen: list[Any]) -> dict[str, Any]:
    """Options of a client whose mock transport answers without reading the body."""

    class Deaf(module.BaseTransport, module.AsyncBaseTransport):  # type: ignore[misc, name-defined]
        def handle_request(self, request: Any) -> Any:
            seen.append(request.stream)
            return module.Response(204)

        async def handle_async_request(self, request: Any) -> Any:
            return self.handle_request(request)

    return {"transport": Deaf()}


def test_a_request_is_heard_as_it_was_sent(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """One POST: client, method, URL, headers, body, status and timeout are heard."""
    response = ask("PUT", json={"a": 1}, params={"x": "y z"}, headers={"X-One": "1"}, auth=("site", "key"))
    heard = traffic.only
    assert (heard.client, heard.method, heard.url) == (module.__name__, "PUT", traffic.asked[0].url)
    assert heard.url.startswith(URL + "?x=y")
    assert heard.headers == traffic.asked[0].headers
    assert (heard.headers["authorization"], heard.headers["x-one"]) == (BASIC, "1")
    assert (heard.body, heard.body_known) == (traffic.asked[0].body, True)
    assert json.loads(heard.body or b"") == {"a": 1}
    assert (heard.status, heard.raised, heard.timeout_set) == (200, None, True)
    assert response.json() == {"ok": True}


def test_a_method_of_bytes_is_heard_as_text(traffic: FakeTraffic, ask: Any) -> None:
    """httpx sends a method of bytes as it is; what is heard of it is text, so that the request can be judged."""
    ask(b"PUT", json={})
    assert (traffic.only.method, traffic.asked[0].method) == ("PUT", "PUT")


def test_credentials_of_the_url_are_in_the_header_only(traffic: FakeTraffic, ask: Any) -> None:
    """Credentials of the URL are in the header that is sent; the URL that is heard holds none."""
    ask("GET", URL.replace("//", "//site:key@"))
    assert (traffic.only.url, traffic.only.headers["authorization"]) == (URL, BASIC)
    assert traffic.only.body is None
    assert traffic.only.body_known


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ({"content": b"\xff\x00"}, b"\xff\x00"),
        ({"content": "é"}, "é".encode()),
        ({"data": {"a": "b c"}}, b"a=b+c"),
        ({"json": None}, None),
        ({"content": b""}, None),
    ],
)
def test_a_body_is_heard(traffic: FakeTraffic, ask: Any, options: dict[str, Any], body: bytes | None) -> None:
    """Bytes, text, forms and no body at all are heard."""
    ask("POST", **options)
    assert (traffic.only.body, traffic.only.body_known) == (body, True)
    assert traffic.asked[0].body == (body or b"")


def test_a_body_that_is_read_once_is_heard_and_sent(traffic: FakeTraffic, ask: Any) -> None:
    """A generator is sent whole, and heard."""
    ask("POST", content=chunks(ask, b"{", b"}"))
    assert (traffic.only.body, traffic.only.body_known, traffic.asked[0].body) == (b"{}", True, b"{}")


def test_a_file_is_heard_and_sent(traffic: FakeTraffic, module: Any) -> None:
    """A file is sent and heard, alone and in a form of several parts."""
    with module.Client() as client:
        client.post(URL, content=io.BytesIO(b"file"))
        client.post(URL, files={"one": io.BytesIO(b"part")})
    assert [heard.body for heard in traffic.heard] == [asked.body for asked in traffic.asked]
    assert traffic.heard[0].body == b"file"
    assert b"part" in (traffic.heard[1].body or b"")
    assert all(heard.body_known for heard in traffic.heard)


def test_the_stream_of_a_request_is_its_own_again(traffic: FakeTraffic, module: Any) -> None:
    """After sending, the request has its own stream again; meanwhile ours looked like it."""
    seen: list[Any] = []
    with module.Client(**deaf(module, seen)) as client:
        request = client.build_request("POST", URL, content=iter([b"a"]))
        own = request.stream
        client.send(request)
    assert request.stream is own
    assert isinstance(seen[0], type(own))
    assert seen[0] is not own
    assert (traffic.only.body, traffic.only.body_known, traffic.only.status) == (None, False, 204)


def test_a_body_read_by_a_mock_is_heard(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """A body that a mock reads is heard, and stays in the request as without the tap."""
    requests = []

    async def aanswer(request: Any) -> Any:
        await request.aread()
        requests.append(request)
        return module.Response(200)

    def answer(request: Any) -> Any:
        request.read()
        requests.append(request)
        return module.Response(200)

    ask("POST", content=chunks(ask, b"a", b"b"), client=mocked(module, aanswer if ask.asynchronous else answer))
    assert (traffic.only.body, requests[0].content) == (b"ab", b"ab")
    assert type(requests[0].stream).__name__ == "ByteStream"


def test_a_body_that_breaks_is_not_known(traffic: FakeTraffic, ask: Any) -> None:
    """A generator that raises, or gives no bytes: its error reaches the application, and the body is unknown."""
    boom = ValueError("boom")

    def broken() -> Iterator[bytes]:
        yield b"a"
        raise boom

    async def abroken() -> AsyncIterator[bytes]:
        yield b"a"
        raise boom

    with pytest.raises(ValueError) as caught:
        ask("POST", content=abroken() if ask.asynchronous else broken())
    assert caught.value is boom
    with pytest.raises(TypeError):
        ask("POST", content=chunks(ask, "text"))
    assert [(heard.body, heard.body_known, heard.raised) for heard in traffic.heard] == [
        (None, False, "ValueError"),
        (None, False, "TypeError"),
    ]


def test_a_body_of_the_wrong_kind_is_refused_by_the_client(traffic: FakeTraffic, module: Any) -> None:
    """A blocking client refuses an asynchronous body with its own error."""

    async def many() -> AsyncIterator[bytes]:
        yield b""  # pragma: no cover

    with module.Client() as client, pytest.raises(RuntimeError, match="async request with a sync Client"):
        client.post(URL, content=many())
    assert not traffic.only.body_known


@pytest.mark.parametrize(
    ("timeout", "known"), [(5, True), (None, False), ((1, None, 1, 1), False), ((1, 2, 3, 4), True)]
)
def test_a_timeout_is_one_that_ends_reading(traffic: FakeTraffic, ask: Any, timeout: Any, known: bool) -> None:
    """Only a read timeout counts: without it an application waits for ever."""
    ask("GET", timeout=timeout)
    assert traffic.only.timeout_set is known


def test_redirects_are_one_hearing(traffic: FakeTraffic, ask: Any) -> None:
    """A request that is redirected is heard once: the first request, with the last status."""
    traffic.answering = lambda asked: OK if asked.url.endswith("/b") else OK.__class__(307, "", (("Location", "/b"),))
    response = ask("POST", content=b"x", client={"follow_redirects": True})
    assert (traffic.only.url, traffic.only.status, traffic.only.body) == (URL, 200, b"x")
    assert [request.body for request in traffic.asked] == [b"x", b"x"]
    assert [one.status_code for one in response.history] == [307]


def test_other_hosts_are_not_heard(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """Requests to other hosts are not heard, and their streams are not touched."""
    seen: list[Any] = []
    ask("POST", "https://example.com", content=chunks(ask, b"a"), client=deaf(module, seen))
    assert traffic.heard == []
    assert type(seen[0]).__name__.endswith("IteratorByteStream")


def test_what_is_no_request_raises_the_clients_error(traffic: FakeTraffic, module: Any) -> None:
    """An argument that is no request raises the client's own error."""
    with module.Client() as client, pytest.raises(AttributeError, match="'str' object"):
        client.send("https://track.customer.io")
    assert traffic.heard == []


def test_without_a_hearing(traffic: FakeTraffic, ask: Any) -> None:
    """Where the traffic hears nothing, no request is heard, and each gets its answer."""
    traffic.listens = False
    assert ask("GET").status_code == 200
    assert traffic.heard == []


def test_a_class_of_the_users_is_heard_once(traffic: FakeTraffic, module: Any) -> None:
    """A subclass whose `send` calls its parent's is heard once."""

    class Mine(module.Client):  # type: ignore[misc, name-defined]
        def send(self, request: Any, **options: Any) -> Any:
            return super().send(request, **options)

    with Mine() as client:
        client.post(URL)
    assert traffic.only.client == module.__name__


def test_every_way_to_send_is_heard(traffic: FakeTraffic, module: Any) -> None:
    """Functions of the module, streams, and requests that were built by hand are heard."""
    module.post(URL)
    with module.stream("GET", URL) as response:
        assert list(response.iter_lines()) == ['{"ok": true}']
    with module.Client() as client:
        client.send(request=module.Request("PUT", URL), stream=True).close()
    assert [heard.method for heard in traffic.heard] == ["POST", "GET", "PUT"]
    assert [heard.status for heard in traffic.heard] == [200, 200, 200]


def test_hooks_run(traffic: FakeTraffic, ask: Any) -> None:
    """Event hooks get request and response, and what they change is heard."""

    def sign(request: Any) -> None:
        request.headers["X-Signed"] = "yes"

    async def asign(request: Any) -> None:
        sign(request)

    ask("GET", client={"event_hooks": {"request": [asign if ask.asynchronous else sign]}})
    assert traffic.only.headers["x-signed"] == "yes"


def test_an_error_is_the_clients_own(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """The exception object of the transport reaches the application, and its name is noted."""
    boom = module.ConnectTimeout("no")

    def answer(request: Any) -> Any:
        raise boom

    with pytest.raises(module.ConnectTimeout) as caught:
        ask("POST", content=b"x", client=mocked(module, answer))
    assert caught.value is boom
    assert (traffic.only.raised, traffic.only.status, traffic.only.body) == ("ConnectTimeout", None, b"x")


def test_mocks_answer_above_us(traffic: FakeTraffic, ask: Any, module: Any) -> None:
    """Mock transports and mounted transports answer; each request is heard once."""
    client = mocked(module, lambda request: module.Response(202, json={"mock": True}))
    for client in (client, {"mounts": {"all://*.customer.io": client["transport"]}}):
        assert ask("POST", client=client).json() == {"mock": True}
    assert [heard.status for heard in traffic.heard] == [202, 202]
    assert traffic.asked == []


def test_applications_answer_above_us(traffic: FakeTraffic, module: Any) -> None:
    """A WSGI or ASGI application answers in the place of Customer.io, and the request is heard."""

    def wsgi(environ: Any, start: Any) -> list[bytes]:
        start("203 Fine", [])
        return [b"wsgi"]

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 203, "headers": []})
        await send({"type": "http.response.body", "body": b"asgi"})

    async def ask() -> Any:
        async with module.AsyncClient(transport=module.ASGITransport(asgi)) as client:
            return await client.get(URL)

    with module.Client(transport=module.WSGITransport(wsgi)) as client:
        assert client.get(URL).text == "wsgi"
    assert asyncio.run(ask()).text == "asgi"
    assert ([heard.status for heard in traffic.heard], traffic.asked) == ([203, 203], [])


@pytest.mark.parametrize("using", ["httpcore", "httpx"])
def test_respx_answers_above_us(traffic: FakeTraffic, using: str) -> None:
    """respx answers in both of its modes; what it is configured to pass through gets our answer."""
    respx = pytest.importorskip("respx")

    async def ask() -> Any:
        async with httpx.AsyncClient() as client:
            return await client.post(URL, json={})

    with respx.mock(using=using, assert_all_called=False) as mock:
        mock.post(URL).respond(418)
        mock.get(URL).pass_through()
        assert httpx.post(URL, json={}).status_code == 418
        assert asyncio.run(ask()).status_code == 418
        assert traffic.asked == []
        assert httpx.get(URL).json() == {"ok": True}
    assert [(heard.method, heard.status) for heard in traffic.heard] == [("POST", 418), ("POST", 418), ("GET", 200)]


def test_pytest_httpx_answers_above_us(traffic: FakeTraffic, httpx_mock: Any) -> None:
    """The fixture of pytest-httpx answers blocking and asynchronous clients; each request is heard once."""

    async def ask() -> Any:
        async with httpx.AsyncClient() as client:
            return await client.post(URL, content=b"b")

    httpx_mock.add_response(status_code=418, is_reusable=True)
    assert httpx.post(URL, content=b"a").status_code == 418
    assert asyncio.run(ask()).status_code == 418
    assert [(heard.body, heard.status) for heard in traffic.heard] == [(b"a", 418), (b"b", 418)]
    assert traffic.asked == []


def test_a_cassette_of_the_users_answers_above_us(traffic: FakeTraffic, ask: Any, tmp_path: Any) -> None:
    """A vcrpy cassette plays; the request is heard once, with its body."""
    vcr = pytest.importorskip("vcr")
    cassette = tmp_path / "own.yaml"
    cassette.write_text(
        "version: 1\ninteractions:\n- request: {method: POST, uri: '" + URL + "', body: null, headers: {}}\n"
        "  response: {status: {code: 418, message: teapot}, headers: {}, body: {string: own}}\n"
    )
    with vcr.use_cassette(str(cassette), record_mode="none"):
        assert ask("POST", content=chunks(ask, b"a", b"b")).text == "own"
    assert (traffic.only.status, traffic.only.body, traffic.asked) == (418, b"ab", [])


def test_nothing_stays_behind(module: Any) -> None:
    """After uninstalling, the original functions stand there again; meanwhile ours look like them."""
    before = (vars(module.Client)["send"], vars(module.AsyncClient)["send"])
    with installed(*HTTPX):
        assert vars(module.Client)["send"] is not before[0]
        assert asyncio.iscoroutinefunction(module.AsyncClient.send)
        assert module.Client.send.__qualname__ == "Client.send"
    assert (vars(module.Client)["send"], vars(module.AsyncClient)["send"]) == before

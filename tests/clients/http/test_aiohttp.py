"""aiohttp is heard at the methods of its sessions, and nothing changes for the application."""

from __future__ import annotations

import asyncio
import base64
import gc
import io
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any
from unittest import mock

import aiohttp
import pytest
from aiohttp_use import ask, run
from stage import OK, URL, FakeTraffic, installed, met
from yarl import URL as YarlURL

from pytest_customerio.core.model import Answer, PendingInteraction

BASIC = "Basic " + base64.b64encode(b"site:key").decode()
VERBS = ("get", "options", "head", "post", "put", "patch", "delete")

pytestmark = pytest.mark.filterwarnings("ignore:The .auth. parameter:DeprecationWarning")


@pytest.fixture
def traffic() -> Iterator[FakeTraffic]:
    with installed("aiohttp") as traffic:
        yield traffic


@pytest.fixture
def mocked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """A mock of the user's where the mocks of aiohttp stand; it never reads the body."""
    calls = []

    async def answer(self: Any, method: str, url: Any, **options: Any) -> Any:
        calls.append({"method": method, "url": url, **options})
        return mock.Mock(status=418, spec=aiohttp.ClientResponse, __aexit__=mock.AsyncMock())

    monkeypatch.setattr(aiohttp.ClientSession, "_request", answer)
    return calls


def heard_of(traffic: FakeTraffic, **options: Any) -> PendingInteraction:
    """The interaction of a call that a mock answers."""

    async def use(session: aiohttp.ClientSession) -> None:
        assert (await session.post(URL, **options)).status == 418

    run(use)
    return traffic.heard[-1]


async def many(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def test_a_request_is_heard_as_it_was_sent(traffic: FakeTraffic) -> None:
    """One POST: client, method, URL, headers, body, status and timeout are heard."""
    assert ask("put", json={"a": 1}, params={"x": "y z"}, headers={"X-One": "1"}) == (200, '{"ok": true}')
    heard, asked = traffic.only, traffic.asked[0]
    assert (heard.client, heard.method, heard.url) == ("aiohttp", "PUT", asked.url)
    assert asked.url.startswith(URL + "?x=y")
    assert (heard.headers, heard.body, heard.body_known) == (asked.headers, b'{"a": 1}', True)
    assert (heard.headers["x-one"], heard.headers["content-type"]) == ("1", "application/json")
    assert (heard.status, heard.raised, heard.timeout_set) == (200, None, True)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_heard(traffic: FakeTraffic, verb: str) -> None:
    """Each method of a session is heard, awaited or used as a context; manager and response are the client's own."""

    async def use(session: aiohttp.ClientSession) -> None:
        manager = getattr(session, verb)(YarlURL(URL))
        assert type(manager).__module__ == "aiohttp.client"
        response = await manager
        assert type(response) is aiohttp.ClientResponse
        async with getattr(session, verb)(URL) as again:
            assert again.status == 200

    run(use)
    assert [(heard.method, heard.url, heard.status) for heard in traffic.heard] == [(verb.upper(), URL, 200)] * 2


def test_the_function_of_the_module_is_heard(traffic: FakeTraffic) -> None:
    """`aiohttp.request`, which makes a session of its own, is heard."""

    async def main() -> str:
        async with aiohttp.request("POST", URL, json={}) as response:
            return await response.text()

    assert asyncio.run(main()) == '{"ok": true}'
    assert (traffic.only.method, traffic.only.body) == ("POST", b"{}")


def test_a_task_is_heard(traffic: FakeTraffic) -> None:
    """A call that is handed to the loop as a task is heard."""

    async def use(session: aiohttp.ClientSession) -> list[int]:
        tasks = [asyncio.create_task(session.get(f"{URL}/{number}")) for number in range(3)]  # type: ignore[arg-type]
        return [(await task).status for task in tasks]

    assert run(use) == [200, 200, 200]
    assert [heard.url for heard in traffic.heard] == [f"{URL}/{number}" for number in range(3)]


def test_a_base_url_and_headers_of_the_session_count(traffic: FakeTraffic, mocked: list[Any]) -> None:
    """URL and headers that the session adds are heard, whether we or a mock answers."""

    async def use(session: aiohttp.ClientSession) -> None:
        await session.post("/api/v1/customers/5", headers={"X-Two": "2"}, params={"a": "b"})

    run(use, base_url="https://track.customer.io", headers={"X-One": "1", "X-Two": "1"})
    assert traffic.only.url == URL + "?a=b"
    assert traffic.only.headers == {"x-one": "1", "x-two": "2"}


def test_an_aiohttp_without_build_url_is_heard(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a release has renamed the private `_build_url`, whole URLs are heard as ever; nothing raises."""
    build = aiohttp.ClientSession._build_url
    monkeypatch.delattr(aiohttp.ClientSession, "_build_url")
    monkeypatch.setattr(aiohttp.ClientSession, "_request", _renamed(build))

    run(lambda session: session.put(URL, json={}))
    run(lambda session: session.put("/api/v1/customers/5", json={}), base_url="https://track.customer.io")
    assert [heard.url for heard in traffic.heard] == [URL]


def _renamed(build: Any) -> Any:
    """`ClientSession._request` of a release that does not call `_build_url`: it answers nothing."""

    async def request(self: aiohttp.ClientSession, method: str, url: Any, **options: Any) -> Any:
        assert build(self, url).host == "track.customer.io"
        return SimpleNamespace(status=200, release=lambda: None)

    return request


@pytest.mark.parametrize("answered_by", ["us", "mock"])
@pytest.mark.parametrize("given_to", ["call", "session", "url"])
def test_credentials_are_in_the_header_only(
    traffic: FakeTraffic, request: pytest.FixtureRequest, given_to: str, answered_by: str
) -> None:
    """Credentials of an argument, the session or the URL are in the header; the URL that is heard holds none."""
    if answered_by == "mock":
        request.getfixturevalue("mocked")
    with warnings.catch_warnings():  # of aiohttp 3.14, about these very arguments
        warnings.simplefilter("ignore")
        auth = aiohttp.BasicAuth("site", "key")
    url = URL.replace("//", "//site:key@") if given_to == "url" else URL

    async def use(session: aiohttp.ClientSession) -> None:
        await session.get(url, **({"auth": auth} if given_to == "call" else {}))  # type: ignore[arg-type]

    run(use, **({"auth": auth} if given_to == "session" else {}))
    assert (traffic.only.url, traffic.only.headers["authorization"]) == (URL, BASIC)


BODIES: dict[str, tuple[Callable[[], dict[str, Any]], bytes | None, str | None]] = {
    "none": (dict, None, None),
    "bytes": (lambda: {"data": b"\xff"}, b"\xff", "application/octet-stream"),
    "memory": (lambda: {"data": memoryview(b"abc")}, b"abc", "application/octet-stream"),
    "text": (lambda: {"data": "é"}, "é".encode(), "text/plain; charset=utf-8"),
    "json": (lambda: {"json": {"a": 1}}, b'{"a": 1}', "application/json"),
    "form": (lambda: {"data": {"a": "b c"}}, b"a=b+c", "application/x-www-form-urlencoded"),
    "pairs": (lambda: {"data": [("a", "b"), ("a", "c")]}, b"a=b&a=c", "application/x-www-form-urlencoded"),
    "FormData": (lambda: {"data": aiohttp.FormData({"a": "b"})}, b"a=b", "application/x-www-form-urlencoded"),
    "payload": (lambda: {"data": aiohttp.JsonPayload([1])}, b"[1]", "application/json"),
    "file": (lambda: {"data": io.BytesIO(b"file")}, b"file", "application/octet-stream"),
    "iterator": (lambda: {"data": many(b"{", b"}")}, b"{}", "application/octet-stream"),
}


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_is_heard_as_sent(traffic: FakeTraffic, kind: str) -> None:
    """For every kind of body, the bytes that reached the server are heard."""
    make, body, content_type = BODIES[kind]
    ask("POST", **make())
    assert (traffic.only.body, traffic.only.body_known, traffic.asked[0].body) == (body, True, body or b"")
    if content_type:
        assert traffic.only.headers["content-type"] == content_type


@pytest.mark.parametrize("kind", sorted(BODIES.keys() - {"iterator"}))
def test_a_body_is_heard_though_a_mock_answers(traffic: FakeTraffic, mocked: list[Any], kind: str) -> None:
    """The body is put together from the arguments as aiohttp would, and the arguments reach the mock unchanged."""
    make, body, content_type = BODIES[kind]
    given = make()
    heard = heard_of(traffic, **given)
    assert (heard.body, heard.body_known, heard.headers.get("content-type")) == (body, True, content_type)
    assert all(mocked[0][name] is value for name, value in given.items())


def test_a_file_is_left_where_it_was(traffic: FakeTraffic, mocked: list[Any]) -> None:
    """A file that a mock gets stands at the same position as before it was heard."""
    file = io.BytesIO(b"head body")
    file.seek(5)
    assert heard_of(traffic, data=file).body == b"body"
    assert file.read() == b"body"


def test_a_stream_is_known_when_it_was_read(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that can be read only once is known if the mock reads it, and unknown otherwise."""
    read: list[bytes] = []

    async def answer(self: Any, method: str, url: Any, *, data: Any, listen: bool = True) -> Any:
        if url == URL:
            read.extend([part async for part in data])
        return mock.Mock(status=204)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", answer)

    async def use(session: aiohttp.ClientSession) -> None:
        await session.post(URL, data=many(b"a", b"b"))
        await session.post(URL + "/unread", data=many(b"a"))

    run(use)
    assert read == [b"a", b"b"]
    assert [(heard.body, heard.body_known) for heard in traffic.heard] == [(b"ab", True), (None, False)]


@pytest.mark.parametrize("answered_by", ["us", "mock"])
def test_a_form_with_files(traffic: FakeTraffic, request: pytest.FixtureRequest, answered_by: str) -> None:
    """The bytes of a form with files are known only where our server received them: making them would use the form up."""
    form = aiohttp.FormData({"a": io.BytesIO(b"part")})
    if answered_by == "mock":
        request.getfixturevalue("mocked")
        assert (heard_of(traffic, data=form).body, traffic.only.body_known) == (None, False)
    else:
        ask("POST", data=form)
        assert (traffic.only.body, traffic.only.body_known) == (traffic.asked[0].body, True)
        assert b"part" in traffic.asked[0].body


def test_a_serializer_of_the_session_is_used(traffic: FakeTraffic, mocked: list[Any]) -> None:
    """JSON is serialized by the session's own function, as aiohttp does."""

    async def use(session: aiohttp.ClientSession) -> None:
        await session.post(URL, json={"a": 1})

    run(use, json_serialize=lambda value: f"<{value}>")
    assert traffic.only.body == b"<{'a': 1}>"


def test_a_compressed_body_is_heard_as_it_was_sent(traffic: FakeTraffic) -> None:
    """A compressed body is heard together with its Content-Encoding."""
    ask("POST", json={"a": 1}, compress=True)
    assert traffic.only.headers["content-encoding"] == "deflate"
    assert traffic.only.body == traffic.asked[0].body != b'{"a": 1}'


@pytest.mark.parametrize(
    ("timeout", "known"),
    [
        (aiohttp.ClientTimeout(total=3), True),
        (aiohttp.ClientTimeout(total=None, sock_read=3), True),
        (aiohttp.ClientTimeout(total=None, sock_connect=3), False),
        (3, True),
        (None, False),
    ],
)
def test_a_timeout_is_one_that_ends_waiting(traffic: FakeTraffic, mocked: list[Any], timeout: Any, known: bool) -> None:
    """A limit for the whole request or for reading, of the call or of the session, counts as a timeout."""
    assert heard_of(traffic, timeout=timeout).timeout_set is known

    async def use(session: aiohttp.ClientSession) -> None:
        await session.get(URL)

    run(use, **({"timeout": timeout} if isinstance(timeout, aiohttp.ClientTimeout) else {}))
    assert traffic.heard[-1].timeout_set is (known or not isinstance(timeout, aiohttp.ClientTimeout))


def test_redirects_are_one_hearing(traffic: FakeTraffic) -> None:
    """A request that is redirected is heard once: the first request, with the last status."""
    traffic.answering = lambda asked: OK if asked.url.endswith("/b") else Answer(307, "", (("Location", "/b"),))
    assert ask("POST", data=b"x") == (200, '{"ok": true}')
    assert (traffic.only.url, traffic.only.status, traffic.only.body) == (URL, 200, b"x")
    assert [request.body for request in traffic.asked] == [b"x", b"x"]


def test_what_cannot_be_sent_raises_the_clients_error(traffic: FakeTraffic) -> None:
    """For bodies and parameters that aiohttp cannot use, it raises its own errors, whose names are noted."""
    for options in ({"json": {1, 2}}, {"params": {"a": object()}}, {"data": object()}):
        with pytest.raises(TypeError):
            ask("POST", **options)
    with pytest.raises(ValueError, match="data and json"):
        ask("POST", data=b"", json={})
    assert [heard.raised for heard in traffic.heard] == ["TypeError", "TypeError", "TypeError", "ValueError"]
    assert not traffic.heard[0].body_known


@pytest.mark.parametrize("url", ["relative", "http://[", 5, None])
def test_what_is_no_url_raises_the_clients_error(traffic: FakeTraffic, url: Any) -> None:
    """What is no URL raises the same error with and without the tap."""
    tapped = met(lambda: ask("GET", url))
    assert traffic.heard == []
    with mock.patch.object(traffic, "concerns", return_value=False):
        assert met(lambda: ask("GET", url)) == tapped


def test_the_error_of_a_mock_is_its_own(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exception object that a mock raises reaches the application."""
    boom = aiohttp.ServerDisconnectedError()
    monkeypatch.setattr(aiohttp.ClientSession, "_request", mock.AsyncMock(side_effect=boom))
    with pytest.raises(aiohttp.ServerDisconnectedError) as caught:
        ask("POST", json={"a": 1})
    assert caught.value is boom
    assert (traffic.only.raised, traffic.only.status, traffic.only.body) == (
        "ServerDisconnectedError",
        None,
        b'{"a": 1}',
    )


def test_other_hosts_are_not_heard(traffic: FakeTraffic, mocked: list[Any]) -> None:
    """Requests to other hosts are not heard, and their arguments are handed on unchanged."""
    data = many(b"")

    async def use(session: aiohttp.ClientSession) -> None:
        await session.post("https://example.com", data=data)

    run(use)
    assert traffic.heard == []
    assert mocked[0]["data"] is data


def test_without_a_hearing(traffic: FakeTraffic) -> None:
    """Where the traffic hears nothing, no request is heard, and each gets its answer."""
    traffic.listens = False
    assert ask("GET")[0] == 200
    assert traffic.heard == []


def test_a_call_that_is_never_awaited_warns(traffic: FakeTraffic) -> None:
    """Python warns once, with the client's own name, and nothing is heard."""

    async def use(session: aiohttp.ClientSession) -> None:
        session.get(URL)
        gc.collect()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run(use)
    assert [str(warning.message) for warning in caught] == ["coroutine 'ClientSession._request' was never awaited"]
    assert traffic.heard == []


def test_a_call_may_be_closed_or_thrown_into(traffic: FakeTraffic) -> None:
    """A call that has not begun can be closed, or get an exception, as the client's own coroutine can."""

    async def use(session: aiohttp.ClientSession) -> None:
        session.get(URL).close()
        with pytest.raises(KeyError):
            session.get(URL).throw(KeyError())

    run(use)
    assert traffic.heard == []


def test_a_cancelled_call_is_heard(traffic: FakeTraffic) -> None:
    """A call that is cancelled while it waits is heard, because it may have been sent."""

    async def use(session: aiohttp.ClientSession) -> None:
        task = asyncio.create_task(session.post(URL, data=b"x"))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(use)
    assert (traffic.only.raised, traffic.only.body) == ("CancelledError", b"x")


def test_aioresponses_answers_above_us(traffic: FakeTraffic) -> None:
    """What aioresponses answers is heard once; what it lets pass gets our answer."""
    aioresponses = pytest.importorskip("aioresponses").aioresponses

    class Response(aiohttp.ClientResponse):  # aioresponses leaves out what aiohttp 3.14 asks for
        def __init__(self, *args: Any, **options: Any) -> None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    super().__init__(*args, stream_writer=mock.Mock(), **options)
                except TypeError:
                    super().__init__(*args, **options)

    with aioresponses(passthrough=[URL + "/real"]) as answers:
        answers.post(URL, status=418, response_class=Response)
        answers.put(URL, exception=aiohttp.ServerTimeoutError("mock"))
        assert ask("POST", json={"a": 1})[0] == 418
        with pytest.raises(aiohttp.ServerTimeoutError):
            ask("PUT", json={})
        assert traffic.asked == []
        assert ask("GET", URL + "/real") == (200, '{"ok": true}')
    assert [(heard.status, heard.body) for heard in traffic.heard] == [(418, b'{"a": 1}'), (None, b"{}"), (200, None)]


def test_a_cassette_of_the_users_answers_above_us(traffic: FakeTraffic, tmp_path: Any) -> None:
    """A user's vcrpy cassette plays; the request is heard once, with its body."""
    vcr = pytest.importorskip("vcr")
    cassette = tmp_path / "own.yaml"
    cassette.write_text(
        "version: 1\ninteractions:\n- request: {method: POST, uri: '" + URL + "', body: null, headers: {}}\n"
        "  response: {status: {code: 418, message: teapot}, headers: {}, body: {string: own}}\n"
    )
    copies = int(vcr.__version__.partition(".")[0]) < 9  # such a release copies the body, and cannot copy a generator
    with vcr.use_cassette(str(cassette), record_mode="none"):
        assert ask("POST", data=b"ab" if copies else many(b"a", b"b")) == (418, "own")
    assert (traffic.only.status, traffic.only.body, traffic.asked) == (418, b"ab", [])


def test_nothing_stays_behind() -> None:
    """After uninstalling, the original functions stand there again."""

    def functions() -> list[Any]:
        own = [vars(aiohttp.ClientSession)[verb] for verb in (*VERBS, "request")]
        return [*own, aiohttp.request, aiohttp.client.request, vars(aiohttp.TCPConnector)["_create_connection"]]

    before = functions()
    with installed("aiohttp"):
        meanwhile = functions()
        assert asyncio.iscoroutinefunction(aiohttp.TCPConnector._create_connection)
    assert functions() == before
    assert not set(meanwhile) & set(before)


def test_a_function_towards_another_host() -> None:
    """`aiohttp.request` to another host is neither heard nor answered."""

    async def send() -> None:
        async with aiohttp.request("POST", "http://127.0.0.1:9/a", data=b"x"):
            pass

    with installed("aiohttp") as traffic, pytest.raises(aiohttp.ClientConnectorError):
        asyncio.run(send())
    assert traffic.heard == []

"""An error case reaches the application past adapters, transports and functions of clients that a suite replaces."""

from __future__ import annotations

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

PLUGINS = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")
ADAPTERS = """
from suite import app, both, errors, pytest
from unittest import mock
import io
import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter


def made(request):
    response = requests.Response()
    response.status_code, response._content, response.request, response.url = 200, b"theirs", request, request.url
    return response


class Base(BaseAdapter):
    def send(self, request, **options):
        return made(request)

    def close(self):
        pass


class Derived(HTTPAdapter):
    def send(self, request, **options):
        assert request.body == app.BODY
        return made(request)


class Patient(HTTPAdapter):
    def send(self, request, **options):
        return super().send(request, **{**options, "timeout": 3})


@errors
@both
@pytest.mark.parametrize("kind", [Base, Derived])
def test_mounted(kind, use):
    with requests.Session() as session:
        session.mount("https://", kind())
        assert session.get("https://shop.example/", data=app.BODY).text == "theirs"
        assert use(app.by_requests, session) in ("theirs", "lost")


@errors
@both
def test_replaced_on_an_instance(use):
    adapter = HTTPAdapter()
    adapter.send = mock.Mock(side_effect=lambda request, **options: made(request))
    with requests.Session() as session:
        session.mount("https://", adapter)
        try:
            assert use(app.by_requests, session) in ("theirs", "lost")
        finally:
            assert adapter.send.called


@errors
@both
@pytest.mark.parametrize("adapter", [HTTPAdapter, Patient])
def test_replaced_function(monkeypatch, use, adapter):
    monkeypatch.setattr(HTTPAdapter, "send", lambda adapter, request, **options: made(request))
    with requests.Session() as session:
        session.mount("https://", adapter())
        assert use(app.by_requests, session) in ("theirs", "lost")


@errors
@both
def test_replaced_choice_of_the_adapter(monkeypatch, use):
    monkeypatch.setattr(requests.Session, "get_adapter", lambda session, url: Base())
    assert use(app.by_requests) in ("theirs", "lost")


@errors
@both
def test_patched(use):
    with mock.patch("requests.adapters.HTTPAdapter.send", side_effect=lambda request, **options: made(request)) as fake:
        try:
            assert use(app.by_requests) in ("theirs", "lost")
        finally:
            assert fake.call_args.args[0].url == app.URL


@errors
@both
@pytest.mark.parametrize("send", [app.by_requests, app.by_urllib3])
def test_pools(monkeypatch, use, send):
    def urlopen(pool, method, url, *args, **options):
        return urllib3.HTTPResponse(io.BytesIO(b"theirs"), status=200, preload_content=False)

    if send is app.by_requests:
        monkeypatch.setattr(urllib3.connectionpool.HTTPConnectionPool, "urlopen", urlopen)
    else:
        response = urllib3.HTTPResponse(b"theirs", status=200)
        fake = mock.Mock(return_value=response)
        monkeypatch.setattr(urllib3.connectionpool.HTTPConnectionPool, "urlopen", fake)
    assert use(send) in ("theirs", "lost")
"""
TRANSPORTS = """
from suite import aboth, app, both, errors, pytest
import asyncio
import httpx
import httpx2
import time

both_libraries = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])


def handler(library):
    return lambda request: library.Response(200, text="theirs")


def wsgi(environ, start_response):
    start_response("200 OK", [])
    return [b"theirs"]


async def asgi(scope, receive, send):
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"theirs"})


def own(library):
    class Own(library.BaseTransport):
        def handle_request(self, request):
            return library.Response(200, text="theirs")
    return Own()


def derived(library):
    class Derived(library.HTTPTransport):
        def handle_request(self, request):
            return library.Response(200, text="theirs")
    return Derived()


def aown(library):
    class Own(library.AsyncBaseTransport):
        async def handle_async_request(self, request):
            return library.Response(200, text="theirs")
    return Own()


MADE = {
    "mock": lambda library: {"transport": library.MockTransport(handler(library))},
    "mounted": lambda library: {"mounts": {"https://": library.MockTransport(handler(library))}},
    "wsgi": lambda library: {"transport": library.WSGITransport(wsgi)},
    "own": lambda library: {"transport": own(library)},
    "derived": lambda library: {"transport": derived(library)},
}
ASYNC = {
    "mock": lambda library: library.MockTransport(handler(library)),
    "asgi": lambda library: library.ASGITransport(asgi),
    "own": aown,
}


@errors
@both
@both_libraries
@pytest.mark.parametrize("made", list(MADE))
def test_blocking(library, made, use):
    with library.Client(**MADE[made](library)) as client:
        assert client.get(app.OTHER).text == "theirs"
        assert use(app.by_httpx, client) in ("theirs", "lost")


@errors
@aboth
@both_libraries
@pytest.mark.parametrize("made", list(ASYNC))
async def test_async(library, made, use):
    async with library.AsyncClient(transport=ASYNC[made](library)) as client:
        assert (await client.get(app.OTHER)).text == "theirs"
        assert await use(app.by_httpx_async, client) in ("theirs", "lost")


@errors
@both
@both_libraries
def test_replaced_function(monkeypatch, library, use):
    monkeypatch.setattr(library.HTTPTransport, "handle_request", lambda transport, request: handler(library)(request))
    with library.Client() as client:
        assert use(app.by_httpx, client) in ("theirs", "lost")


@errors
@both
@both_libraries
def test_replaced_choice_of_the_transport(monkeypatch, library, use):
    fake = library.MockTransport(handler(library))
    monkeypatch.setattr(library.Client, "_transport_for_url", lambda client, url: fake)
    with library.Client() as client:
        assert use(app.by_httpx, client) in ("theirs", "lost")
"""
GREEN_AND_RED = {"save": "green", "lose": "red"}


def test_adapters(story: Story) -> None:
    """Adapters that only answer, functions of requests and urllib3 that are replaced; an engine in between runs."""
    names = (
        "mounted",
        "replaced_on_an_instance",
        "replaced_function",
        "replaced_choice_of_the_adapter",
        "patched",
        "pools",
    )
    assert outcomes(project(story), ADAPTERS) == {f"test_{name}": GREEN_AND_RED for name in names}


def test_transports(story: Story) -> None:
    """Transports that only answer, and functions of httpx and httpx2 that are replaced."""
    names = ("blocking", "async", "replaced_function", "replaced_choice_of_the_transport")
    assert outcomes(project(story), TRANSPORTS, *PLUGINS) == {f"test_{name}": GREEN_AND_RED for name in names}


def test_an_engine_around_a_mock_runs(story: Story) -> None:
    """A transport that retries meets the errors of the case, and gets the answer of the mock that it holds."""
    project(story).run(
        """
        import time

        import app
        import httpx
        import pytest

        class Retrying(httpx.BaseTransport):
            def __init__(self, inner):
                self.inner = inner

            def handle_request(self, request):
                response = self.inner.handle_request(request)
                for wait in (1, 2, 4):
                    if response.status_code < 500:
                        break
                    time.sleep(wait)
                    response = self.inner.handle_request(request)
                return response

        class Own(httpx.BaseTransport):
            def handle_request(self, request):
                return httpx.Response(200, text="theirs")

        MOCK = httpx.MockTransport(lambda request: httpx.Response(200, text="theirs"))

        @pytest.mark.cio_errors("503-unavailable-recovers")
        @pytest.mark.parametrize("inner", [MOCK, Own()])
        def test_it(cio, inner):
            with httpx.Client(transport=Retrying(inner)) as client:
                assert app.by_httpx(client) == (200, "theirs")
            assert (cio.attempts, cio.waits) == (3, (1, 2))
        """
    ).assert_outcomes(passed=2)

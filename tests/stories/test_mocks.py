"""With the suite's own mocks: the mock answers, and the request is heard once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from applications import APP

if TYPE_CHECKING:
    from tests.stories.conftest import Story

GATE = ("--cio-contract", "-Werror")
THEIRS = (202, "theirs")
# Every test checks this: one interaction, the mock's answer, and no attempt that reached our answers.
CHECK = f"""
def once(cio, client):
    (one,) = cio.sent
    assert (one.client, one.body, one.status, one.attempts) == (client, app.GOOD, 202, 0)
    assert one.operation.id == "track.event"

THEIRS = {THEIRS}
"""


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends through every client."""
    story.file("app.py", APP)
    story.file("check.py", "import app\n" + CHECK)
    return story


def test_responses(project: Story) -> None:
    """`responses` as decorator, context manager and fixture, with its check that all registrations were used."""
    result = project.run(
        """
        import app
        import pytest
        import responses
        from check import THEIRS, once

        @responses.activate
        def test_decorator(cio):
            responses.post(app.URL, "theirs", status=202)
            assert app.by_requests(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")
            assert len(responses.calls) == 1

        @pytest.fixture
        def mock():
            with responses.RequestsMock(assert_all_requests_are_fired=True) as active:
                yield active

        def test_fixture(mock, cio):
            mock.post(app.URL, "theirs", status=202, match=[responses.matchers.json_params_matcher(
                {"name": "purchase", "data": {"total": 3}})])
            assert app.by_requests_session(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")

        def test_what_it_does_not_know_is_its_own_error(mock, cio):
            mock.assert_all_requests_are_fired = False
            with pytest.raises(app.requests.ConnectionError, match="Connection refused by Responses"):
                app.by_requests(app.URL, app.GOOD)
            assert [(one.raised, one.attempts) for one in cio.sent] == [("ConnectionError", 0)]

        def test_what_it_lets_through_is_ours(mock, cio):
            mock.assert_all_requests_are_fired = False
            mock.add_passthru("https://track.customer.io")
            assert app.by_requests(app.URL, app.GOOD)[0] == 200
            assert [one.attempts for one in cio.sent] == [1]

        def test_retries_are_one_payload(mock, cio):
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry
            mock.post(app.URL, "busy", status=503)
            mock.post(app.URL, "theirs", status=202)
            with app.requests.Session() as session:
                retry = Retry(2, status_forcelist=[503], allowed_methods=None)
                session.mount("https://", HTTPAdapter(max_retries=retry))
                assert session.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5).status_code == 202
            once(cio, "requests")
        """,
        *GATE,
    )
    result.assert_outcomes(passed=5)


def test_requests_mock(project: Story) -> None:
    """`requests-mock` as fixture and decorator, for one session, and mounted as an adapter."""
    result = project.run(
        """
        import app
        import requests
        import requests_mock as library
        from check import THEIRS, once

        def test_fixture(requests_mock, cio):
            requests_mock.post(app.URL, text="theirs", status_code=202)
            assert app.by_requests_session(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")
            assert requests_mock.call_count == 1

        @library.Mocker(kw="mock")
        def test_decorator(cio, **given):
            given["mock"].post(app.URL, text="theirs", status_code=202)
            assert app.by_requests(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")

        def test_one_session(cio):
            session = requests.Session()
            with library.Mocker(session=session) as mock:
                mock.post(app.URL, text="theirs", status_code=202)
                assert session.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5).text == "theirs"
            once(cio, "requests")

        def test_adapter(cio):
            session, adapter = requests.Session(), library.Adapter()
            session.mount("https://", adapter)
            adapter.register_uri("POST", app.URL, text="theirs", status_code=202)
            assert session.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5).text == "theirs"
            once(cio, "requests")

        def test_real_http_is_ours(cio):
            with library.Mocker(real_http=True):
                assert app.by_requests(app.URL, app.GOOD)[0] == 200
            assert [one.attempts for one in cio.sent] == [1]
        """,
        *GATE,
        "-p",
        "requests_mock.contrib._pytest_plugin",
    )
    result.assert_outcomes(passed=5)


def test_respx(project: Story) -> None:
    """`respx` as fixture, decorator and router mounted as transport, blocking and asynchronous."""
    result = project.run(
        """
        import app
        import httpx
        import pytest
        import respx
        from check import THEIRS, once

        @pytest.mark.parametrize("name", ["httpx", "httpx_async"])
        def test_fixture(respx_mock, cio, name):
            route = respx_mock.post(app.URL).mock(return_value=httpx.Response(202, text="theirs"))
            assert app.SENDERS[name](app.URL, app.GOOD) == THEIRS
            once(cio, "httpx")
            assert route.call_count == 1

        @pytest.mark.parametrize("using", ["httpx", "httpcore"])
        def test_both_of_its_ways(cio, using):
            with respx.mock(using=using) as mock:
                mock.post(app.URL).respond(202, text="theirs")
                assert app.by_httpx(app.URL, app.GOOD) == THEIRS
            once(cio, "httpx")

        def test_mounted(cio):
            router = respx.Router()
            router.post(app.URL).respond(202, text="theirs")
            with httpx.Client(transport=httpx.MockTransport(router.handler)) as client:
                assert client.post(app.URL, content=app.GOOD, headers=app.HEADERS).text == "theirs"
            once(cio, "httpx")

        @respx.mock
        def test_what_it_lets_through_is_ours(cio):
            respx.post(app.URL).pass_through()
            assert app.by_httpx(app.URL, app.GOOD)[0] == 200
            assert [one.attempts for one in cio.sent] == [1]

        @respx.mock
        def test_side_effects_reach_the_application(cio):
            respx.post(app.URL).mock(side_effect=httpx.ReadTimeout)
            with pytest.raises(httpx.ReadTimeout):
                app.by_httpx(app.URL, app.GOOD)
            assert [(one.raised, one.attempts) for one in cio.sent] == [("ReadTimeout", 0)]
        """,
        *GATE,
        "-p",
        "respx.plugin",
    )
    result.assert_outcomes(passed=7)


def test_pytest_httpx(project: Story) -> None:
    """The fixture of `pytest-httpx` answers, and its check of what was requested passes."""
    result = project.run(
        """
        import app
        import pytest
        from check import THEIRS, once

        @pytest.mark.parametrize("name", ["httpx", "httpx_async"])
        def test_fixture(httpx_mock, cio, name):
            httpx_mock.add_response(method="POST", url=app.URL, status_code=202, text="theirs",
                                    match_content=app.GOOD)
            assert app.SENDERS[name](app.URL, app.GOOD) == THEIRS
            once(cio, "httpx")
            assert len(httpx_mock.get_requests()) == 1

        @pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "track.customer.io")
        def test_what_it_lets_through_is_ours(httpx_mock, cio):
            assert app.by_httpx(app.URL, app.GOOD)[0] == 200
            assert [one.attempts for one in cio.sent] == [1]
        """,
        *GATE,
        "-p",
        "pytest_httpx",
    )
    result.assert_outcomes(passed=3)


def test_transports_of_ones_own(project: Story) -> None:
    """MockTransport, mounts, ASGI and WSGI transports, and adapters of requests answer."""
    result = project.run(
        """
        import asyncio
        import app
        import httpx
        import httpx2
        import pytest
        import requests
        from check import THEIRS, once

        def handler(module):
            return lambda request: module.Response(202, text="theirs")

        async def asgi(scope, receive, send):
            assert (await receive())["body"] == app.GOOD
            await send({"type": "http.response.start", "status": 202, "headers": []})
            await send({"type": "http.response.body", "body": b"theirs"})

        def wsgi(environ, start_response):
            assert environ["wsgi.input"].read() == app.GOOD
            start_response("202 Accepted", [])
            return [b"theirs"]

        def mounted(module):
            return {"https://track.customer.io": module.MockTransport(handler(module))}

        @pytest.mark.parametrize("module", [httpx, httpx2], ids=lambda module: module.__name__)
        @pytest.mark.parametrize("made", [
            lambda module: {"transport": module.MockTransport(handler(module))},
            lambda module: {"mounts": mounted(module)},
            lambda module: {"transport": module.WSGITransport(wsgi)},
        ], ids=["mock", "mounts", "wsgi"])
        def test_blocking(cio, module, made):
            with module.Client(**made(module)) as client:
                response = client.post(app.URL, content=app.GOOD, headers=app.HEADERS)
            assert (response.status_code, response.text) == THEIRS
            once(cio, module.__name__)

        @pytest.mark.parametrize("module", [httpx, httpx2], ids=lambda module: module.__name__)
        @pytest.mark.parametrize("made", [
            lambda module: {"transport": module.MockTransport(handler(module))},
            lambda module: {"transport": module.ASGITransport(asgi)},
        ], ids=["mock", "asgi"])
        def test_async(cio, module, made):
            async def main():
                async with module.AsyncClient(**made(module)) as client:
                    return await client.post(app.URL, content=app.GOOD, headers=app.HEADERS)
            response = asyncio.run(main())
            assert (response.status_code, response.text) == THEIRS
            once(cio, module.__name__)

        class Adapter(requests.adapters.BaseAdapter):
            def send(self, request, **kwargs):
                assert request.body == app.GOOD
                response = requests.Response()
                response.status_code, response._content, response.request = 202, b"theirs", request
                return response

            def close(self):
                pass

        def test_adapter(cio):
            with requests.Session() as session:
                session.mount("https://", Adapter())
                assert session.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5).text == "theirs"
            once(cio, "requests")

        def test_monkeypatched_adapter(cio, monkeypatch):
            monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", Adapter.send)
            assert app.by_requests(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")
        """,
        *GATE,
    )
    result.assert_outcomes(passed=12)


def test_unittest_mock(project: Story) -> None:
    """A mock in place of a client's method answers. A mock in place of the whole call sends nothing."""
    result = project.run(
        """
        import io
        from unittest import mock

        import app
        import httpx
        import pytest
        import requests

        def response(status=202):
            made = requests.Response()
            made.status_code, made._content = status, b"theirs"
            return made

        def test_the_whole_call(cio):
            with mock.patch("requests.request", return_value=response()) as patched:
                assert app.by_requests(app.URL, app.GOOD)[0] == 202
            assert patched.call_count == 1
            assert cio.sent == ()

        def test_the_session(cio):
            with mock.patch.object(requests.Session, "send", return_value=response()):
                assert app.by_requests(app.URL, app.GOOD)[0] == 202

        def test_urlopen(cio):
            with mock.patch("urllib3.connectionpool.HTTPConnectionPool.urlopen", side_effect=OSError("theirs")):
                with pytest.raises(requests.ConnectionError, match="theirs"):
                    app.by_requests(app.URL, app.GOOD)
            assert [(one.raised, one.attempts) for one in cio.sent] == [("ConnectionError", 0)]

        def test_a_magic_mock_as_response(cio):
            with mock.patch("requests.adapters.HTTPAdapter.send", return_value=mock.MagicMock(is_redirect=False)):
                requests.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5)
            assert [(one.status, one.attempts) for one in cio.sent] == [(None, 0)]

        def test_httpx_send(cio):
            with mock.patch.object(httpx.Client, "send", return_value=httpx.Response(202, text="theirs")):
                assert app.by_httpx(app.URL, app.GOOD) == (202, "theirs")

        def test_after_all_of_these_we_are_still_there(cio):
            assert app.by_requests(app.URL, app.GOOD)[0] == 200
            assert app.by_httpx(app.URL, app.GOOD)[0] == 200
            assert [one.client for one in cio.sent] == ["requests", "httpx"]
        """,
        *GATE,
    )
    result.assert_outcomes(passed=6)


CASSETTE = """
interactions:
- request:
    method: POST
    uri: https://track.customer.io/api/v1/customers/42/events
    body: '{"name": "purchase", "data": {"total": 3}}'
    headers: {}
  response:
    status: {code: 202, message: Accepted}
    headers: {}
    body: {string: theirs}
version: 1
"""
PLAYED = (
    "requests",
    "requests_session",
    "urllib3",
    "urllib3_pool",
    "httpx",
    "httpx2",
    "httpx_async",
    "httpx2_async",
    "aiohttp",
    "http_client",
    "urllib_request",
)


def test_vcrpy(project: Story) -> None:
    """A cassette of the project is played to every client, and each request is heard once."""
    project.file("theirs.yaml", CASSETTE)
    result = project.run(
        f"""
        import app
        import pytest
        import vcr
        from check import THEIRS

        @pytest.mark.parametrize("name", {PLAYED})
        def test_plays(name, cio):
            with vcr.use_cassette("theirs.yaml", record_mode="none") as cassette:
                assert app.SENDERS[name](app.URL, app.GOOD) == THEIRS
            assert cassette.play_count == 1
            (one,) = cio.sent
            assert (one.body, one.status, one.attempts) == (app.GOOD, 202, 0)
            assert one.sent_from.startswith("app.py:")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=len(PLAYED))


def test_pytest_recording(project: Story) -> None:
    """The mark of `pytest-recording` plays a cassette; its network block refuses other hosts, and not our answers."""
    project.file("cassettes/test_app/test_plays.yaml", CASSETTE)
    result = project.run(
        """
        import socket
        import app
        import pytest
        from check import THEIRS, once

        @pytest.mark.vcr
        def test_plays(cio):
            assert app.by_requests(app.URL, app.GOOD) == THEIRS
            once(cio, "requests")

        @pytest.mark.block_network
        def test_blocked(cio):
            assert app.by_requests(app.URL, app.GOOD)[0] == 200
            assert app.by_httpx(app.URL, app.GOOD)[0] == 200
            with socket.socket() as other, pytest.raises(RuntimeError, match="Network is disabled"):
                other.connect(("127.0.0.1", 9))
            assert [one.attempts for one in cio.sent] == [1, 1]
        """,
        "--cio-contract",
        "-p",
        "pytest_recording.plugin",
    )
    result.assert_outcomes(passed=2)


def test_a_mock_of_aiohttp(project: Story) -> None:
    """A mock in place of `ClientSession._request` answers, whatever it returns, and the request is heard."""
    result = project.run(
        """
        from unittest import mock

        import app
        import pytest

        class Response:
            status = 202
            async def text(self):
                return "theirs"
            async def __aexit__(self, *args):
                pass
            async def __aenter__(self):
                return self
            def release(self):
                pass

        def test_answers(cio):
            answer = mock.AsyncMock(return_value=Response())
            with mock.patch.object(app.aiohttp.ClientSession, "_request", answer):
                assert app.by_aiohttp(app.URL, app.GOOD) == (202, "theirs")
            (one,) = cio.sent
            assert (one.client, one.body, one.status, one.attempts) == ("aiohttp", app.GOOD, 202, 0)
            assert one.headers["authorization"] == app.HEADERS["Authorization"]

        def test_raises(cio):
            with mock.patch.object(app.aiohttp.ClientSession, "_request", side_effect=TimeoutError):
                with pytest.raises(TimeoutError):
                    app.by_aiohttp(app.URL, app.GOOD)
            assert [(one.body, one.raised, one.attempts) for one in cio.sent] == [(app.GOOD, "TimeoutError", 0)]
        """,
        *GATE,
    )
    result.assert_outcomes(passed=2)


def test_aioresponses(project: Story) -> None:
    """An error that aioresponses raises is not changed; a request that it lets pass gets our answer."""
    pytest.importorskip("aioresponses")
    result = project.run(
        """
        import app
        import aioresponses
        import pytest

        def test_raises(cio):
            with aioresponses.aioresponses() as mock, pytest.raises(app.aiohttp.ServerDisconnectedError):
                mock.post(app.URL, exception=app.aiohttp.ServerDisconnectedError())
                app.by_aiohttp(app.URL, app.GOOD)
            assert [(one.raised, one.attempts) for one in cio.sent] == [("ServerDisconnectedError", 0)]

        def test_what_it_does_not_know_is_its_own_error(cio):
            with aioresponses.aioresponses(), pytest.raises(app.aiohttp.ClientConnectionError):
                app.by_aiohttp(app.URL, app.GOOD)
            assert [(one.raised, one.attempts) for one in cio.sent] == [("ClientConnectionError", 0)]

        def test_what_it_lets_through_is_ours(cio):
            with aioresponses.aioresponses(passthrough=["https://track.customer.io"]):
                assert app.by_aiohttp(app.URL, app.GOOD)[0] == 200
            assert [one.attempts for one in cio.sent] == [1]
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=3)


def test_a_broken_payload_is_red_above_every_mock(project: Story) -> None:
    """A broken payload fails the test although the mock answers with success."""
    project.file("theirs.yaml", CASSETTE)
    report = project.report(
        """
        import app
        import responses
        import vcr

        def test_responses(cio):
            with responses.RequestsMock() as mock:
                mock.post(app.URL, "theirs", status=202)
                app.by_requests(app.URL, app.MILLISECONDS)

        def test_requests_mock(requests_mock):
            requests_mock.post(app.URL, text="theirs")
            app.by_requests(app.URL, app.MILLISECONDS)

        def test_respx(respx_mock):
            respx_mock.post(app.URL).respond(202)
            app.by_httpx(app.URL, app.MILLISECONDS)

        def test_vcr():
            with vcr.use_cassette("theirs.yaml", record_mode="none"):
                app.by_http_client(app.URL, app.MILLISECONDS)
        """,
        *GATE,
        "-p",
        "requests_mock.contrib._pytest_plugin",
        "-p",
        "respx.plugin",
    )
    found = {one["nodeid"].partition("::")[2]: [v["rule"] for v in one["violations"]] for one in report["tests"]}
    names = ("test_responses", "test_requests_mock", "test_respx", "test_vcr")
    assert found == {name: ["timestamp-milliseconds"] for name in names}

"""The application does not notice the plugin: other hosts, objects, errors and warnings are unchanged, and nothing
stays patched."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import json
import logging
import socket
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from applications import APP, HEARD
from listening import CONFTEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.stories.conftest import Story

GATE = ("--cio-contract", "-Werror")


@pytest.fixture
def project(story: Story) -> Story:
    """A project that sends through every client, and has a real server."""
    story.file("app.py", APP)
    story.file("conftest.py", CONFTEST)
    return story


def test_other_hosts_answer_for_real(project: Story) -> None:
    """A server of the project is reached with every client, by name and by address, and the requests are not heard."""
    result = project.run(
        """
        import app
        import pytest

        @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, host, server, cio):
            before = len(server.hits)
            url = f"http://{host}:{server.server_port}/api/v1/customers/42?to=https://track.customer.io/"
            assert app.SENDERS[name](url, app.GOOD) == (200, "real")
            assert server.hits[before:] == ["POST /api/v1/customers/42?to=https://track.customer.io/"]
            assert cio.sent == ()
        """,
        *GATE,
    )
    result.assert_outcomes(passed=2 * len(HEARD))


def test_hosts_with_a_similar_name(project: Story) -> None:
    """Hosts with a similar name are neither heard, answered nor refused: they are looked up."""
    result = project.run(
        """
        import socket
        import app
        import pytest

        NAMES = ["customer.io.evil.invalid", "notcustomer.io.invalid", "customer-io.invalid", "customer.iot.invalid"]

        @pytest.fixture
        def looked_up(monkeypatch):
            names = []
            def getaddrinfo(host, *args, **kwargs):
                names.append(host if isinstance(host, str) else host.decode())
                raise socket.gaierror(socket.EAI_NONAME, "no such name")
            monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
            return names

        @pytest.mark.parametrize("host", NAMES)
        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, host, looked_up, cio):
            with pytest.raises(Exception) as caught:
                app.SENDERS[name](f"http://{host}/api/v1/customers/42", app.GOOD)
            assert "refused" not in str(caught.value)
            assert looked_up == [host]
            assert cio.sent == ()
        """,
        *GATE,
    )
    result.assert_outcomes(passed=4 * len(HEARD))


def test_a_base_url_of_ones_own_on_a_port(project: Story) -> None:
    """With a port in `cio_hosts` only that port is heard; other servers of the machine are reached."""
    result = project.run(
        """
        import app
        import pytest

        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, server, cio):
            assert app.SENDERS[name](f"http://localhost:{server.server_port}/x", app.GOOD) == (200, "real")
            assert cio.sent == ()
            assert app.SENDERS[name]("http://localhost:9/cio/api/v1/customers/42/events", app.GOOD)[0] == 200
            assert [one.operation.id for one in cio.sent] == ["track.event"]
        """,
        *GATE,
        "-ocio_hosts=http://localhost:9/cio",
        "-ocio_allow=not-https: on purpose",
    )
    result.assert_outcomes(passed=len(HEARD))


STREAMING = '''
import asyncio
import threading
import http.server
import app
import aiohttp
import httpx
import pytest
import requests
import urllib3

STEP = 5.0

@pytest.fixture
def sse():
    """A server of events, which sends the second only when the first has been seen."""
    seen = threading.Event()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            self.wfile.write(b"data: 1\\n\\n")
            self.wfile.flush()
            assert seen.wait(STEP)
            self.wfile.write(b"data: 2\\n\\n")

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", seen
        server.shutdown()
        thread.join()

def test_requests(sse):
    url, seen = sse
    with requests.get(url, stream=True, timeout=STEP) as response:
        lines = response.iter_lines(chunk_size=1)
        assert next(lines) == b"data: 1"
        seen.set()
        assert [line for line in lines if line] == [b"data: 2"]

def test_httpx(sse):
    url, seen = sse
    with httpx.stream("GET", url) as response:
        lines = response.iter_lines()
        assert next(lines) == "data: 1"
        seen.set()
        assert [line for line in lines if line] == ["data: 2"]

def test_urllib3(sse):
    url, seen = sse
    response = urllib3.request("GET", url, preload_content=False, timeout=STEP)
    assert response.readline() == b"data: 1\\n"
    seen.set()
    assert response.read().strip() == b"data: 2"

def test_aiohttp(sse):
    url, seen = sse
    async def main():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert await response.content.readline() == b"data: 1\\n"
            seen.set()
            return await response.content.read()
    assert asyncio.run(main()).strip() == b"data: 2"
'''


def test_streams_of_other_hosts_arrive_as_they_are_sent(project: Story) -> None:
    """Server-sent events of another host arrive one by one."""
    project.run(STREAMING, *GATE).assert_outcomes(passed=4)


def test_connections_to_other_hosts_are_used_again(project: Story) -> None:
    """Three requests to another host use one connection."""
    result = project.run(
        """
        import asyncio
        import aiohttp
        import app
        import httpx
        import pytest
        import requests
        import urllib3

        def by_requests(url):
            with requests.Session() as session:
                return [session.post(url, data=b"x", timeout=5).text for _ in range(3)]

        def by_httpx(url):
            with httpx.Client() as client:
                return [client.post(url, content=b"x").text for _ in range(3)]

        def by_urllib3(url):
            with urllib3.PoolManager() as manager:
                return [manager.request("POST", url, body=b"x").data.decode() for _ in range(3)]

        def by_aiohttp(url):
            async def main():
                async with aiohttp.ClientSession() as session:
                    texts = []
                    for _ in range(3):
                        async with session.post(url, data=b"x") as response:
                            texts.append(await response.text())
                    return texts
            return asyncio.run(main())

        @pytest.mark.parametrize("send", [by_requests, by_httpx, by_urllib3, by_aiohttp])
        def test_one(send, server):
            peers, connections = len(server.peers), server.connections
            assert send(server.url) == ["real"] * 3
            assert len(set(server.peers[peers:])) == 1
            assert server.connections == connections + 1
        """,
        *GATE,
    )
    result.assert_outcomes(passed=4)


def test_responses_are_the_clients_own(project: Story) -> None:
    """Responses have all that applications read: request, url, history, elapsed, headers, cookies, iteration."""
    result = project.run(
        """
        import asyncio
        import datetime
        import http.client
        import aiohttp
        import app
        import httpx
        import httpx2
        import pickle
        import pytest
        import requests
        import urllib3

        def test_requests():
            response = requests.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5)
            assert type(response) is requests.Response
            assert (response.ok, response.reason, response.url) == (True, "OK", app.URL)
            assert response.json() == {} and list(response.history) == []
            assert response.request.body == app.GOOD and type(response.request) is requests.PreparedRequest
            assert response.elapsed < datetime.timedelta(seconds=10)
            assert response.headers["content-type"].startswith("application/json")
            assert response.raw.version == 11 and response.encoding == "utf-8"
            assert pickle.loads(pickle.dumps(response)).content == response.content
            response.raise_for_status()
            response.close()

        def test_requests_stream():
            with requests.post(app.URL, data=app.GOOD, headers=app.HEADERS, timeout=5, stream=True) as response:
                assert b"".join(response.iter_content(1)) == b"{}\\n"

        def test_hooks_and_auth(cio):
            seen = []
            class Auth(requests.auth.AuthBase):
                def __call__(self, request):
                    request.headers["Authorization"] = app.HEADERS["Authorization"]
                    return request
            requests.post(app.URL, data=app.GOOD, auth=Auth(), timeout=5,
                          headers={"Content-Type": "application/json"},
                          hooks={"response": lambda response, **kwargs: seen.append(response)})
            assert [type(one) for one in seen] == [requests.Response]
            assert cio.sent[0].headers["authorization"] == app.HEADERS["Authorization"]

        def test_urllib3():
            response = urllib3.request("POST", app.URL, body=app.GOOD, headers=app.HEADERS, timeout=5)
            assert type(response) is urllib3.HTTPResponse
            assert (response.json(), response.reason, response.version) == ({}, "OK", 11)
            assert response.geturl() == app.URL or response.geturl() == "/api/v1/customers/42/events"
            assert response.retries.total == 3

        @pytest.mark.parametrize("module", [httpx, httpx2])
        def test_httpx(module):
            seen = []
            hooks = {"request": [seen.append], "response": [seen.append]}
            with module.Client(event_hooks=hooks) as client:
                response = client.post(app.URL, content=app.GOOD, headers=app.HEADERS)
            assert type(response) is module.Response
            assert (response.reason_phrase, response.http_version, str(response.url)) == ("OK", "HTTP/1.1", app.URL)
            assert response.request.content == app.GOOD and response.request is seen[0] and response is seen[1]
            assert response.elapsed < datetime.timedelta(seconds=10) and response.is_closed
            assert "network_stream" in response.extensions

        def test_aiohttp():
            async def main():
                async with aiohttp.ClientSession() as session:
                    async with session.post(app.URL, data=app.GOOD, headers=app.HEADERS) as response:
                        assert type(response) is aiohttp.ClientResponse
                        assert (response.ok, response.reason, str(response.url)) == (True, "OK", app.URL)
                        assert (response.method, response.history, response.version) == ("POST", (), (1, 1))
                        assert response.request_info.method == "POST"
                        return await response.json()
            assert asyncio.run(main()) == {}

        def test_aiohttp_tracing_and_awaiting():
            seen = []
            async def on_start(session, context, params):
                seen.append(("start", str(params.url)))
            async def on_end(session, context, params):
                seen.append(("end", params.response.status))
            async def main():
                trace = aiohttp.TraceConfig()
                trace.on_request_start.append(on_start)
                trace.on_request_end.append(on_end)
                async with aiohttp.ClientSession(trace_configs=[trace]) as session:
                    response = await session.post(app.URL, data=app.GOOD, headers=app.HEADERS)
                    response.release()
            asyncio.run(main())
            assert seen == [("start", app.URL), ("end", 200)]

        def test_http_client():
            conn = http.client.HTTPSConnection("track.customer.io", timeout=5)
            conn.request("POST", "/api/v1/customers/42/events", app.GOOD, app.HEADERS)
            response = conn.getresponse()
            assert type(response) is http.client.HTTPResponse
            assert (response.status, response.reason, response.version) == (200, "OK", 11)
            assert response.read(1) == b"{" and response.read() == b"}\\n" and response.isclosed()
            conn.request("POST", "/api/v1/customers/42/events", app.GOOD, app.HEADERS)
            assert conn.getresponse().read() == b"{}\\n"
            conn.close()
        """,
        *GATE,
    )
    result.assert_outcomes(passed=9)


def test_errors_of_the_application_are_its_own(project: Story) -> None:
    """A request that a client refuses to send raises the same error as with a real server."""
    errors = """
        import asyncio
        import aiohttp
        import httpx
        import pytest
        import requests
        import urllib3

        URL = "https://track.customer.io/api/v1/customers/42/events"

        async def aiohttp_post(url, **kwargs):
            async with aiohttp.ClientSession() as session, session.post(url, **kwargs) as response:
                return response.status

        WRONG = {
            "requests-json": lambda: requests.post(URL, json={"a": {1}}),
            "requests-nan": lambda: requests.post(URL, json={"a": float("nan")}),
            "requests-scheme": lambda: requests.post("track.customer.io/x"),
            "requests-host": lambda: requests.post("https:///x"),
            "requests-header": lambda: requests.post(URL, headers={"a": "b\\n"}),
            "requests-keyword": lambda: requests.post(URL, jsn={}),
            "requests-timeout": lambda: requests.post(URL, timeout="soon"),
            "requests-generator": lambda: requests.post(URL, data=(1 // 0 for _ in "x")),
            "requests-redirects": lambda: requests.Session().send(requests.Request("POST", URL)),
            "urllib3-scheme": lambda: urllib3.request("POST", "ftp://track.customer.io/"),
            "urllib3-keyword": lambda: urllib3.request("POST", URL, nonsense=1),
            "urllib3-body": lambda: urllib3.request("POST", URL, body=3, retries=False),
            "httpx-scheme": lambda: httpx.post("ftp://track.customer.io/"),
            "httpx-url": lambda: httpx.post("https://track.customer.io:port/"),
            "httpx-content": lambda: httpx.post(URL, content=3),
            "httpx-generator": lambda: httpx.post(URL, content=(1 // 0 for _ in "x")),
            "httpx-closed": lambda: (client := httpx.Client(), client.close(), client.post(URL)),
            "aiohttp-scheme": lambda: asyncio.run(aiohttp_post("nonsense://track.customer.io/")),
            "aiohttp-url": lambda: asyncio.run(aiohttp_post(3)),
            "aiohttp-both": lambda: asyncio.run(aiohttp_post(URL, data=b"", json={})),
            "aiohttp-keyword": lambda: asyncio.run(aiohttp_post(URL, nonsense=1)),
            "aiohttp-body": lambda: asyncio.run(aiohttp_post(URL, data=object())),
            "aiohttp-json": lambda: asyncio.run(aiohttp_post(URL, json={"a": {1}})),
        }

        @pytest.mark.parametrize("name", WRONG)
        def test_one(name, server, pytestconfig):
            global URL
            if not pytestconfig.getoption("--cio-contract"):
                URL = server.url
            with pytest.raises(Exception) as caught:
                WRONG[name]()
            found = caught.value
            with open("errors.txt", "a") as file:
                print(name, type(found), str(found).partition(" at 0x")[0], file=file)
        """
    found = {}
    for gate in ((), ("--cio-contract",)):
        (project.path / "errors.txt").unlink(missing_ok=True)
        project.run(errors, "-q", *gate)
        found[gate] = (project.path / "errors.txt").read_text(encoding="utf-8").splitlines()
    assert found[()] == found["--cio-contract",]
    assert len(found[()]) == 23


def _patched() -> dict[str, object]:
    """Everything that our patches may have replaced."""
    owners = {
        f"{module}.{cls}": vars(getattr(importlib.import_module(module), cls))
        for module, cls in [
            ("requests", "Session"),
            ("requests.adapters", "HTTPAdapter"),
            ("urllib3", "PoolManager"),
            ("urllib3", "HTTPConnectionPool"),
            ("urllib3", "HTTPSConnectionPool"),
            ("urllib3.connection", "HTTPConnection"),
            ("urllib3.connection", "HTTPSConnection"),
            ("httpx", "Client"),
            ("httpx", "AsyncClient"),
            ("httpx", "HTTPTransport"),
            ("httpx2", "Client"),
            ("httpx2", "AsyncClient"),
            ("httpcore", "ConnectionPool"),
            ("httpcore", "AsyncConnectionPool"),
            ("httpcore", "HTTPProxy"),
            ("httpcore2", "ConnectionPool"),
            ("aiohttp", "ClientSession"),
            ("aiohttp", "TCPConnector"),
            ("vcr.stubs", "VCRHTTPResponse"),
            ("vcr.stubs", "VCRConnection"),
            ("requests_mock.mocker", "MockerCore"),
            ("http.client", "HTTPConnection"),
            ("http.client", "HTTPSConnection"),
            ("logging", "Logger"),
            ("logging", "Handler"),
            ("asyncio", "BaseEventLoop"),
            ("threading", "Thread"),
        ]
    }
    for name in ("aiohttp", "aiohttp.client", "vcr.patch", "vcr.stubs.httpx_stubs", "vcr.stubs.aiohttp_stubs"):
        owners[name] = vars(importlib.import_module(name))
    for module in (time, asyncio, asyncio.tasks, socket, http.client, logging, sys):
        owners[module.__name__] = vars(module)
    kept = {f"{owner}.{name}": value for owner, names in owners.items() for name, value in names.items()}
    volatile = ("last_", "sys.modules", "sys.path", "__warningregistry__", "sys.std", "sys._xoptions", "sys.flags")
    return {name: value for name, value in kept.items() if not any(word in name for word in volatile)}


@pytest.fixture
def unchanged() -> Iterator[None]:
    """Checks that the objects, finders, handlers and levels are the same ones as before."""
    before, finders = _patched(), list(sys.meta_path)
    logger = logging.getLogger()
    said = (list(logger.handlers), logger.level, list(logger.filters), logging.getLogger("vcr").level)
    yield
    after = _patched()
    assert [name for name in before if before[name] is not after.get(name)] == []
    assert set(after) == set(before)
    assert sys.meta_path == finders
    assert said == (list(logger.handlers), logger.level, list(logger.filters), logging.getLogger("vcr").level)


ENDINGS: dict[str, tuple[str, tuple[str, ...]]] = {
    "green": ("def test(): app.by_requests(app.URL, app.GOOD)", ()),
    "red": ("def test(): app.by_httpx(app.URL, app.MILLISECONDS)", ()),
    "errors": ("@pytest.mark.cio_errors('429', '401')\ndef test(): app.by_aiohttp(app.URL, app.GOOD)", ()),
    "usage": ("@pytest.mark.cio_allow('no-such-rule', reason='x')\ndef test(): pass", ()),
    "collection": ("raise RuntimeError('broken module')", ()),
    "exit": ("def test(): pytest.exit('enough')", ()),
    "interrupt": ("def test(): raise KeyboardInterrupt", ()),
    "system-exit": ("def test(): raise SystemExit(3)", ()),
    "collect-only": ("def test(): pass", ("--collect-only",)),
    "crash": ("def test(): pass", ("-p", "crashing")),
    "replay-left-open": ("def test(cio): cio.replay('429'); app.by_requests(app.URL, app.GOOD)", ()),
}


# pytester restores the finders of modules itself, so the inner run compares them. Our cleanup is the first that is added
# when conftests are loaded, and so the last to be called; the one of this plugin is added before that.
FINDERS = """
import pathlib
import sys

def write():
    ours = [type(finder) for finder in sys.meta_path if type(finder).__module__.startswith("pytest_customerio")]
    pathlib.Path(__file__).with_name("finders.txt").write_text(str(ours))

def pytest_addoption(parser, pluginmanager):
    pluginmanager.get_plugin("pytestconfig").add_cleanup(write)
"""


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.usefixtures("unchanged")
def test_nothing_remains(project: Story, ending: str) -> None:
    """Nothing stays patched, whether the run passes, fails or is interrupted."""
    text, arguments = ENDINGS[ending]
    project.file("finders.py", FINDERS)
    project.file("crashing.py", "def pytest_runtest_logreport(report): raise RuntimeError('a plugin crashes')\n")
    try:
        project.run(f"import app\nimport pytest\n\n{text}\n", "-p", "finders", "--cio-contract", *arguments)
    except KeyboardInterrupt:
        assert ending == "interrupt"
    assert (project.path / "finders.txt").read_text(encoding="utf-8") == "[]"


def test_no_loop_thread_or_socket_is_left(project: Story) -> None:
    """No event loop, thread or descriptor of ours is left, and no warning names a line of the application."""
    report: dict[str, Any] = project.report(
        """
        import asyncio
        import gc
        import os
        import threading
        import warnings
        import app
        import pytest

        def test_one():
            for _ in range(2):  # the first time clients make what they keep
                gc.collect()
                threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
                for send in app.SENDERS.values():
                    assert send(app.URL, app.GOOD)[0] == 200
                gc.collect()
            assert threading.active_count() <= threads
            assert len(os.listdir("/proc/self/fd")) <= files
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with pytest.raises(RuntimeError):
                    asyncio.get_running_loop()
        """,
        *GATE,
    )
    assert json.dumps(report["tests"][0]["violations"]) == "[]"


REPLACED = {
    "open": "monkeypatch.setattr('builtins.open', mock.mock_open(read_data='x'))",
    "paths": """
    for name, text in {"read_text": "x", "read_bytes": b"x"}.items():
        monkeypatch.setattr(pathlib.Path, name, mock.Mock(return_value=text))""",
    "json": """
    for name in ("load", "loads", "dump", "dumps"):
        monkeypatch.setattr(json, name, mock.Mock(side_effect=RuntimeError(name)))""",
    "clock": "monkeypatch.setattr(time, 'time', clock := mock.Mock(side_effect=[]))",
    "frozen": "monkeypatch.setattr(time, 'time', lambda: 0.0)",
    "socket": """
    for name in ("socket", "getaddrinfo"):
        monkeypatch.setattr(socket, name, mock.Mock(side_effect=RuntimeError(name)))""",
    "frames": "monkeypatch.setattr(sys, '_getframe', mock.Mock(side_effect=RuntimeError))",
    "warnings": "monkeypatch.setattr('warnings.warn', mock.Mock(side_effect=RuntimeError))",
    "logging": "monkeypatch.setattr(logging.Logger, 'makeRecord', mock.Mock(side_effect=RuntimeError))",
    "environment": "monkeypatch.setattr(os, 'environ', {})",
    "directory": "monkeypatch.chdir(tmp_path)",
}


@pytest.mark.parametrize("what", REPLACED)
def test_what_a_test_replaces_is_not_ours_to_need(project: Story, what: str) -> None:
    """Given a mock in place of files, clocks or json, we do not call the mock, and the verdict is the same."""
    result = project.run(
        f"""
        import json
        import logging
        import os
        import pathlib
        import socket
        import sys
        import time
        from unittest import mock
        import app

        def test_good(monkeypatch, tmp_path):
            {REPLACED[what].strip().replace(chr(10), chr(10) + " " * 8)}
            assert app.by_http_client(app.URL.replace("https", "http"), app.GOOD)[0] == 200

        def test_broken(monkeypatch, tmp_path):
            {REPLACED[what].strip().replace(chr(10), chr(10) + " " * 8)}
            assert app.by_http_client(app.URL.replace("https", "http"), app.MILLISECONDS)[0] == 200
        """,
        "--cio-contract",
        "-ocio_allow=not-https: on purpose",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        ["track.event $.timestamp: expected unix seconds, got 1764000000000, milliseconds: divide by 1000"]
    )


def test_warnings_name_the_line_of_the_application(project: Story) -> None:
    """A library that warns of what its caller does counts frames: those of ours between the two do not count."""
    project.file(
        "warned.py",
        """
        import asyncio
        import aiohttp
        import customerio
        import urllib3

        AUTH = aiohttp.BasicAuth("site", "key")
        URL = "https://track.customer.io/api/v1/customers/42"

        async def by_aiohttp():
            async with aiohttp.ClientSession(auth=AUTH) as session:  # session
                async with session.put(URL, json={}, auth=AUTH):  # call
                    pass
            async with aiohttp.request("PUT", URL, json={}, auth=AUTH):  # function
                pass

        def by_urllib3():
            urllib3.PoolManager().request("GET", "127.0.0.1:9", retries=False)

        def by_sdk():
            customerio.CustomerIO("site", "key", json_encoder=print)  # sdk
        """,
    )
    result = project.run(
        """
        import asyncio
        import pathlib
        import warnings
        import pytest
        import warned

        def lines(call):
            with warnings.catch_warnings(record=True) as found:
                warnings.simplefilter("always")
                call()
            text = pathlib.Path(warned.__file__).read_text().splitlines()
            return [
                text[one.lineno - 1].rpartition("# ")[2] if one.filename == warned.__file__ else one.filename
                for one in found
                if "BasicAuth is" not in str(one.message)
            ]

        def test_one():
            assert lines(lambda: asyncio.run(warned.by_aiohttp())) == ["session", "call", "function"]
            assert lines(warned.by_sdk) == ["sdk"]

        def test_beneath_the_client():
            found = lines(lambda: pytest.raises(Exception, warned.by_urllib3))
            assert [one.rpartition("urllib3")[2].strip("/\\\\") for one in found] == ["_request_methods.py"]
        """,
        "--cio-contract",
        "-Wignore:BasicAuth",
    )
    result.assert_outcomes(passed=2)


def test_pytest_shows_no_frame_of_ours(project: Story) -> None:
    """In the traceback of an error that a client raises, and of those beneath it, every frame of ours is hidden."""
    result = project.run(
        """
        import app
        import pytest

        def shown(error):
            while error is not None:
                trace = error.__traceback__
                while trace is not None:
                    frame = trace.tb_frame
                    hidden = frame.f_locals.get("__tracebackhide__", frame.f_globals.get("__tracebackhide__"))
                    if str(frame.f_globals.get("__name__")).startswith("pytest_customerio.") and not hidden:
                        yield f"{frame.f_globals['__name__']}.{frame.f_code.co_name}"
                    trace = trace.tb_next
                error = error.__cause__ or error.__context__

        FAULTS = ("connection-reset", "read-timeout", "connect-timeout", "dns-failure", "tls-failure", "truncated-body")

        @pytest.mark.parametrize("name", app.SENDERS)
        def test_one(name, cio):
            for fault in FAULTS:
                with cio.replay(fault), pytest.raises(Exception) as caught:
                    app.SENDERS[name](app.URL, app.GOOD)
                assert list(shown(caught.value)) == [], fault
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=len(HEARD))

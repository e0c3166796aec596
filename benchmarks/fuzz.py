"""Whether the plugin changes what a client does: calls with odd arguments, with and without it.

    python benchmarks/fuzz.py                      # 20 000 calls, drawn from seed 1
    python benchmarks/fuzz.py --calls 500 --seed 7 --client requests
    python benchmarks/fuzz.py --tls                # the same over TLS, as Customer.io is called

Each call is made against an echo on the loopback without the plugin, then again with a session of the plugin that
answers in its place. Status, body (what was sent, as the server saw it) and exceptions with their arguments, causes and
contexts are compared. Prints each difference, and exits with 1 if there is one.

Processes of their own make a thousand calls each, and have a limit of time. A call that does not end without the
plugin, such as one with 10**20 retries, is given up and not compared.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import functools
import http.client
import io
import json
import logging
import os
import random
import re
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import certifi
import httpx
import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry, Timeout

from pytest_customerio.clients.transport.http1 import CONTINUE, RequestParser, serialize
from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.core.settings import Settings
from pytest_customerio.running.checked.checked import Plan
from pytest_customerio.running.session import Session

try:
    import httpx2
except ImportError:
    httpx2 = None  # type: ignore[assignment]

# Seconds until a client gives up on a server that waits for the rest of a request: in all calls, then in those that
# differed.
PATIENCE = (0.2, 1.0, 3.0)
# Seconds that the server waits for the rest of a request: then it hangs up, so that a call without a limit ends too. No
# call has to end in the same way there, because that depends on the server.
IDLE = 4.0
# Seconds until a call is given up.
CALL_LIMIT = 8.0
# Calls of one process, and the seconds until it is ended.
PART, PART_LIMIT = 1000, 900
limits = {"patience": PATIENCE[0]}


def patience() -> float:
    """Seconds until a client gives up now."""
    return limits["patience"]


# One certificate in the place of the hundred and fifty that each new client of httpx and httpx2 reads, which took 36 of
# the 45 ms of CPU that a call cost. No call shakes hands.
# With --tls the one is that of the echo. `ssl` finds it in the environment.
SOME_AUTHORITY = str(Path(__file__).resolve().parent.parent / "tests" / "data" / "authority.pem")
AUTHORITY = os.environ.get("SSL_CERT_FILE", SOME_AUTHORITY)
# The file with the certificate of the echo, where that speaks TLS.
CERTIFICATE = "FUZZ_CERTIFICATE"
BUNDLES = (certifi.where(), ssl.get_default_verify_paths().openssl_cafile)


def read_few_certificates() -> None:
    """Let a context read `AUTHORITY` in the place of the certificates of the machine."""
    load = ssl.SSLContext.load_verify_locations

    def loaded(self: ssl.SSLContext, cafile: Any = None, capath: Any = None, cadata: Any = None) -> None:
        if cafile in BUNDLES:
            cafile, capath = AUTHORITY, None
        load(self, cafile, capath, cadata)

    ssl.SSLContext.load_verify_locations = loaded  # type: ignore[method-assign]


# What a client adds by itself: not all of it is there beneath urllib3, where the plugin answers.
OWN = ("user-agent", "host", "accept-encoding", "content-length", "transfer-encoding", "connection")
JSON = (("Content-Type", "application/json"),)
Make = Callable[[], Any]
HUNG_UP = re.compile(r"RemoteDisconnected|RemoteProtocolError|ServerDisconnectedError")
ENDLESS = "does not end"


class EndlessError(BaseException):
    """A call that is given up; no client catches it."""


def give_up(number: int, frame: object) -> None:
    """The handler of the alarm."""
    raise EndlessError


def echo(request: WireRequest) -> Answer:
    """The answer of both servers: what the request was."""
    path = "" if request.method == "CONNECT" else request.url.partition("://")[2].partition("/")[2]
    headers = {name: value.strip() for name, value in request.headers.items() if name not in OWN}
    headers = {name: re.sub(r"boundary=\S+", "boundary=…", value) for name, value in headers.items()}
    body = re.sub(rb"[0-9a-f]{32}", b"boundary", request.body)[:4000].decode("latin-1")
    shown = {"method": request.method, "path": path, "headers": headers, "body": body}
    return Answer(200, "OK", JSON, json.dumps(shown, sort_keys=True).encode())


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        parser = RequestParser("http://x")
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(IDLE)
        continued = False
        with contextlib.suppress(OSError):
            if isinstance(self.server, _Server) and self.server.context is not None:
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
            while data := self.request.recv(65536):
                for request in parser.feed(data):
                    if request.method == "0":  # the end of chunks that no header announced, and no request
                        return
                    continued = False
                    self.request.sendall(serialize(echo(request), request.method))
                if parser.expects_continue and not continued:
                    continued = True
                    self.request.sendall(CONTINUE)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    context: ssl.SSLContext | None = None


@contextlib.contextmanager
def echoing() -> Iterator[str]:
    """An echo on the loopback, over TLS where there is a certificate."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        scheme = "http"
        if CERTIFICATE in os.environ:
            scheme, server.context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            server.context.load_cert_chain(os.environ[CERTIFICATE])
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"{scheme}://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@contextlib.contextmanager
def watched(url: str) -> Iterator[None]:
    """A session of the plugin that takes the server for Customer.io and answers as that does."""
    session = Session(Settings(contract=True, hosts=(url,)))
    session.open()
    session._traffic._answer = answered  # type: ignore[method-assign]
    session.begin(Plan("fuzz.py::fuzz", checked=True))
    try:
        yield
    finally:
        session.end()
        session.close()


def answered(test: Any, hearing: Any, request: WireRequest) -> Answer:
    """In the place of the answer that is on file."""
    hearing.interaction.attempts += 1
    return echo(request)


class Odd:
    """An object that no client knows."""

    def __repr__(self) -> str:
        return "<Odd>"


class Text(str):
    """A text that is not quite one."""

    __slots__ = ()


class Failing(io.RawIOBase):
    """A file that cannot be read."""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        raise OSError(5, "broken file")


def chunks(*parts: Any) -> Iterator[Any]:
    """Parts of a body."""
    yield from parts


def failing() -> Iterator[bytes]:
    """A body that breaks off."""
    yield b"a"
    raise KeyError("broken body")


async def achunks(*parts: Any) -> Any:
    """Parts of a body, for asyncio."""
    for part in parts:
        yield part


def same(value: Any) -> Make:
    """Makes this value each time."""
    return lambda: value


PLAIN: list[Make] = [
    *map(same, (None, True, False, 0, 1, -1, 3.5, "", "x", b"", b"x", "é", "\ud800", "a\r\nb", "\x00", ())),
    *map(same, (float("nan"), float("inf"), -0.0, 10**20, 1e300, "5", "0", "none", Text("text"), 1j, ...)),
    *(Odd, list, dict, set, bytearray, lambda: ["a"], lambda: {"a": 1}, lambda: ("a", 1), lambda: repr),
    *(lambda: [("a", "b")], lambda: {"a": None}, lambda: {1: 2}, lambda: {b"a": b"b"}, lambda: {"a": ["b", "c"]}),
]
BODIES: list[Make] = [
    *(lambda: io.BytesIO(b"file"), lambda: io.StringIO("té"), Failing, failing, lambda: memoryview(b"view")),
    *(lambda: chunks(b"a", b"b"), lambda: chunks("a", "é"), lambda: chunks(b"a", 1), chunks),
    *(lambda: chunks(b"", b"a", b""), lambda: iter([b"a"]), lambda: [b"a", b"b"], lambda: {"name": "é"}),
    *(
        lambda: achunks(b"a", b"b"),
        lambda: achunks("a"),
        lambda: (b"a",),
        lambda: bytearray(b"ba"),
        lambda: "é" * 70000,
    ),
    *(lambda: b"x" * 200_000, lambda: {"a": float("nan")}, lambda: {"a": Odd()}, lambda: [1, {"b": "\ud800"}]),
]
HEADERS: list[Make] = [
    *(lambda: {"X-A": "b"}, lambda: {"X-A": 1}, lambda: {"X-A": None}, lambda: {"X-A": "é"}, lambda: {"X-A": b"b"}),
    *(lambda: {"X-A": "a\r\nX-B: c"}, lambda: {"": "a"}, lambda: {"X A": "b"}, lambda: {"X-A": " b "}),
    *(
        lambda: {b"X-A": "b"},
        lambda: {"X-A": "\ud800"},
        lambda: {"X-A": ""},
        lambda: {"X-É": "b"},
        lambda: [("a", "b")],
    ),
    *(lambda: {"Content-Length": "0"}, lambda: {"Content-Length": "x"}, lambda: {"Transfer-Encoding": "chunked"}),
    *(lambda: {"Host": "other.example"}, lambda: {"Expect": "100-continue"}, lambda: {"Connection": "close"}),
    *(lambda: {"Authorization": "x"}, lambda: {"Accept-Encoding": None}, lambda: {"Content-Type": b"text/plain"}),
    *(lambda: {"Content-Encoding": "gzip"}, lambda: {"X-A": Odd()}, lambda: {"X-A": ["b"]}, lambda: {"Cookie": "a=b"}),
]
TIMEOUTS: list[Make] = [
    *map(same, (None, 5, 5.0, "5", b"5", 0, -1, -0.5, float("nan"), float("inf"), 10**10, 10**20, True, False)),
    *map(same, ((5, 5), ("5", 5), (5, "5"), (None, None), (5,), (5, 5, 5), (0, 5), ())),
    *(Odd, dict, lambda: [5, 5]),
]
AUTHS: list[Make] = [
    *map(same, ("x", b"x", ("a", "b"), ("a",), ("a", None), ("é", "ü"), ("a", 1), (b"a", b"b"), ("a:b", "c"), 5)),
    *(Odd, lambda: ["a", "b"], lambda: repr),
]
METHODS: list[Make] = list(
    map(
        same,
        ("GET", "post", "PUT", "HEAD", "DELETE", "OPTIONS", "CONNECT", "", "G T", "GÉT", b"POST", None, 1, "X\r\n"),
    )
)
PATHS: list[Make] = list(
    map(
        same,
        (
            *("/a", "/a?b=c", "/é", "/%zz", "/a b", "/a#f", "", "/\ud800", "/a\r\nb", "//a", "/../a", "?a", "/a;b"),
            *("/\x00", "/a%2Fb", "/ä?ö=ü", "/" + "a" * 3000, "\\a", "/a?b=%é"),
        ),
    )
)


class Client:
    """One way to send a request. `call` takes the URL of the server, the path, the method, and named arguments."""

    def __init__(self, name: str, call: Callable[..., tuple[Any, Any]], **arguments: list[Make]) -> None:
        self.name, self.call, self.arguments = name, call, arguments


def by_requests(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(method, url + path, **{"timeout": patience(), **options})
        return response.status_code, response.content


def by_requests_function(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    response = requests.request(method, url + path, **{"timeout": patience(), **options})
    return response.status_code, response.content


def by_requests_retry(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    with requests.Session() as session:
        session.mount(url, HTTPAdapter(max_retries=Retry(2, backoff_factor=0)))
        response = session.request(method, url + path, **{"timeout": patience(), **options})
        return response.status_code, response.content


def by_urllib3(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    with urllib3.PoolManager() as pool:
        response = pool.request(method, url + path, **{"timeout": patience(), "retries": False, **options})
        return response.status, response.data


def by_urllib3_pool(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    with urllib3.connection_from_url(url) as pool:
        response = pool.urlopen(method, path, **{"timeout": Timeout(patience()), "retries": 1, **options})
        return response.status, response.data


def by_urllib3_settings(url: str, path: Any, method: Any, **settings: Any) -> tuple[Any, Any]:
    with urllib3.PoolManager(**{"timeout": patience(), "retries": False, **settings}) as pool:
        response = pool.request(method, url + path)
        return response.status, response.data


def by_httpx(module: Any, url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    with module.Client(trust_env=False, timeout=patience()) as client:
        response = client.request(method, url + path, **options)
        return response.status_code, response.content


def by_httpx_settings(module: Any, url: str, path: Any, method: Any, **settings: Any) -> tuple[Any, Any]:
    with module.Client(trust_env=False, **{"timeout": patience(), **settings}) as client:
        response = client.request(method, url + path)
        return response.status_code, response.content


def by_httpx_transport(module: Any, url: str, path: Any, method: Any, **settings: Any) -> tuple[Any, Any]:
    transport = module.HTTPTransport(trust_env=False, **settings)
    with module.Client(trust_env=False, timeout=patience(), transport=transport) as client:
        response = client.request(method, url + path)
        return response.status_code, response.content


def by_async_httpx(module: Any, url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    async def send() -> tuple[Any, Any]:
        async with module.AsyncClient(trust_env=False, timeout=patience()) as client:
            response = await client.request(method, url + path, **options)
            return response.status_code, response.content

    return asyncio.run(send())


def by_aiohttp(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    async def send() -> tuple[Any, Any]:
        limit = aiohttp.ClientTimeout(patience())
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.request(method, url + path, **options) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(send())


def by_aiohttp_timeout(url: str, path: Any, method: Any, **given: Any) -> tuple[Any, Any]:
    return by_aiohttp(url, path, method, timeout=aiohttp.ClientTimeout(**{"total": patience(), **given}))


def by_aiohttp_settings(url: str, path: Any, method: Any, **settings: Any) -> tuple[Any, Any]:
    async def send() -> tuple[Any, Any]:
        limit = aiohttp.ClientTimeout(patience())
        async with (
            aiohttp.ClientSession(**{"timeout": limit, **settings}) as session,
            session.request(method, url + path) as response,
        ):
            return response.status, await response.read()

    return asyncio.run(send())


def connection(url: str) -> type[http.client.HTTPConnection]:
    """The class of `http.client` for this server."""
    return http.client.HTTPSConnection if url.startswith("https") else http.client.HTTPConnection


def by_http_client(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    settings = {name: options.pop(name) for name in ("timeout", "source_address") if name in options}
    conn = connection(url)(url.partition("//")[2], **{"timeout": patience(), **settings})
    with contextlib.closing(conn):
        conn.request(method, path, **options)
        response = conn.getresponse()
        return response.status, response.read()


def by_steps(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    conn = connection(url)(url.partition("//")[2], timeout=patience())
    with contextlib.closing(conn):
        conn.putrequest(method, path, skip_host=bool(options.get("skip_host")))
        for name, value in dict(options.get("headers") or {}).items():
            conn.putheader(name, value)
        conn.endheaders(options.get("message_body"))
        if "data" in options:
            conn.send(options["data"])
        response = conn.getresponse()
        return response.status, response.read()


def by_urllib(url: str, path: Any, method: Any, **options: Any) -> tuple[Any, Any]:
    limit = options.pop("timeout", patience())
    request = urllib.request.Request(url + path, method=method, **options)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=limit) as response:
        return response.status, response.read()


def both_httpx(module: Any) -> list[Client]:
    name = module.__name__
    anything = [*PLAIN, *BODIES]
    arguments: dict[str, list[Make]] = {
        "content": anything,
        "data": anything,
        "json": anything,
        "params": PLAIN,
        "headers": [*PLAIN, *HEADERS],
        "auth": [*PLAIN, *AUTHS],
        "timeout": [*TIMEOUTS, lambda: module.Timeout(5, read="5"), lambda: module.Timeout(5, connect="5")],
        "cookies": PLAIN,
        "files": [*PLAIN, lambda: {"f": b"a"}, lambda: {"f": ("n", io.BytesIO(b"x"))}],
        "follow_redirects": PLAIN,
        "extensions": [*PLAIN, lambda: {"timeout": {"read": "5"}}, lambda: {"sni_hostname": 5}],
    }
    settings: dict[str, list[Make]] = {
        "verify": PLAIN,
        "cert": PLAIN,
        "timeout": TIMEOUTS,
        "headers": [*PLAIN, *HEADERS],
        "base_url": PLAIN,
        "http1": PLAIN,
        "default_encoding": PLAIN,
        "auth": AUTHS,
        "event_hooks": PLAIN,
    }
    transport: dict[str, list[Make]] = {
        "local_address": [*PLAIN, same("127.0.0.1"), same("203.0.113.1")],
        "retries": PLAIN,
        "socket_options": [*PLAIN, lambda: [(1, 2, 3)], lambda: [("a",)], lambda: [(6, 1, 1)]],
        "verify": PLAIN,
    }
    return [
        Client(name, functools.partial(by_httpx, module), **arguments),
        Client(f"{name}-settings", functools.partial(by_httpx_settings, module), **settings),
        Client(f"{name}-transport", functools.partial(by_httpx_transport, module), **transport),
        Client(f"{name}-async", functools.partial(by_async_httpx, module), **arguments),
    ]


def clients() -> list[Client]:
    """Every client, with the arguments that it takes."""
    anything = [*PLAIN, *BODIES]
    by_name: dict[str, list[Make]] = {"headers": [*PLAIN, *HEADERS], "timeout": TIMEOUTS}
    of_requests = by_name | {
        "data": anything,
        "json": anything,
        "params": PLAIN,
        "auth": [*PLAIN, *AUTHS],
        "cookies": PLAIN,
        "files": [*PLAIN, lambda: {"f": b"a"}, lambda: {"f": ("n", io.BytesIO(b"x"))}],
        "allow_redirects": PLAIN,
        "verify": PLAIN,
        "cert": PLAIN,
        "stream": PLAIN,
        "hooks": PLAIN,
    }
    of_urllib3 = by_name | {
        "body": anything,
        "retries": [*PLAIN, lambda: Retry(1, backoff_factor=0), lambda: Retry(False)],
        "redirect": PLAIN,
        "preload_content": PLAIN,
        "decode_content": PLAIN,
        "chunked": PLAIN,
    }
    settings: dict[str, list[Make]] = {
        "timeout": [*TIMEOUTS, lambda: Timeout(connect=float("nan")), lambda: Timeout(5, read=float("inf"))],
        "headers": [*PLAIN, *HEADERS],
        "source_address": [*PLAIN, same(("127.0.0.1", 0)), same(("203.0.113.1", 0)), same(("x", "y"))],
        "socket_options": [*PLAIN, lambda: [(1, 2, 3)], lambda: [("a",)], lambda: [(6, 1, 1)]],
        "maxsize": PLAIN,
        "block": PLAIN,
        "num_pools": PLAIN,
        "blocksize": PLAIN,
    }
    of_aiohttp = {
        "data": anything,
        "json": anything,
        "params": PLAIN,
        "headers": [*PLAIN, *HEADERS],
        "auth": [*PLAIN, *AUTHS],
        "timeout": TIMEOUTS,
        "ssl": PLAIN,
        "cookies": PLAIN,
        "allow_redirects": PLAIN,
        "compress": PLAIN,
        "chunked": PLAIN,
        "expect100": PLAIN,
        "skip_auto_headers": PLAIN,
        "max_redirects": PLAIN,
        # With --tls the echo has a certificate for its address only.
        "server_hostname": [make for make in PLAIN if not isinstance(make(), str) or not make()],
        "read_until_eof": PLAIN,
        "raise_for_status": PLAIN,
        "trace_request_ctx": PLAIN,
        "version": PLAIN,
        "proxy_headers": PLAIN,
        "unknown": PLAIN,
    }
    by_limit = dict.fromkeys(("total", "connect", "sock_connect", "ceil_threshold"), TIMEOUTS)
    # With a limit that is over at once, or no number, the loop decides whether the answer or its end comes first.
    by_limit["sock_read"] = [make for make in TIMEOUTS if make() not in (-1, -0.5) and make() == make()]
    by_session = {
        **dict.fromkeys(("base_url", "cookies", "json_serialize", "version", "conn_timeout"), PLAIN),
        **dict.fromkeys(("connector_owner", "raise_for_status", "auto_decompress", "skip_auto_headers"), PLAIN),
        "headers": [*PLAIN, *HEADERS],
        "auth": [*PLAIN, *AUTHS],
        "timeout": TIMEOUTS,
        "connector": [
            lambda: aiohttp.TCPConnector(local_addr=("203.0.113.1", 0)),
            lambda: aiohttp.TCPConnector(ssl=False),
        ],
    }
    of_http_client: dict[str, list[Make]] = {
        "body": anything,
        "headers": [*PLAIN, *HEADERS],
        "encode_chunked": PLAIN,
        "timeout": TIMEOUTS,
        "source_address": settings["source_address"],
    }
    return [
        Client("requests", by_requests, **of_requests),
        Client("requests.request", by_requests_function, **of_requests),
        Client("requests-retry", by_requests_retry, **of_requests),
        Client("urllib3", by_urllib3, **of_urllib3, fields=PLAIN, json=anything),
        Client("urllib3-pool", by_urllib3_pool, **of_urllib3, assert_same_host=PLAIN, release_conn=PLAIN),
        Client("urllib3-settings", by_urllib3_settings, **settings),
        *both_httpx(httpx),
        *(both_httpx(httpx2) if httpx2 is not None else []),
        Client("aiohttp", by_aiohttp, **of_aiohttp),
        Client("aiohttp-timeout", by_aiohttp_timeout, **by_limit),
        Client("aiohttp-settings", by_aiohttp_settings, **by_session),
        Client("http.client", by_http_client, **of_http_client),
        Client("http.client-steps", by_steps, headers=HEADERS, message_body=anything, data=anything, skip_host=PLAIN),
        Client("urllib.request", by_urllib, data=anything, headers=[*PLAIN, *HEADERS], timeout=TIMEOUTS),
    ]


Case = tuple[Client, Make, Make, dict[str, Make]]


def drawn(calls: int, seed: int, only: str, first: int = 0) -> list[Case]:
    """The calls of a part of this seed: each with one to three odd things."""
    rolls = random.Random(f"{seed} {first}")
    which = [client for client in clients() if not only or client.name == only]
    cases: list[Case] = []
    for _ in range(calls):
        client = rolls.choice(which)
        names = rolls.sample(sorted(client.arguments), min(rolls.choice((1, 1, 2, 3)), len(client.arguments)))
        options = {name: rolls.choice(client.arguments[name]) for name in names}
        path = rolls.choice(PATHS) if rolls.random() < 0.15 else same("/a")
        method = rolls.choice(METHODS) if rolls.random() < 0.15 else same("POST")
        cases.append((client, path, method, options))
    return cases


def outcome(case: Case, url: str) -> list[str]:
    """What a call ends with: status and body, or the exceptions."""
    client, path, method, options = case
    signal.setitimer(signal.ITIMER_REAL, CALL_LIMIT)
    try:
        status, body = client.call(url, path(), method(), **{name: make() for name, make in options.items()})
    except EndlessError:
        return [ENDLESS]
    except (Exception, SystemExit, asyncio.CancelledError) as error:  # every outcome is compared
        return list(chain(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return [normal(f"{status!r} {body!r}")]


def chain(error: BaseException | None, seen: tuple[int, ...] = ()) -> Iterator[str]:
    """An exception, then its causes and contexts."""
    if error is None or id(error) in seen or len(seen) > 8:
        return
    yield normal(f"{type(error).__module__}.{type(error).__qualname__}{error.args!r}")
    for name in ("__cause__", "__context__"):
        for text in chain(getattr(error, name), (*seen, id(error))):
            yield f"{name} {text}"


def normal(text: str) -> str:
    """Without addresses in memory and what differs from call to call."""
    text = re.sub(r"0x[0-9a-f]{6,}", "0x…", text)
    text = re.sub(r"Cancelled via cancel scope .*", "Cancelled", text, flags=re.DOTALL)
    text = re.sub(r"\d+\.\d+ seconds", "… seconds", text)
    return re.sub(r"boundary=[^'\"\\]+|[0-9a-f]{32}", "boundary", text)


def shown(case: Case) -> str:
    """A call, as a reader can repeat it."""
    client, path, method, options = case
    given = ", ".join(f"{name}={make()!r:.60}" for name, make in options.items())
    return f"{client.name}: {method()!r} {path()!r:.40} {given}"


def compare(cases: list[Case], *, limit: int = 40) -> Counter[str]:
    """Print the differences; returns their number for each client."""
    signal.signal(signal.SIGALRM, give_up)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.unraisablehook = lambda _: None
    read_few_certificates()
    without: dict[int, list[str]] = {}
    ours: dict[int, list[str]] = {}
    differing = list(range(len(cases)))
    with echoing() as url:
        for seconds in PATIENCE:  # a slow machine lets calls time out
            limits["patience"] = seconds
            without |= {index: outcome(cases[index], url) for index in differing}
            differing = [index for index in differing if comparable(without[index])]
            if not differing:
                break
            with watched(url):
                ours |= {index: outcome(cases[index], url) for index in differing}
            differing = [index for index in differing if without[index] != ours[index]]
    for index in differing[:limit]:
        print(f"{shown(cases[index])}\n  without  " + "\n           ".join(text[:300] for text in without[index]))
        print("  with     " + "\n           ".join(text[:300] for text in ours[index]))
    return Counter(cases[index][0].name for index in differing)


def comparable(ended: list[str]) -> bool:
    """Whether a call has to end in the same way with the plugin."""
    return ended != [ENDLESS] and not any(map(HUNG_UP.search, ended))


def part(given: argparse.Namespace, first: int) -> Counter[str] | None:
    """Have a process of its own compare a part of the calls; None where that did not end as it should."""
    command = [sys.executable, __file__, "--calls", str(given.calls), "--seed", str(given.seed)]
    command += ["--client", given.client, "--first", str(first)]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=PART_LIMIT, check=True)
    except subprocess.SubprocessError as error:
        print(f"calls {first} to {first + PART}: {error}")
        return None
    *differences, counts = done.stdout.splitlines()
    print(*differences, sep="\n", end="\n" if differences else "", flush=True)
    return Counter(json.loads(counts))


@contextlib.contextmanager
def certificates(*, wanted: bool) -> Iterator[None]:
    """Let the processes of the parts speak TLS, and every client there trust their echo."""
    with tempfile.TemporaryDirectory() as folder:
        if wanted:
            import trustme

            authority = trustme.CA()
            names = {"SSL_CERT_FILE": f"{folder}/authority.pem", CERTIFICATE: f"{folder}/echo.pem"}
            authority.cert_pem.write_to_path(names["SSL_CERT_FILE"])
            authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(names[CERTIFICATE])
            os.environ.update(names, REQUESTS_CA_BUNDLE=names["SSL_CERT_FILE"])
        yield


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--client", default="", help="only this one, such as requests or aiohttp-timeout")
    parser.add_argument("--tls", action="store_true", help="against an echo that speaks TLS")
    parser.add_argument("--first", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.first is not None:
        faulthandler.dump_traceback_later(PART_LIMIT - 10, exit=True)
        calls = min(PART, given.calls - given.first)
        print(json.dumps(compare(drawn(calls, given.seed, given.client, given.first))))
        return 0
    with certificates(wanted=given.tls):
        parts = [part(given, first) for first in range(0, given.calls, PART)]
    count = sum(filter(None, parts), Counter())
    unknown = f", {parts.count(None)} parts without a result" * (None in parts)
    print(f"{given.calls} calls, seed {given.seed}: {count.total()} differ {dict(count) or ''}".rstrip() + unknown)
    return 1 if count or None in parts else 0


if __name__ == "__main__":
    sys.exit(main())

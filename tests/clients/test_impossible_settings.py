"""What a live client refuses is refused in the same way where we answer: the same calls against a loopback server."""

from __future__ import annotations

import asyncio
import gc
import http.client
import re
import socket
import ssl
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import pytest
import requests
import trio
import urllib3
from tapping import FakeTraffic, Listener

from pytest_customerio.clients import registry
from pytest_customerio.clients.http import urllib3_written

httpx2 = pytest.importorskip("httpx2")

NAN, SERVER = float("nan"), ("203.0.113.1", 0)
Call = Callable[[str], object]


def by_requests(**options: Any) -> Call:
    return lambda url: requests.post(url, data=b"a", **options).status_code


def by_urllib3(**settings: Any) -> Call:
    return lambda url: urllib3.PoolManager(retries=False, **settings).request("POST", url, body=b"a").status


def by_httpx(module: Any = httpx, **settings: Any) -> Call:
    def call(url: str) -> object:
        with module.Client(**settings) as client:
            return client.post(url, content=b"a").status_code

    return call


def by_httpx_async(module: Any = httpx, run: Any = asyncio.run, name: Any = None, **settings: Any) -> Call:
    more = {} if name is None else {"extensions": {"sni_hostname": name}}

    def call(url: str) -> object:
        async def send() -> object:
            async with module.AsyncClient(**settings) as client:
                return (await client.post(url, content=b"a", **more)).status_code

        return run(send) if run is trio.run else run(send())

    return call


def by_aiohttp(local: Any = None, **limits: Any) -> Call:
    async def send(url: str) -> object:
        async with (
            aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(**limits), connector=aiohttp.TCPConnector(local_addr=local)
            ) as session,
            session.post(url, data=b"a") as response,
        ):
            return response.status

    return lambda url: asyncio.run(send(url))


def by_factory(factory: Any) -> Call:
    return lambda url: asyncio.run(_aiohttp_status(url, {"socket_factory": factory}, {}))


def no_socket(info: Any) -> Any:
    raise PermissionError(13, "no socket for you")


def by_http_client(**settings: Any) -> Call:
    def call(url: str) -> object:
        conn = http.client.HTTPConnection(url.split("/")[2], **settings)
        conn.request("POST", "/a", b"a")
        return conn.getresponse().status

    return call


def by_urllib(timeout: Any) -> Call:
    return lambda url: urllib.request.urlopen(url, b"a", timeout=timeout).status


def local(module: Any, address: Any, kind: str = "HTTPTransport") -> Any:
    return getattr(module, kind)(local_address=address)


CALLS: dict[str, Call] = {
    "requests-text": by_requests(timeout="5"),
    "requests-0": by_requests(timeout=0),
    "requests-nan": by_requests(timeout=NAN),
    "requests-nan-read": by_requests(timeout=(5, NAN)),
    "requests-proxy": by_requests(proxies={"http": "sox://x"}),
    "urllib3-nan": by_urllib3(timeout=NAN),
    "urllib3-address": by_urllib3(source_address=SERVER),
    "urllib3-name": by_urllib3(source_address=("no such name", 0)),
    "urllib3-options": by_urllib3(socket_options=[("a",)]),
    "http.client-text": by_http_client(timeout="5"),
    "http.client-0": by_http_client(timeout=0),
    "http.client-address": by_http_client(source_address=SERVER),
    "urllib-text": by_urllib("5"),
    "urllib-0": by_urllib(0),
    "aiohttp-text": by_aiohttp(sock_connect="5"),
    "aiohttp-nan": by_aiohttp(connect=NAN),
    "aiohttp-connect-nan": by_aiohttp(sock_connect=NAN),
    "aiohttp-threshold": by_aiohttp(sock_connect=5, ceil_threshold=()),
    "aiohttp-read": by_aiohttp(sock_read="5"),
    "aiohttp-address": by_aiohttp(local=SERVER),
    "aiohttp-factory": by_factory(no_socket),
    "aiohttp-no-factory": by_factory("x"),
    "aiohttp-no-socket": by_factory(lambda info: None),
    **{
        f"{module.__name__}-{name}": call
        for module in (httpx, httpx2)
        for name, call in {
            "text": by_httpx(module, timeout="5"),
            "0": by_httpx(module, timeout=0),
            "read": by_httpx(module, timeout=module.Timeout(5, read="5")),
            "write": by_httpx(module, timeout=module.Timeout(5, write="5")),
            "address": by_httpx(module, transport=local(module, SERVER[0])),
            "async-text": by_httpx_async(module, timeout="5"),
            "async-0": by_httpx_async(module, timeout=0),
            "async-read": by_httpx_async(module, timeout=module.Timeout(5, read="5")),
            "async-write": by_httpx_async(module, timeout=module.Timeout(5, write=0)),
            "async-address": by_httpx_async(module, transport=local(module, SERVER[0], "AsyncHTTPTransport")),
            "async-bytes": by_httpx_async(module, transport=local(module, b"127.0.0.1", "AsyncHTTPTransport")),
            "trio-text": by_httpx_async(module, trio.run, timeout="5"),
            "trio-0": by_httpx_async(module, trio.run, timeout=0),
        }.items()
    },
}


# Timers at a moment that is no number.
ENDS_THE_LOOP = ("aiohttp-nan", "aiohttp-connect-nan")


def raised(call: Call, url: str) -> list[tuple[str, str]]:
    """The exception of a call and those beneath it."""
    with pytest.raises(Exception) as caught:
        call(url)
    chain: list[tuple[str, str]] = []
    error: BaseException | None = caught.value
    while error is not None:
        chain.append((f"{type(error).__module__}.{type(error).__qualname__}", str(error).partition(" at 0x")[0]))
        error = error.__cause__
    return chain


@pytest.fixture(scope="module")
def little_garbage() -> None:
    """Let a collection of garbage look at new objects only: each took longer than all else that a test here does."""
    gc.collect()
    gc.freeze()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # clients leave such sockets open
@pytest.mark.usefixtures("little_garbage")
@pytest.mark.parametrize("name", CALLS)
def test_a_setting_is_refused_as_by_a_real_socket(name: str) -> None:
    """The same exceptions in the same words, without the plugin and where we answer."""
    if name in ENDS_THE_LOOP and sys.version_info >= (3, 13):
        pytest.skip("since Python 3.13 asyncio.run ends with a ValueError once it waits for such a timer")
    if name == "aiohttp-read" and aiohttp.__version__.startswith("3.12."):
        pytest.skip("aiohttp 3.12 waits for ever")
    server = Listener()
    traffic = FakeTraffic()
    try:
        really = raised(CALLS[name], f"{server.url}/a")
        traffic.hosts = {("127.0.0.1", server.port)}
        undo = registry.install(traffic)
        try:
            assert raised(CALLS[name], f"{server.url}/a") == really
        finally:
            undo()
    finally:
        server.close()
        gc.collect()  # here, where a warning of a socket that a client left open is let through


@pytest.mark.parametrize(
    "call",
    [
        by_aiohttp(sock_connect=0),
        by_aiohttp(local=("127.0.0.1", 0)),
        by_httpx(transport=httpx.HTTPTransport(socket_options=[(6, 1, 1)])),
        by_httpx(timeout=True),
        by_urllib3(source_address=("127.0.0.1", 0)),
        by_http_client(timeout=10**9),
    ],
)
def test_an_odd_setting_that_works_is_answered(call: Call, tapped: FakeTraffic) -> None:
    """A setting that is unusual, but that a socket takes, changes nothing."""
    assert call("http://track.customer.io/api/v1/customers/42") == 200
    assert len(tapped.attempts) == 1


def test_a_factory_of_sockets_is_called_as_for_a_connection(tapped: FakeTraffic) -> None:
    """A factory of the application makes one socket, which is closed and never connected."""
    made: list[socket.socket] = []

    def factory(info: Any) -> socket.socket:
        made.append(socket.socket(*info[:3]))
        return made[0]

    assert by_factory(factory)("https://track.customer.io/api/v1/customers/42") == 200
    assert [one.fileno() for one in made] == [-1]
    assert len(tapped.attempts) == 1


@pytest.mark.parametrize(
    "call",
    [
        lambda url: requests.post(url, headers={"Transfer-Encoding": "chunked"}, timeout=2),
        lambda url: urllib3.request("POST", url, body=b"a", headers={"Content-Length": "9"}, timeout=2, retries=False),
    ],
)
def test_a_request_that_never_ends(call: Call, tapped: FakeTraffic) -> None:
    """The headers promise more than is sent, so that a server waits for the rest and does not answer."""
    with pytest.raises((requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError), match=r"read timeout=2"):
        call("https://track.customer.io/api/v1/customers/42")
    assert tapped.attempts == []


def test_headers_that_cannot_be_read_are_the_clients_own_error(tapped: FakeTraffic) -> None:
    """What a client raises for headers or a timeout that it cannot use is raised as without us."""
    with urllib3.connection_from_url("https://track.customer.io") as pool:
        with pytest.raises(AttributeError, match="'tuple' object has no attribute"):
            pool.urlopen("POST", "/a", headers=("a",), retries=False)
        with pytest.raises(ValueError, match="connect timeout to 0"):
            pool.urlopen("POST", "/a", timeout=0, retries=False)
        with pytest.raises(TypeError):
            pool.urlopen("POST", "/a", headers={"X-A": object()}, retries=False)  # type: ignore[dict-item]
    assert tapped.attempts == []


def test_a_body_over_every_limit_is_cut(tapped: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of a body is remembered than what exceeds the limits of the service."""
    monkeypatch.setattr(urllib3_written, "LIMIT", 300)
    by_body = urllib3.PoolManager(retries=False)
    by_body.request("POST", "https://track.customer.io/a", body=iter([b"a" * 200] * 9), timeout=5)
    assert 200 <= len(tapped.attempts[0].body) < 500


def test_files_that_urllib3_would_read(tapped: FakeTraffic, tmp_path: Path) -> None:
    """A CA bundle or a client certificate that is not there, or is none, raises what urllib3 raises in connecting."""
    url = "https://track.customer.io/api/v1/customers/42"
    broken = tmp_path / "broken.pem"
    broken.write_text("x")
    # urllib3 2.0 and 2.1 refuse the text of a bundle in a PoolManager with a TypeError.
    text = [{"ca_cert_data": "x"}] if "key_ca_cert_data" in urllib3.poolmanager.PoolKey._fields else []
    for settings in ({"ca_certs": "/nowhere"}, {"ca_certs": str(broken)}, *text):
        with pytest.raises(urllib3.exceptions.SSLError):
            by_urllib3(**settings)(url)
    with pytest.raises(urllib3.exceptions.SSLError):
        by_urllib3(cert_file=str(broken))(url)
    with pytest.raises(urllib3.exceptions.ProtocolError, match="FileNotFoundError"):
        by_urllib3(cert_file="/nowhere")(url)
    with pytest.raises(ssl.SSLError, match="PROTOCOL_TLS_SERVER"):
        http.client.HTTPSConnection("track.customer.io", context=ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)).connect()
    assert tapped.attempts == []


def unchecked() -> ssl.SSLContext:
    """A context that accepts any certificate."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _aiohttp_status(url: str, session: dict[str, Any], call: dict[str, Any]) -> int:
    connector = aiohttp.TCPConnector(**session)
    async with aiohttp.ClientSession(connector=connector) as client, client.post(url, **call) as response:
        return response.status


VERSIONS = (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2)


def no_protocol() -> ssl.SSLContext:
    """A context that allows no version of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version, context.maximum_version = VERSIONS
    return context


OF_SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
NO_HANDSHAKE: dict[str, tuple[Call, str]] = {
    "urllib3-versions": (
        by_urllib3(ssl_minimum_version=VERSIONS[0], ssl_maximum_version=VERSIONS[1]),
        "SSLError.*(NO_PROTOCOLS_AVAILABLE|UNSUPPORTED_PROTOCOL)",
    ),
    "urllib3-version": (by_urllib3(ssl_version="no"), "AttributeError.*PROTOCOL_no"),
    "urllib3-checks": (by_urllib3(cert_reqs=7), "ValueError.*verify_mode"),
    "urllib3-fingerprint": (by_urllib3(assert_fingerprint="aa"), "SSLError.*Fingerprint of invalid length"),
    "urllib3-name": (by_urllib3(server_hostname="a\0b"), "TypeError.*null bytes"),
    "urllib3-folder": (by_urllib3(ca_cert_dir="/nowhere"), "SSLError.*unable to get local issuer"),
    "requests-folder": (by_requests(verify=str(Path(__file__).parent)), "SSLError.*unable to get local issuer"),
    **{
        f"{module.__name__}-{name}": call
        for module in (httpx, httpx2)
        for name, call in {
            "number": (by_httpx(module, verify=5), "AttributeError.*set_alpn_protocols"),
            "async-number": (by_httpx_async(module, verify=5), "AttributeError.*set_alpn_protocols"),
            "protocol": (by_httpx(module, verify=no_protocol()), "ConnectError.*NO_PROTOCOLS_AVAILABLE"),
            "async-protocol": (by_httpx_async(module, verify=no_protocol()), "ConnectError.*NO_PROTOCOLS_AVAILABLE"),
            "async-name": (by_httpx_async(module, name=5), "AttributeError.*encode"),
            "async-server": (by_httpx_async(module, verify=OF_SERVER), "ConnectError.*PROTOCOL_TLS_SERVER"),
            "async-options": (
                by_httpx_async(module, transport=module.AsyncHTTPTransport(socket_options=[(999, 1, 1)])),
                r"ConnectError.*\[Errno",
            ),
        }.items()
    },
    "aiohttp-server": (
        lambda url: asyncio.run(_aiohttp_status(url, {}, {"ssl": OF_SERVER})),
        "ClientConnectorSSLError.*PROTOCOL_TLS_SERVER",
    ),
    "aiohttp-protocol": (
        lambda url: asyncio.run(_aiohttp_status(url, {"ssl": no_protocol()}, {})),
        "ClientConnectorSSLError.*NO_PROTOCOLS_AVAILABLE",
    ),
    "aiohttp-name": (
        lambda url: asyncio.run(_aiohttp_status(url, {}, {"server_hostname": "a\0b"})),
        "TypeError.*null bytes",
    ),
}


@pytest.mark.parametrize("name", NO_HANDSHAKE)
def test_what_no_handshake_can_begin_with(name: str, tapped: FakeTraffic) -> None:
    """Settings of TLS that are wrong whatever the server says raise the client's own error in connecting."""
    call, expected = NO_HANDSHAKE[name]
    with pytest.raises(Exception) as caught:
        call("https://track.customer.io/api/v1/customers/42")
    assert re.search(expected, f"{type(caught.value).__name__} {caught.value}")
    assert tapped.attempts == []


def test_settings_of_tls_that_work(tapped: FakeTraffic, tmp_path: Path) -> None:
    """A folder with certificates, one that nobody looks into, and versions that exist."""
    (tmp_path / "0123abcd.0").touch()
    for settings in ({"ca_cert_dir": "/nowhere", "cert_reqs": "NONE"}, {"ssl_minimum_version": VERSIONS[0]}):
        assert by_urllib3(**settings)("https://track.customer.io/api/v1/customers/42") == 200
    assert by_urllib3(ca_cert_dir=str(tmp_path))("https://track.customer.io/api/v1/customers/42") == 200
    assert len(tapped.attempts) == 3


UNVERIFIED: dict[str, Call] = {
    "requests": by_requests(verify=False),
    "urllib3": by_urllib3(cert_reqs="CERT_NONE"),
    "urllib3-context": by_urllib3(ssl_context=unchecked()),
    "httpx": by_httpx(verify=False),
    "httpx-async": by_httpx_async(verify=False),
    "httpx2": by_httpx(httpx2, verify=False),
    "aiohttp": lambda url: asyncio.run(_aiohttp_status(url, {}, {"ssl": False})),
    "aiohttp-context": lambda url: asyncio.run(_aiohttp_status(url, {}, {"ssl": unchecked()})),
    "aiohttp-connector": lambda url: asyncio.run(_aiohttp_status(url, {"ssl": False}, {})),
    "urllib": lambda url: urllib.request.urlopen(url, b"a", context=unchecked()),
}
VERIFIED: dict[str, Call] = {
    "requests": by_requests(),
    "urllib3": by_urllib3(),
    "urllib3-fingerprint": by_urllib3(cert_reqs="CERT_NONE", assert_fingerprint="aa" * 32),
    "httpx": by_httpx(),
    "httpx-async": by_httpx_async(),
    "httpx2": by_httpx(httpx2),
    "aiohttp": lambda url: asyncio.run(_aiohttp_status(url, {}, {})),
    "aiohttp-fingerprint": lambda url: asyncio.run(_aiohttp_status(url, {}, {"ssl": aiohttp.Fingerprint(b"a" * 32)})),
    "urllib": lambda url: urllib.request.urlopen(url, b"a"),
}


@pytest.mark.filterwarnings("ignore::urllib3.exceptions.InsecureRequestWarning")
@pytest.mark.parametrize(
    ("call", "verified"),
    [(call, False) for call in UNVERIFIED.values()] + [(call, True) for call in VERIFIED.values()],
    ids=[*(f"{name}-unverified" for name in UNVERIFIED), *(f"{name}-verified" for name in VERIFIED)],
)
def test_whether_certificates_are_checked_is_heard(call: Call, tapped: FakeTraffic, *, verified: bool) -> None:
    """Each client says whether it checks the certificate of the server."""
    call("https://track.customer.io/api/v1/customers/42")
    assert tapped.only.tls_verified is verified

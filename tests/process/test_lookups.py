"""Look-ups, connections and TLS handshakes without an audit event are checked, in whatever library they are made."""

from __future__ import annotations

import asyncio
import http.client
import importlib
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pytest_customerio.process.lookups import watch
from pytest_customerio.process.watched import SENT

HOST = "track.customer.io"


class Found(Exception):
    """Host and port that were checked."""


@pytest.fixture
def refusing() -> Iterator[list[tuple[object, object]]]:
    """Every check of Customer.io raises; the others are in the list."""
    others: list[tuple[object, object]] = []

    def check(host: object, port: object) -> None:
        if host in (HOST, HOST.encode()):
            raise Found(host, port)
        others.append((host, port))

    end = watch(check)
    yield others
    end()


def _tls(name: str) -> None:
    left, right = socket.socketpair()
    with left, right:
        context = ssl.create_default_context()
        context.wrap_socket(left, server_hostname=name, do_handshake_on_connect=False).close()


def _tls_in_memory(name: str) -> None:
    ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=name)


@pytest.mark.parametrize("handshake", [_tls, _tls_in_memory])
def test_a_handshake_names_its_server(handshake: Callable[[str], None], refusing: list[object]) -> None:
    """A handshake that is for Customer.io is refused, whatever socket it takes; one for another server passes."""
    handshake("example.com")
    assert refusing == [("example.com", None)]
    with pytest.raises(Found):
        handshake(HOST)


def test_the_side_of_a_server_names_nobody(refusing: list[object]) -> None:
    """A server in a test may take any name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_side=True)
    assert refusing == [(None, None)]


def _gevent() -> None:
    importlib.import_module("gevent.resolver").AbstractResolver().getaddrinfo(HOST, 443)


def _pycares() -> None:
    importlib.import_module("pycares").Channel().query(HOST, 1, callback=print)


def _aiodns() -> None:
    async def look_up() -> None:
        await importlib.import_module("aiodns").DNSResolver().getaddrinfo(HOST, port=443)

    asyncio.run(look_up())


def _dnspython() -> None:
    importlib.import_module("dns.resolver").Resolver(configure=False).resolve(HOST)


def _uvloop_resolves() -> None:
    async def look_up() -> None:
        await asyncio.get_running_loop().getaddrinfo(HOST, 443)

    importlib.import_module("uvloop").run(look_up())


def _uvloop_connects() -> None:
    async def connect() -> None:
        await asyncio.open_connection(HOST, 443)

    importlib.import_module("uvloop").run(connect())


def _python_socks() -> None:
    importlib.import_module("python_socks.sync").Proxy.from_url("socks5://127.0.0.1:9").connect(HOST, 80)


def _pysocks() -> None:
    importlib.import_module("socks").create_connection((HOST, 80), 5, None, 2, "127.0.0.1", 9)


def _websocket_client() -> None:
    importlib.import_module("websocket._http")._tunnel(None, HOST, 80, None)


def _websockets() -> None:
    address = importlib.import_module("websockets.uri").parse_uri(f"ws://{HOST}")
    importlib.import_module("websockets.sync.client").connect_http_proxy(None, address, None)


WAYS = {
    "gevent": (_gevent,),
    "pycares": (_pycares,),
    "aiodns": (_aiodns,),
    "dns": (_dnspython,),
    "uvloop": (_uvloop_resolves, _uvloop_connects),
    "python_socks": (_python_socks,),
    "socks": (_pysocks,),
    "websocket": (_websocket_client,),
    "websockets": (_websockets,),
}


@pytest.mark.parametrize(("module", "way"), [(name, way) for name, ways in WAYS.items() for way in ways])
def test_what_causes_no_audit_event(module: str, way: Callable[[], None], refusing: list[object]) -> None:
    """Customer.io is refused by each resolver that is written in C, and each library that speaks to a proxy."""
    pytest.importorskip(module)
    with pytest.raises(Found):
        way()


def test_everything_is_taken_away_again() -> None:
    """Afterwards no finder and no replacement of ours is left; a library that is imported later is not touched."""
    finders, before = list(sys.meta_path), dict(vars(ssl.SSLContext))
    end = watch(lambda *_: None)
    assert "_wrap_bio" in vars(ssl.SSLContext)
    end()
    assert (sys.meta_path, dict(vars(ssl.SSLContext))) == (finders, before)


def test_a_library_that_is_imported_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """Its functions are watched as soon as it is imported."""
    (tmp_path / "pycares.py").write_text("class Channel:\n    def query(self, name): return name\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pycares", raising=False)
    seen: list[object] = []
    end = watch(lambda *found: seen.append(found))
    try:
        assert importlib.import_module("pycares").Channel().query(HOST) == HOST
    finally:
        end()
        monkeypatch.delitem(sys.modules, "pycares")
    assert seen == [(HOST, None)]


def test_what_is_sent_after_the_run_is_watched_alone() -> None:
    """Only the given functions are watched: those of clients then, which a session has its taps in."""
    seen: list[tuple[object, object]] = []
    end = watch(lambda *found: seen.append(found), SENT)
    try:
        conn = http.client.HTTPSConnection("127.0.0.1", 9)
        conn.set_tunnel(HOST, 443)
        _tls_in_memory(HOST)
    finally:
        end()
    assert seen == [(HOST, 443)]

"""Where the host stands in the arguments of each function that is watched, and what happens to a call of it."""

from __future__ import annotations

import http.client
import socket
import ssl
import types
from typing import Any

import httpcore
import pytest
from yarl import URL

from pytest_customerio.process.watched import LOOKED_UP, SENT, Place, checked, put

HOST = "track.customer.io"
WHERE = {f"{place.module}.{place.path}": place.where for place in (*LOOKED_UP, *SENT)}


@pytest.mark.parametrize(
    ("path", "args", "kwargs", "expected"),
    [
        ("gevent.resolver.AbstractResolver.getaddrinfo", (HOST, 443), {}, (HOST, None)),
        ("pycares.Channel.query", (HOST, 1), {}, (HOST, None)),
        ("gevent.resolver.AbstractResolver.gethostbyname", (), {"hostname": HOST}, (HOST, None)),
        ("dns.resolver.Resolver.resolve", (), {"qname": HOST}, (HOST, None)),
        ("uvloop.Loop.getaddrinfo", (HOST, 443), {"family": 0}, (HOST, 443)),
        ("uvloop.Loop.create_connection", (print, HOST, 443), {"ssl": None}, (HOST, 443)),
        ("uvloop.Loop.create_connection", (print,), {"host": HOST, "port": 80}, (HOST, 80)),
        ("uvloop.Loop.sock_connect", (None, (HOST, 443)), {}, (HOST, 443)),
        ("ssl.SSLContext._wrap_socket", (None, False, HOST), {"owner": None}, (HOST, None)),
        ("ssl.SSLContext._wrap_socket", (None, True, HOST), {}, (None, None)),
        ("ssl.SSLContext._wrap_bio", (None, None, False, HOST), {}, (HOST, None)),
        ("python_socks.sync.v2._proxy.SyncProxy.connect", (HOST, 443), {"timeout": 1}, (HOST, 443)),
        ("python_socks.async_.trio._proxy.TrioProxy.connect", (), {"dest_host": HOST, "dest_port": 80}, (HOST, 80)),
        ("socks.socksocket.connect", ((HOST, 443),), {}, (HOST, 443)),
        ("websocket._http._tunnel", (HOST, 443, None), {}, (HOST, 443)),
        ("websockets.sync.client.connect_http_proxy", (types.SimpleNamespace(host=HOST, port=443),), {}, (HOST, 443)),
        ("pycurl.Curl.setopt", (10002, f"https://a:b@{HOST}:444/x"), {}, (HOST, 444)),
        ("pycurl.Curl.setopt_string", (10002, f"{HOST}/x?next=a"), {}, (HOST, None)),
        ("pycurl.Curl.setopt", (10036, "POST"), {}, (None, None)),
        ("curl_cffi.curl.Curl.setopt", (10002, f"https://{HOST}/".encode()), {}, (HOST, None)),
        ("tls_client.sessions.Session.execute_request", ("PUT",), {"url": f"https://{HOST}/"}, (HOST, None)),
        ("primp.Client.get", (f"https://{HOST}/", {"a": "b"}), {"timeout": 1}, (HOST, None)),
        ("primp.AsyncClient.request", ("PUT", f"https://{HOST}/"), {"json": {}}, (HOST, None)),
        ("rnet.BlockingClient.put", (), {"url": f"https://{HOST}/"}, (HOST, None)),
        ("wreq.blocking.Client.post", (f"https://{HOST}/",), {}, (HOST, None)),
        ("http.client.HTTPConnection.set_tunnel", (HOST, 443), {"headers": {}}, (HOST, 443)),
    ],
)
def test_where_the_name_stands(path: str, args: Any, kwargs: Any, expected: object) -> None:
    """The name is found by place or by keyword, in the functions of each library."""
    assert WHERE[path](None, *args, **kwargs) == expected


def test_where_functions_of_compiled_clients_send() -> None:
    """A function has no client before its arguments; a request that is built knows its address."""
    assert WHERE["primp.get"](f"https://{HOST}/", timeout=1) == (HOST, None)
    assert WHERE["wreq.blocking.request"]("POST", url=f"https://{HOST}:1/") == (HOST, 1)
    assert WHERE["pyreqwest.simple.request.pyreqwest_put"](f"https://{HOST}/") == (HOST, None)
    built = types.SimpleNamespace(url=URL(f"https://{HOST}/"))
    assert WHERE["pyreqwest.request.StreamRequest.__aenter__"](built) == (HOST, None)


def _connection(host: str, tunnel: str = "") -> http.client.HTTPConnection:
    conn = http.client.HTTPConnection(host, 3128)
    if tunnel:
        conn.set_tunnel(tunnel, 443)
    return conn


@pytest.mark.parametrize(
    ("conn", "target", "expected"),
    [
        (_connection(HOST), "/api/v1/customers/42", (HOST, 3128)),
        (_connection("proxy"), f"http://{HOST}:8080/api/v1/customers/42", (HOST, 8080)),
        (_connection("proxy"), f"http://{HOST}/", (HOST, None)),
        (_connection("proxy", HOST), "/api/v1/customers/42", (HOST, 443)),
        (_connection("other"), f"/?next=http://{HOST}/", ("other", 3128)),
        (_connection("other"), b"/", ("other", 3128)),
    ],
)
def test_where_a_request_of_http_client_goes(conn: Any, target: Any, expected: object) -> None:
    """To its own host, through a tunnel to another one, or by a proxy to that of the whole address."""
    assert WHERE["http.client.HTTPConnection.putrequest"](conn, "POST", target) == expected


def test_where_requests_of_httpcore_and_aiohttp_go() -> None:
    """The address of the request names the host, whatever proxy takes it."""
    asked: Any = httpcore.Request("GET", f"https://{HOST}/")
    assert WHERE["httpcore.ConnectionPool.handle_request"](None, asked) == (HOST.encode(), None)
    asked = types.SimpleNamespace(url=URL(f"https://{HOST}/"))
    assert WHERE["aiohttp.connector.BaseConnector.connect"](None, asked, traces=[]) == (HOST, 443)


def test_wrong_arguments_are_left_to_the_function() -> None:
    """A call that the function itself would refuse is passed on."""
    seen: list[object] = []
    call = checked(lambda *args: args, WHERE["uvloop.Loop.sock_connect"], lambda *found: seen.append(found))
    assert call("loop", "socket", ()) == ("loop", "socket", ())
    assert call() == ()
    assert seen == [(None, None)] * 2


def test_a_refused_handshake_closes_its_socket() -> None:
    """`ssl` itself would leave it open."""

    def refuse(host: object, port: object) -> None:
        raise LookupError(host)

    left, right = socket.socketpair()
    context = ssl.create_default_context()
    sock = context.wrap_socket(left, server_hostname=HOST, do_handshake_on_connect=False)
    with pytest.raises(LookupError, match=HOST):
        checked(print, lambda *_: (HOST, None), refuse)(context, sock)
    assert sock.fileno() == -1
    right.close()


def test_a_function_of_a_module() -> None:
    """It is watched where it is there; a release that lacks it is left alone."""
    seen: list[object] = []
    module = types.ModuleType("library")
    module.Client = types.SimpleNamespace(send=lambda host: f"sent to {host}")  # type: ignore[attr-defined]
    for path in ("Client.send", "Client.gone", "Gone.send"):
        put(module, Place("library", path, lambda host: (host, 1)), lambda *found: seen.append(found))
    assert module.Client.send(HOST) == f"sent to {HOST}"
    assert (seen, hasattr(module.Client, "gone")) == ([(HOST, 1)], False)
    module.Compiled = str  # type: ignore[attr-defined] - a class that is written in C
    put(module, Place("library", "Compiled.upper", lambda host: (host, 1)), lambda *found: seen.append(found))
    assert ("a".upper(), len(seen)) == ("A", 1)

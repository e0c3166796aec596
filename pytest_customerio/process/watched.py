"""Names the functions that look names up, connect, shake hands or send past CPython's audit events.

Resolvers that are written in C (c-ares, and those of uvloop and gevent) look names up without an audit event, and
uvloop connects without one. A TLS handshake names the server that it is for, whatever socket it takes and however the
address was found. What goes through a proxy connects to the proxy only; the client that sends it, or the library that
speaks to the proxy, knows the server.

`lookups` watches these functions in this process, and `child/sitecustomize` in Python processes that tests start anew.
The Python there may be another one, without this package: this module needs the standard library only, of any Python
from 3.8 on.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import wraps

TYPE_CHECKING = False  # `typing` takes longer to import than all of this
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    # Host and port, or None for a port that is not known, out of the arguments of a function.
    Where = Callable[..., tuple[object, object]]
    Check = Callable[[object, object], None]

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class Place:
    """A function: its module, the path that leads to it from there, and where the host stands in its arguments."""

    def __init__(self, module: str, path: str, where: Where) -> None:
        self.module, self.path, self.where = module, path, where


def looked_up(host: object, port: object) -> tuple[object, object]:
    """Host and port of a look-up.

    The look-up of a name of this machine, or of an address, asks nobody, and a server that begins to listen there makes
    one too. So its port counts only where something connects.
    """
    name = host.decode("latin-1") if isinstance(host, bytes) else host
    return host, None if isinstance(name, str) and _is_local(name) else port


def _is_local(name: str) -> bool:
    return name.lower().rstrip(".") == "localhost" or ":" in name or name.replace(".", "").isdigit()


def _asked(owner: object, host: object = None, port: object = None, *_: object, **__: object) -> Any:
    return looked_up(host, port)


def _named(owner: object, host: object = None, port: object = None, *_: object, **__: object) -> Any:
    return host, port


def _name(owner: object, name: object = None, *_: object, **more: object) -> Any:
    return more.get("hostname", more.get("host", more.get("qname", name))), None


def _connected(owner: object, protocol: object, host: object = None, port: object = None, **_: object) -> Any:
    return host, port


def _addressed(owner: object, sock: object, address: Any, *_: object) -> Any:
    return address[0], address[1]


def _handshake(context: object, sock: object, server_side: object, server_hostname: object = None, **_: object) -> Any:
    return (None if server_side else server_hostname), None


def _handshake_in_memory(
    context: object, reads: object, writes: object, server_side: object, server_hostname: object = None, **_: object
) -> Any:
    return (None if server_side else server_hostname), None


def _put(conn: Any, method: object, url: Any = "", *_: object, **__: object) -> Any:
    if isinstance(url, str) and "://" in url.partition("?")[0]:  # what a proxy is asked for
        from urllib.parse import urlsplit

        return urlsplit(url).hostname, urlsplit(url).port
    return conn._tunnel_host or conn.host, conn._tunnel_port if conn._tunnel_host else conn.port


def _requested(owner: object, request: Any, *_: object, **__: object) -> Any:
    return request.url.host, request.url.port


def _behind_a_proxy(owner: object, dest_host: object, dest_port: object = None, *_: object, **__: object) -> Any:
    return dest_host, dest_port


def _paired(owner: object, dest_pair: Any, *_: object, **__: object) -> Any:
    return dest_pair[0], dest_pair[1]


def _websocket(proxy: object, ws_uri: Any, *_: object, **__: object) -> Any:
    return ws_uri.host, ws_uri.port


def _at(url: object) -> Any:
    from urllib.parse import urlsplit

    text = url.decode("latin-1") if isinstance(url, bytes) else str(url)
    parts = urlsplit(text if "://" in text else f"http://{text}")  # curl takes an address without a scheme
    return parts.hostname, parts.port


def _curl_option(handle: object, option: object, value: object = None, *_: object, **__: object) -> Any:
    return _at(value) if option == _CURLOPT_URL else (None, None)


def _fetch(url: object = "", *_: object, **__: object) -> Any:
    return _at(url)


def _fetched(client: object, url: object = "", *_: object, **__: object) -> Any:
    return _at(url)


def _send(method: object, url: object = "", *_: object, **__: object) -> Any:
    return _at(url)


def _sent(client: object, method: object, url: object = "", *_: object, **__: object) -> Any:
    return _at(url)


def _built(request: Any, *_: object) -> Any:
    return _at(request.url)


_GEVENT = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
_PYCARES = ("getaddrinfo", "gethostbyname", "query", "search")
# Each module has the proxy of one library for asynchronous code, or of blocking code, in two generations.
_PYTHON_SOCKS = {"sync": "Sync", "async_.asyncio": "Asyncio", "async_.trio": "Trio", "async_.anyio": "Anyio"}
# What leads a socket through a proxy, which looks the name up itself.
PROXIES = (
    *(
        Place(f"python_socks.{module}{version}._proxy", f"{kind}Proxy.connect", _behind_a_proxy)
        for module, kind in _PYTHON_SOCKS.items()
        for version in ("", ".v2")
    ),
    Place("socks", "socksocket.connect", _paired),
    Place("websocket._http", "_tunnel", _named),
    Place("websockets.asyncio.client", "connect_http_proxy", _websocket),
    Place("websockets.sync.client", "connect_http_proxy", _websocket),
)
# Compiled clients look names up and connect by themselves. The address of a request is read where it is named.
_CURLOPT_URL = 10002  # of libcurl's public interface
_VERBS = ("get", "post", "put", "patch", "delete")
# Where these libraries have their functions and the classes of their clients.
_CLIENTS = {
    "primp": ("", "Client.", "AsyncClient."),
    "rnet": ("", "Client.", "BlockingClient."),
    "wreq": ("", "Client.", "blocking.", "blocking.Client."),
}
_SIMPLE: dict[str, Where] = {"request": _send, **dict.fromkeys(_VERBS, _fetch)}
_OF_CLIENTS: dict[str, Where] = {"request": _sent, **dict.fromkeys(_VERBS, _fetched)}
_BUILT = ("ConsumedRequest.send", "SyncConsumedRequest.send", "StreamRequest.__aenter__", "SyncStreamRequest.__enter__")
COMPILED = (
    Place("pycurl", "Curl.setopt", _curl_option),
    Place("pycurl", "Curl.setopt_string", _curl_option),
    Place("curl_cffi.curl", "Curl.setopt", _curl_option),
    Place("tls_client.sessions", "Session.execute_request", _sent),
    *(
        Place(module, f"{path}{verb}", where)
        for module, paths in _CLIENTS.items()
        for path in paths
        for verb, where in (_OF_CLIENTS if path.endswith("Client.") else _SIMPLE).items()
    ),
    *(Place("pyreqwest.request", path, _built) for path in _BUILT),
    *(
        Place(f"pyreqwest.simple.{module}", f"pyreqwest_{verb}", where)
        for module in ("request", "sync_request")
        for verb, where in _SIMPLE.items()
    ),
)
# What is watched whenever the guard is armed.
LOOKED_UP = (
    Place("ssl", "SSLContext._wrap_socket", _handshake),
    Place("ssl", "SSLContext._wrap_bio", _handshake_in_memory),
    Place("uvloop", "Loop.getaddrinfo", _asked),
    Place("uvloop", "Loop.create_connection", _connected),
    Place("uvloop", "Loop.sock_connect", _addressed),
    *(Place("gevent.resolver", f"AbstractResolver.{name}", _name) for name in _GEVENT),
    *(Place("pycares", f"Channel.{name}", _name) for name in _PYCARES),
    Place("dns.resolver", "Resolver.resolve", _name),
    Place("dns.asyncresolver", "Resolver.resolve", _name),
    *PROXIES,
    *COMPILED,
)
# What is watched where no tap of ours stands: after the run, and in processes that are started anew.
SENT = (
    Place("http.client", "HTTPConnection.set_tunnel", _named),
    Place("http.client", "HTTPConnection.putrequest", _put),
    Place("httpcore", "ConnectionPool.handle_request", _requested),
    Place("httpcore", "AsyncConnectionPool.handle_async_request", _requested),
    Place("httpcore2", "ConnectionPool.handle_request", _requested),
    Place("httpcore2", "AsyncConnectionPool.handle_async_request", _requested),
    Place("aiohttp.connector", "BaseConnector.connect", _requested),
)


def checked(original: Callable[..., Any], where: Where, check: Check) -> Callable[..., Any]:
    """The function, but `check(host, port)`, which may raise, is called first."""

    @wraps(original)
    def call(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        host = port = None
        with suppress(TypeError, IndexError, AttributeError, ValueError):
            host, port = where(*args, **kwargs)  # the original says what is wrong with its arguments
        try:
            check(host, port)
        except BaseException:
            _close(args)
            raise
        return original(*args, **kwargs)

    return call


def put(module: Any, place: Place, check: Check) -> None:
    """Watch a function of an imported module, where it is there. Nothing is put back: the process ends some time.

    A class that is written in C (pycurl's) cannot be changed, and stays as it is.
    """
    *path, name = place.path.split(".")
    for step in path:
        module = getattr(module, step, None)
    original = getattr(module, name, None)
    if original is not None:
        with suppress(TypeError):
            setattr(module, name, checked(original, place.where, check))


def _close(args: Iterable[Any]) -> None:
    """Close a socket whose connection or handshake is refused. Libraries do so only for the errors that they know."""
    library = sys.modules.get("socket")
    for one in args:
        if library is not None and isinstance(one, library.socket):
            one.close()

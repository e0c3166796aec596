"""One connection of httpcore in memory: what is written to it, and the answers and faults that are read from it."""

from __future__ import annotations

import io
from typing import Any

from pytest_customerio.clients.passthrough import passes_through
from pytest_customerio.clients.transport import wire
from pytest_customerio.clients.transport.faults import is_met_connecting, received, socket_error
from pytest_customerio.clients.transport.http1 import RequestParser, serialize
from pytest_customerio.core.model import Answer, WireRequest

# What a client raises for a fault of the socket beneath it.
_FAULTS = {
    "connect-timeout": "ConnectTimeout",
    "connection-refused": "ConnectError",
    "dns-failure": "ConnectError",
    "tls-failure": "ConnectError",
    "connection-reset": "ReadError",
    "accepted-then-reset": "ReadError",
    "read-timeout": "ReadTimeout",
}


def _failure(core: Any, fault: str, *, secure: bool, verbose: bool) -> Exception:
    """The exception that a client meets, with the socket's own beneath it; `secure` says whether it speaks TLS.

    `verbose` says whether this network puts the words of the socket's error into its own: the blocking one does.
    """
    cause = socket_error(fault, secure=secure) if verbose else _anyio_cause(fault)
    error: Exception = getattr(core, _FAULTS[fault])(cause)
    error.__cause__ = error.__context__ = cause
    return error


def _anyio_cause(fault: str) -> OSError:
    """The error that anyio raises: mostly without words."""
    error = socket_error(fault)
    if fault in ("dns-failure", "tls-failure"):
        return error
    if fault != "connection-refused":
        return type(error)()
    return unconnected(error)


def unconnected(error: OSError) -> OSError:
    """The error that anyio makes of one that prevents a connection."""
    failed = OSError("All connection attempts failed")
    failed.__cause__ = error
    return failed


class Connected:
    """One connection: requests are written to it, and their answers are read from it. `verbose` is as in `_failure`."""

    def __init__(self, network: Any, origin: Any, *, verbose: bool) -> None:
        self.network, self._verbose = network, verbose
        scheme = origin.scheme.decode("ascii")
        self.secure = scheme in ("https", "wss")
        self._host = (origin.host.decode("ascii"), origin.port)
        self._origin = wire.origin(scheme, *self._host)
        self._parser = RequestParser(self._origin)
        self._requests: list[Any] = []
        self._asked: Answer | None = None
        self._arriving = io.BytesIO()

    @property
    def is_asked(self) -> bool:
        """Whether a request waits for its answer."""
        return bool(self._requests)

    def take(self, data: bytes) -> None:
        self._requests += self._parser.feed(data)

    def ask(self, request: Any, body: bytes) -> None:
        """Ask for the answer before anything is sent; raises a fault that breaks the connecting itself."""
        __tracebackhide__ = True
        headers = wire.plain_headers(dict(request.headers))
        url = self._origin + request.url.target.decode("latin-1")
        answer = self.network.traffic.answer(WireRequest(request.method.decode("ascii"), url, headers, body))
        if is_met_connecting(answer):
            raise self._failure(answer)
        self._asked = answer

    def give(self, size: int) -> bytes:
        """The next bytes of the answer; none where nothing was asked, as if the server had closed the connection."""
        __tracebackhide__ = True
        data = self._arriving.read(size)
        if data or not self._requests:
            return data
        request, asked, self._asked = self._requests.pop(0), self._asked, None
        answer = asked or self.network.traffic.answer(request)
        if answer.fault == "truncated-body":
            answer = received(answer)
        elif answer.fault is not None:
            raise self._failure(answer)
        self._arriving = io.BytesIO(serialize(answer, request.method))
        return self._arriving.read(size)

    def _failure(self, answer: Answer) -> Exception:
        return _failure(self.network.core, str(answer.fault), secure=self.secure, verbose=self._verbose)

    def info(self, name: str) -> Any:
        """An idle connection that becomes readable was closed by the server: `is_readable` makes httpcore give it up.

        That is so where the connection is not ours to answer any more, or the case at work breaks connecting.
        """
        if name != "is_readable":
            return None
        traffic = self.network.traffic
        return passes_through() or traffic.at_connect(*self._host) or not traffic.concerns(*self._host)

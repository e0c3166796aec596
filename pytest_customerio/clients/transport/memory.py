"""A socket in memory: each request that is written to it is answered, and the answer is read from it."""

from __future__ import annotations

import io
import socket
import sys
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from pytest_customerio.clients.traffic import Traffic, heard_above
from pytest_customerio.clients.transport.faults import is_met_connecting, received, socket_error
from pytest_customerio.clients.transport.http1 import CONTINUE, RequestParser, serialize
from pytest_customerio.clients.transport.sockets import check_data, check_limit
from pytest_customerio.core.model import Answer

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_END = b""


# The classes that mocks of sockets put in the place of `socket.socket`, each in the versions that were looked at.
_MOCKS = (("httpretty.core", "fakesock.socket"), ("mocket.mocket", "MocketSocket"), ("mocket.socket", "MocketSocket"))


def socket_is_mocked() -> bool:
    """Whether a mock of the user's that answers at the level of sockets is active. Then we do not answer."""
    return any(socket.socket is _class(module, path) for module, path in _MOCKS)


def socket_mock_answers() -> bool:
    """Whether such a mock answers the request that is heard now: an error case is led past it."""
    if not socket_is_mocked():
        return False
    hearing = heard_above()
    return hearing is None or not hearing.replayed


def _class(module: str, path: str) -> object:
    found: object = sys.modules.get(module)
    for name in path.split("."):
        found = getattr(found, name, None)
    return found


class MemorySocket:
    """Takes the place of a connected blocking socket; `origin` is the server to which it seems to be connected."""

    def __init__(self, traffic: Traffic, origin: str, timeout: float | None = None) -> None:
        self._traffic = traffic
        self._parser = RequestParser(origin)
        self._origin = origin
        self._secure = origin.startswith("https")
        self._timeout = timeout
        self._answers: deque[bytes | BaseException] = deque()

    def sendall(self, data: bytes) -> None:
        """Ask for an answer to each request that is whole now. A fault in connecting is raised here."""
        __tracebackhide__ = True
        check_data(data, secure=self._secure)
        for request in self._parser.feed(data):
            answer = self._traffic.answer(request)
            if answer.fault is not None and is_met_connecting(answer):
                raise socket_error(answer.fault)
            self._answers += _arriving(answer, request.method, secure=self._secure)
        if self._parser.expects_continue:
            self._answers.append(CONTINUE)

    def send(self, data: bytes) -> int:
        """As `sendall`; returns the number of bytes."""
        self.sendall(data)
        return len(data)

    def recv_into(self, buffer: Any, size: int = 0) -> int:
        """Read what has arrived; a fault is raised here. Where nothing will ever arrive, the wait ends at once."""
        if not self._answers:
            raise socket_error("read-timeout", secure=self._secure)
        arrived = self._answers.popleft()
        if isinstance(arrived, BaseException):
            raise arrived
        if arrived == _END:
            self._answers.appendleft(_END)
            return 0
        view = memoryview(buffer)[: size or None]
        count = min(len(view), len(arrived))
        view[:count] = arrived[:count]
        if count < len(arrived):
            self._answers.appendleft(arrived[count:])
        return count

    def recv(self, size: int) -> bytes:
        """As `recv_into`; returns the bytes."""
        buffer = bytearray(size)
        return bytes(buffer[: self.recv_into(buffer)])

    def makefile(self, mode: str = "rb", *_: Any, **__: Any) -> io.BufferedReader:
        """Return a reader of what arrives."""
        return io.BufferedReader(_Arriving(self))

    def settimeout(self, timeout: float | None) -> None:
        """Remember the limit, if a socket can have it. Nothing here takes time, so the limit has no effect."""
        check_limit(timeout)
        self._timeout = timeout

    def gettimeout(self) -> float | None:
        """The limit that was set."""
        return self._timeout

    def setsockopt(self, *_: Any) -> None:
        """Do nothing: there are no options."""

    def getsockopt(self, *_: Any) -> int:
        """No option is set."""
        return 0

    def getsockname(self) -> tuple[str, int]:
        """An address of this machine."""
        return "127.0.0.1", 0

    def getpeername(self) -> tuple[str, int]:
        """An address that is reserved for documentation (RFC 5737), because no name is looked up."""
        return "192.0.2.1", urlsplit(self._origin).port or (443 if self._secure else 80)

    def fileno(self) -> int:
        """No file is open, as of a socket that is closed."""
        return -1

    def shutdown(self, how: int) -> None:
        """Do nothing: there is no connection to shut down."""

    def close(self) -> None:
        """Do nothing: a response that is being read still needs what has arrived."""


class MemoryTLSSocket(MemorySocket):
    """A `MemorySocket` over which TLS seems to be spoken: as Python and Customer.io do it today."""

    def version(self) -> str:
        """The version of TLS."""
        return "TLSv1.3"

    def cipher(self) -> tuple[str, str, int]:
        """The cipher, the version of TLS that defines it, and the bits of its secret."""
        return "TLS_AES_256_GCM_SHA384", "TLSv1.3", 256

    def selected_alpn_protocol(self) -> None:
        """No protocol was agreed on, so that it is HTTP/1.1."""

    def getpeercert(self, binary_form: bool = False) -> Any:  # noqa: FBT001, FBT002 - as the original
        """A certificate for the name of the server."""
        name = urlsplit(self._origin).hostname or ""
        return b"" if binary_form else {"subject": ((("commonName", name),),), "subjectAltName": (("DNS", name),)}


def connected(traffic: Traffic, origin: str, timeout: float | None = None) -> MemorySocket:
    """A socket that seems to be connected to this server, over TLS where the address begins with https."""
    kind = MemoryTLSSocket if origin.startswith("https") else MemorySocket
    return kind(traffic, origin, timeout)


class _Arriving(io.RawIOBase):
    def __init__(self, sock: MemorySocket) -> None:
        self._socket = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._socket.recv_into(buffer)


def _arriving(answer: Answer, method: str, *, secure: bool) -> list[bytes | BaseException]:
    if answer.fault is None:
        return [serialize(answer, method)]
    if answer.fault == "truncated-body":
        return [serialize(received(answer), method), _END]
    return [socket_error(answer.fault, secure=secure)]

"""The errors of sockets when the network fails: one for each fault, in the words of this operating system."""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from pytest_customerio.core.model import CONNECT_FAULTS, Answer

# A TLS record: "fatal alert, handshake failure".
ALERT = bytes((21, 3, 3, 0, 2, 2, 40))


def is_met_connecting(answer: Answer) -> bool:
    """Whether a client meets this fault before it has sent anything."""
    return answer.fault in CONNECT_FAULTS


def socket_error(fault: str, *, secure: bool = False) -> OSError:
    """The error that a blocking socket raises; a fault without an error of its own is a reset.

    `secure` says whether it speaks TLS, which words a read that times out in its own way.
    """
    if secure and fault == "read-timeout":
        return TimeoutError("The read operation timed out")
    return _ERRORS.get(fault, _reset)()


def received(answer: Answer) -> Answer:
    """The part of an answer that arrives before the connection breaks: status 200, and headers that promise more.

    Where the cassette does not give the length of the whole body, one byte is missing.
    """
    names = {name.lower() for name, _ in answer.headers}
    length = () if "content-length" in names else (("Content-Length", str(len(answer.body) + 1)),)
    return replace(answer, status=200, fault=None, headers=(*answer.headers, *length))


def _reset() -> OSError:
    return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


def _refused() -> OSError:
    return ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED))


def _timed_out() -> OSError:
    return TimeoutError("timed out")


def _unresolved() -> OSError:
    return socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def _handshake_failed() -> OSError:
    kind, args, library, reason = _refused_handshake()
    error = kind(*args)
    error.library, error.reason = library, reason
    return error


@cache
def _refused_handshake() -> tuple[type[ssl.SSLError], tuple[object, ...], str, str]:
    """The error that this OpenSSL raises for a refused handshake; its words depend on the version."""
    arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(arriving, leaving, server_hostname="example.com")
    arriving.write(ALERT)
    try:
        client.do_handshake()
    except ssl.SSLError as error:
        refused = type(error), error.args, error.library, error.reason
    return refused


_ERRORS: dict[str, Callable[[], OSError]] = {
    "connect-timeout": _timed_out,
    "connection-refused": _refused,
    "dns-failure": _unresolved,
    "tls-failure": _handshake_failed,
    "connection-reset": _reset,
    "accepted-then-reset": _reset,
    "read-timeout": _timed_out,
}

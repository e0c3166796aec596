"""What a socket makes of the settings that it is given: a connection in memory raises the same errors.

A setting that is not usual is given to a socket of the operating system. That socket is never connected.
"""

from __future__ import annotations

import _socket
import errno
import os
import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any, Self

# Any longer limit is left to the operating system, which cannot take every number.
_LONGEST = 1e9


def is_usual(limit: object) -> bool:
    """Whether every socket takes this limit of time: none, or a number of seconds."""
    return limit is None or (type(limit) in (int, float) and 0 < limit < _LONGEST)  # type: ignore[operator]


def check_connecting(limit: Any, source: Any = None, options: Iterable[Any] | None = ()) -> None:
    """Raise what a blocking socket raises when it connects with this limit, from this address, with these options.

    A limit of 0 is one: the socket does not wait until it is connected.
    """
    __tracebackhide__ = True
    if is_usual(limit) and not source and not options:
        return
    with Unconnected() as sock:
        sock.settimeout(limit)
        if source:
            sock.bind(source)
        if sock.gettimeout() == 0:
            raise BlockingIOError(errno.EINPROGRESS, os.strerror(errno.EINPROGRESS))
        for option in options or ():
            sock.setsockopt(*option)


def check_limit(limit: Any) -> None:
    """Raise what a socket raises when it is given this limit."""
    __tracebackhide__ = True
    if not is_usual(limit):
        with Unconnected() as sock:
            sock.settimeout(limit)


def check_reading(limit: Any, *, secure: bool, arrived: bool) -> None:
    """Raise what a connected socket raises when it reads with this limit: with 0 it does not wait for what arrives."""
    __tracebackhide__ = True
    check_limit(limit)
    if limit == 0 and not arrived:
        raise ssl.SSLWantReadError(*_words()) if secure else BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def check_context(context: Any, server_hostname: str | None) -> None:
    """Raise what wrapping a socket in this context raises before the handshake.

    Other classes than CPython's, such as that of truststore, expect a connected socket, and are not asked.
    """
    __tracebackhide__ = True
    if type(context) is not ssl.SSLContext or (context.protocol is ssl.PROTOCOL_TLS_CLIENT and server_hostname):
        return
    with Unconnected() as sock:  # a socket that is not connected makes no handshake
        wrap: Any = context.wrap_socket
        wrap(sock, server_hostname=server_hostname).close()


class Unconnected(_socket.socket):
    """CPython's own class of sockets, beneath `socket.socket` (3.11 to 3.14): a mock may stand in the place of that."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@cache
def _words() -> tuple[object, ...]:
    """The words of this OpenSSL where nothing has arrived that could be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="example.com")
    try:
        client.read(1)
    except ssl.SSLWantReadError as error:
        words = error.args
    return words

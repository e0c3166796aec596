"""What a socket makes of the settings that it is given: a connection in memory raises the same errors.

A setting that is not usual is given to a socket of the operating system. That socket is never connected.
"""

from __future__ import annotations

import _socket
import errno
import os
import re
import ssl
from contextlib import closing, suppress
from functools import cache
from typing import Any

from pytest_customerio.process.guard import allowing

_NAME = re.compile(r"[A-Za-z0-9.:_-]{1,63}")
_LOWEST = frozenset(map(int, (ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_2)))
_HIGHEST = frozenset(map(int, (ssl.TLSVersion.MAXIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_3)))
_FORBIDDING = int(ssl.OP_NO_TLSv1_2 | ssl.OP_NO_TLSv1_3)
# The numbers beneath the properties of `ssl.SSLContext`, which make an enumeration of each (3.11 to 3.14), slowly.
# `_SSLContext` is private; without it the properties are read.
_CONTEXT = ssl.SSLContext  # mocket puts a class of its own there while it is active
_BENEATH: Any = getattr(ssl, "_SSLContext", ssl.SSLContext)
_READ = tuple(getattr(_BENEATH, name).__get__ for name in ("protocol", "minimum_version", "maximum_version", "options"))
# Any longer limit is left to the operating system, which cannot take every number.
_LONGEST = 1e9


def is_usual(limit: object) -> bool:
    """Whether every socket takes this limit of time: none, or a number of seconds."""
    return limit is None or (type(limit) in (int, float) and 0 < limit < _LONGEST)  # type: ignore[operator]


def check_connecting(
    limit: Any,
    source: Any = None,
    options: Any = None,
    *,
    options_first: bool = False,
    family: int = _socket.AF_INET,
) -> None:
    """Raise what a blocking socket raises when it connects with this limit, from this address, with these options.

    A limit of 0 is one: the socket does not wait until it is connected. `family` is that of the address.
    """
    __tracebackhide__ = True
    if is_usual(limit) and not source and (options is None or options in ([], ())):
        return
    with closing(unconnected(family)) as sock:
        _set(sock, options if options_first else None)
        sock.settimeout(limit)
        if source:
            sock.bind(source)
        if sock.gettimeout() == 0:
            raise BlockingIOError(errno.EINPROGRESS, os.strerror(errno.EINPROGRESS))
        _set(sock, None if options_first else options)


def _set(sock: Any, options: Any) -> None:
    __tracebackhide__ = True
    for option in () if options is None else options:
        match option:  # urllib3-future, which niquests installs in the place of urllib3, adds the protocol
            case (_, _, _, "tcp"):
                sock.setsockopt(*option[:3])
            case (_, _, _, "udp"):
                pass
            case _:
                sock.setsockopt(*option)


def check_limit(limit: Any) -> None:
    """Raise what a socket raises when it is given this limit."""
    __tracebackhide__ = True
    if not is_usual(limit):
        with closing(unconnected()) as sock:
            sock.settimeout(limit)


def check_reading(limit: Any, *, secure: bool, arrived: bool) -> None:
    """Raise what a connected socket raises when it reads with this limit: with 0 it does not wait for what arrives."""
    __tracebackhide__ = True
    check_limit(limit)
    if limit == 0 and not arrived:
        raise ssl.SSLWantReadError(*_words()) if secure else BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def check_context(context: Any, server_hostname: Any) -> None:
    """Raise what a handshake in this context raises before the server has said anything.

    Other classes than CPython's, such as that of truststore, expect a connected socket, and are not asked.
    """
    __tracebackhide__ = True
    if type(context) is not _CONTEXT or (_is_of_a_client(context) and _is_usual_name(server_hostname)):
        return
    wrap: Any = context.wrap_socket
    with closing(unconnected()) as sock:  # a socket that is not connected makes no handshake
        wrap(sock, server_hostname=server_hostname).close()
    with allowing(server_hostname or ""):  # nothing is sent: the guard may let this handshake pass
        made = context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=server_hostname)
        with suppress(ssl.SSLWantReadError):
            made.do_handshake()


def _is_of_a_client(context: ssl.SSLContext) -> bool:
    """Whether every server can be offered what this context allows: no version of TLS was taken from it."""
    protocol, lowest, highest, options = (read(context) for read in _READ)
    return (
        protocol == ssl.PROTOCOL_TLS_CLIENT and lowest in _LOWEST and highest in _HIGHEST and not options & _FORBIDDING
    )


def _is_usual_name(server_hostname: Any) -> bool:
    return isinstance(server_hostname, str) and _NAME.fullmatch(server_hostname) is not None


def check_name(server_hostname: Any) -> None:
    """Raise what a handshake raises where this is no name of a server."""
    __tracebackhide__ = True
    if not _is_usual_name(server_hostname):
        check_context(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), server_hostname)


def check_data(data: Any, *, secure: bool) -> None:
    """Raise what sending this raises where it is no bytes."""
    __tracebackhide__ = True
    if not isinstance(data, (bytes, bytearray)):
        if secure:
            memoryview(data).cast("B")
        elif not _is_buffer(data):
            raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'")


def _is_buffer(data: Any) -> bool:
    try:
        memoryview(data)
    except TypeError:
        return False
    return True


def looked_up(address: Any) -> tuple[int, Any]:
    """The family of a local address, and the address as a socket takes it. Raises what a look-up raises."""
    family, *_, source = _socket.getaddrinfo(address, None)[0]
    return family, source


def unconnected(family: int = _socket.AF_INET) -> _socket.socket:
    """A socket of CPython's own class beneath `socket.socket` (3.11 to 3.14): a mock may stand in the place of that."""
    return _socket.socket(family)


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

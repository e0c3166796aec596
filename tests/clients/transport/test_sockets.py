"""Settings raise what a socket of the operating system raises for them."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Callable
from typing import Any

import pytest
from for_each import for_each

from pytest_customerio.clients.transport import sockets
from pytest_customerio.process import guard


def error_of(call: Callable[[], object]) -> tuple[type[BaseException], tuple[Any, ...]] | None:
    """The class and the arguments of what a call raises."""
    try:
        call()
    except Exception as error:
        return type(error), error.args
    return None


def connected(limit: Any, source: Any) -> None:
    """Connect a real socket to a listener on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), limit, source).close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # CPython leaves such a socket open
@for_each("source", [None, (), ("127.0.0.1", 0), ("203.0.113.1", 0), ("x",), 5])
@for_each("limit", [None, 5, 0.5, True, "5", b"5", 0, -1, float("nan"), float("inf"), 10**20, object()])
def test_connecting_is_checked_as_a_socket_checks_it(limit: Any, source: Any) -> None:
    """Each pair of a limit and an own address raises what it raises in connecting to a real listener."""
    assert error_of(lambda: sockets.check_connecting(limit, source)) == error_of(lambda: connected(limit, source))


@pytest.mark.parametrize("options", [None, [], (), [(1, 2, 3)], [("a",)], 5, [(6, 1, 1)]])
@pytest.mark.parametrize("first", [True, False])
def test_options_are_checked_as_a_socket_checks_them(options: Any, *, first: bool) -> None:
    """Options that no socket takes raise its error."""

    def real() -> None:
        with socket.socket() as sock:
            for option in () if options is None else options:
                sock.setsockopt(*option)

    assert error_of(lambda: sockets.check_connecting(5, None, options, options_first=first)) == error_of(real)


def test_options_with_a_protocol() -> None:
    """urllib3-future names the protocol of an option: those of UDP are not set."""
    assert error_of(lambda: sockets.check_connecting(5, None, [(6, 1, 1, "tcp"), (1, 2, 3, "udp")])) is None
    assert error_of(lambda: sockets.check_connecting(5, None, [("a", 2, 3, "tcp")]))[0] is TypeError
    assert error_of(lambda: sockets.check_connecting(5, None, [(6, 1, 1, 1)]))[0] is TypeError


@pytest.mark.parametrize("limit", [None, 5, "5", -1, float("nan")])
def test_a_limit_is_checked_as_a_socket_checks_it(limit: Any) -> None:
    """A limit for reading raises what `settimeout` raises."""
    with socket.socket() as sock:
        real = error_of(lambda: sock.settimeout(limit))
    assert error_of(lambda: sockets.check_limit(limit)) == real
    assert error_of(lambda: sockets.check_reading(limit, secure=True, arrived=False)) == real


def test_reading_without_waiting() -> None:
    """With the limit 0 nothing has arrived yet, in clear text and in TLS; what has arrived can be read."""
    left, right = socket.socketpair()
    with left, right:
        left.setblocking(False)
        real = error_of(lambda: left.recv(1))
    assert error_of(lambda: sockets.check_reading(0, secure=False, arrived=False)) == real
    assert error_of(lambda: sockets.check_reading(0, secure=False, arrived=True)) is None
    with pytest.raises(ssl.SSLWantReadError, match=r"The operation did not complete \(read\)"):
        sockets.check_reading(0, secure=True, arrived=False)


def test_a_context_that_wraps_no_client() -> None:
    """A context of a server, or no name to check, raises OpenSSL's error; other classes are not asked."""
    sockets.check_context(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), "track.customer.io")
    with pytest.raises(ssl.SSLError, match="PROTOCOL_TLS_SERVER"):
        sockets.check_context(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), "track.customer.io")
    with pytest.raises(ValueError, match="check_hostname requires server_hostname"):
        sockets.check_context(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), None)
    unchecked = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unchecked.check_hostname = False
    sockets.check_context(unchecked, None)
    sockets.check_context(object(), "track.customer.io")


@pytest.mark.parametrize("data", [b"a", bytearray(b"a"), memoryview(b"a"), "a", 5, None, [b"a"]])
def test_data_is_checked_as_a_socket_checks_it(data: Any) -> None:
    """What is no bytes raises the socket's error, in clear text and in TLS."""
    left, right = socket.socketpair()
    with left, right:
        real = error_of(lambda: left.sendall(data))
    assert error_of(lambda: sockets.check_data(data, secure=False)) == real
    secure = error_of(lambda: sockets.check_data(data, secure=True))
    assert (secure is None) == (real is None)


def test_a_blocked_socket_class_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mock in the place of `socket.socket`, which blocks the network, is not asked."""
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(BlockingIOError) as caught:
        sockets.check_connecting(0)
    assert caught.value.errno == errno.EINPROGRESS


def test_an_older_protocol_under_the_guard() -> None:
    """Nothing is sent: a context whose own checks are run in memory for Customer.io is not refused."""
    disarm = guard.arm(_Customerio(), lambda address: AssertionError(address))
    try:
        with pytest.warns(DeprecationWarning, match="PROTOCOL_TLS"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS)
        sockets.check_context(context, "track.customer.io")
    finally:
        disarm()


class _Customerio:
    def concerns(self, host: str, port: int | None = None) -> bool:
        return host.endswith("customer.io")


def test_a_mock_of_contexts_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """mocket puts a class of its own in the place of `ssl.SSLContext`: a context of it passes."""
    monkeypatch.setattr(ssl, "SSLContext", type("MocketSSLContext", (), {}))
    sockets.check_context(ssl.SSLContext(), "track.customer.io")  # type: ignore[call-arg]

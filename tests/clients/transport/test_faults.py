"""Each fault of the network is an error of a socket."""

from __future__ import annotations

import errno
import socket
import ssl

import pytest

from pytest_customerio.clients.transport import faults
from pytest_customerio.clients.transport.faults import is_met_connecting, received, socket_error
from pytest_customerio.core.model import CONNECT_FAULTS, FAULTS, Answer


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("connect-timeout", TimeoutError),
        ("connection-refused", ConnectionRefusedError),
        ("dns-failure", socket.gaierror),
        ("tls-failure", ssl.SSLError),
        ("connection-reset", ConnectionResetError),
        ("accepted-then-reset", ConnectionResetError),
        ("read-timeout", TimeoutError),
        ("unheard-of", ConnectionResetError),
    ],
)
def test_each_fault_has_its_error(fault: str, kind: type[OSError]) -> None:
    """Each call makes a new error, because a traceback belongs to one attempt."""
    first, second = socket_error(fault), socket_error(fault)
    assert type(first) is type(second) is kind
    assert first is not second
    assert str(first) == str(second)
    words = "The read operation timed out" if fault == "read-timeout" else str(first)
    assert str(socket_error(fault, secure=True)) == words


def test_a_refused_handshake_is_openssl_s_own() -> None:
    """A refused handshake has OpenSSL's `reason`, which applications look at."""
    error = socket_error("tls-failure")
    assert isinstance(error, ssl.SSLError)
    assert error.library == "SSL"
    assert "HANDSHAKE_FAILURE" in error.reason
    assert error.reason in str(error)
    assert error.errno == ssl.SSLErrorNumber.SSL_ERROR_SSL


def test_a_reset_has_its_number() -> None:
    """A reset has the `errno` that clients look for."""
    assert socket_error("connection-reset").errno == errno.ECONNRESET


@pytest.mark.parametrize("fault", [*FAULTS, None])
def test_which_faults_are_met_in_connecting(fault: str | None) -> None:
    """Some faults are met in connecting, the others after the request was sent."""
    assert is_met_connecting(Answer(fault=fault)) == (fault in CONNECT_FAULTS)


def test_what_is_received_promises_more() -> None:
    """A truncated answer promises the recorded length, or one byte more than it has."""
    told = Answer(fault="truncated-body", headers=(("content-length", "9"),), body=b"ab")
    assert received(told) == Answer(200, headers=told.headers, body=b"ab")
    assert received(Answer(fault="truncated-body", body=b"ab")).headers == (("Content-Length", "3"),)


def test_a_refused_handshake_has_the_words_of_this_openssl() -> None:
    """They are read once in a process, from a handshake in memory."""
    kind, args, library, reason = faults._refused_handshake.__wrapped__()
    assert (kind, library) == (ssl.SSLError, "SSL")
    assert reason.replace("_", " ").casefold() in str(args[1]).replace("_", " ").casefold()

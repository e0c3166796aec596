"""The socket in memory."""

from __future__ import annotations

import pytest
from tapping import Line

from pytest_customerio.clients.memory import MemorySocket
from pytest_customerio.core.model import Answer

POST = b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"


def test_what_is_written_is_answered(line: Line) -> None:
    """Through `recv` as through a file."""
    line.answers["/x"] = [Answer(200, "OK", (), b"one"), Answer(200, "OK", (), b"two")]
    sock = MemorySocket(line, "https://track.customer.io", 3)
    assert sock.gettimeout() == 3
    sock.settimeout(None)
    assert sock.gettimeout() is None
    sock.setsockopt(1, 2, 3)
    assert sock.send(POST[:9]) == 9
    sock.sendall(POST[9:])
    assert sock.recv(8) == b"HTTP/1.1"
    assert sock.recv(1000).endswith(b"one")
    sock.sendall(POST)
    assert sock.makefile("rb").read(12) == b"HTTP/1.1 200"
    sock.shutdown(0)
    sock.close()
    assert [sent.url for sent in line.attempts] == ["https://track.customer.io/x"] * 2


def test_nobody_waits_for_what_will_not_come(line: Line) -> None:
    """A timeout at once."""
    with pytest.raises(TimeoutError):
        MemorySocket(line, "https://track.customer.io").recv(1)


FAULTS = {"connection-reset": ConnectionResetError, "read-timeout": TimeoutError}


def test_a_fault_of_connecting_is_met_when_the_request_is_complete(line: Line) -> None:
    """Before anything could be read."""
    line.answers["*"] = [Answer(fault="connection-refused")]
    with pytest.raises(ConnectionRefusedError):
        MemorySocket(line, "https://track.customer.io").sendall(POST)


def test_a_broken_off_answer_ends(line: Line) -> None:
    """And stays at its end."""
    line.answers["*"] = [Answer(fault="truncated-body", body=b"ab")]
    sock = MemorySocket(line, "https://track.customer.io")
    sock.sendall(POST)
    assert sock.recv(999).endswith(b"Content-Length: 3\r\n\r\nab")
    assert [sock.recv(9), sock.recv(9)] == [b"", b""]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_met_when_reading(line: Line, fault: str) -> None:
    """As on a real socket."""
    error = FAULTS[fault]
    line.answers["*"] = [Answer(fault=fault)]
    sock = MemorySocket(line, "https://track.customer.io")
    sock.sendall(POST)
    with pytest.raises(error):
        sock.makefile().readline()


def test_a_client_that_waits_for_continue_gets_it(line: Line) -> None:
    """Then the answer."""
    sock = MemorySocket(line, "https://track.customer.io")
    sock.sendall(b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert sock.recv(99).startswith(b"HTTP/1.1 100")
    sock.sendall(b"{}")
    assert sock.recv(99).startswith(b"HTTP/1.1 200")

"""A socket in memory answers the requests that are written to it."""

from __future__ import annotations

import socket
import sys
from types import SimpleNamespace

import pytest
from tapping import FakeTraffic

from pytest_customerio.clients.traffic import being_heard
from pytest_customerio.clients.transport.memory import (
    MemorySocket,
    MemoryTLSSocket,
    connected,
    socket_is_mocked,
    socket_mock_answers,
)
from pytest_customerio.core.model import Answer

POST = b"POST /x HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}"


def test_what_is_written_is_answered(traffic: FakeTraffic) -> None:
    """The answer is read through `recv` and through a file."""
    traffic.answers["/x"] = [Answer(200, "OK", (), b"one"), Answer(200, "OK", (), b"two")]
    sock = MemorySocket(traffic, "https://track.customer.io", 3)
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
    assert (sock.getsockopt(1, 2), sock.getsockname(), sock.fileno()) == (0, ("127.0.0.1", 0), -1)
    sock.shutdown(0)
    sock.close()
    assert [sent.url for sent in traffic.attempts] == ["https://track.customer.io/x"] * 2


def test_what_a_socket_says_of_its_connection(traffic: FakeTraffic) -> None:
    """An application may ask where a socket leads; of TLS it may ask what there is with https."""
    sock = connected(traffic, "https://track.customer.io:8443")
    assert isinstance(sock, MemoryTLSSocket)
    assert (sock.getpeername(), sock.version(), sock.selected_alpn_protocol()) == (("192.0.2.1", 8443), "TLSv1.3", None)
    assert (sock.cipher()[1], sock.getpeercert(binary_form=True)) == ("TLSv1.3", b"")
    assert sock.getpeercert()["subjectAltName"] == (("DNS", "track.customer.io"),)
    plain = connected(traffic, "http://track.customer.io")
    assert (plain.getpeername(), hasattr(plain, "version")) == (("192.0.2.1", 80), False)


def test_reading_without_a_request_times_out(traffic: FakeTraffic) -> None:
    """Reading without a request times out at once."""
    with pytest.raises(TimeoutError):
        MemorySocket(traffic, "https://track.customer.io").recv(1)


FAULTS = {"connection-reset": ConnectionResetError, "read-timeout": TimeoutError}


def test_a_fault_of_connecting_is_met_when_the_request_is_complete(traffic: FakeTraffic) -> None:
    """A fault of connecting is raised when the request is whole, before anything is read."""
    traffic.answers["*"] = [Answer(fault="connection-refused")]
    with pytest.raises(ConnectionRefusedError):
        MemorySocket(traffic, "https://track.customer.io").sendall(POST)


def test_a_broken_off_answer_ends(traffic: FakeTraffic) -> None:
    """After a truncated answer, reading gives nothing, each time."""
    traffic.answers["*"] = [Answer(fault="truncated-body", body=b"ab")]
    sock = MemorySocket(traffic, "https://track.customer.io")
    sock.sendall(POST)
    assert sock.recv(999).endswith(b"Content-Length: 3\r\n\r\nab")
    assert [sock.recv(9), sock.recv(9)] == [b"", b""]


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_met_when_reading(traffic: FakeTraffic, fault: str) -> None:
    """Other faults are raised in reading, as by a real socket."""
    error = FAULTS[fault]
    traffic.answers["*"] = [Answer(fault=fault)]
    sock = MemorySocket(traffic, "https://track.customer.io")
    sock.sendall(POST)
    with pytest.raises(error):
        sock.makefile().readline()


def test_a_client_that_waits_for_continue_gets_it(traffic: FakeTraffic) -> None:
    """`100 Continue` is read first, then the answer."""
    sock = MemorySocket(traffic, "https://track.customer.io")
    sock.sendall(b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
    assert sock.recv(99).startswith(b"HTTP/1.1 100")
    sock.sendall(b"{}")
    assert sock.recv(99).startswith(b"HTTP/1.1 200")


def test_mocks_of_sockets_are_distinguished_from_blockers(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-socket forbids sockets and answers nothing, so we answer; httpretty and mocket answer themselves."""
    assert not socket_is_mocked()
    pretty, old, new, guard = (type("socket", (), {}) for _ in range(4))
    fakes = SimpleNamespace(fakesock=SimpleNamespace(socket=pretty))
    for name, module in {
        "httpretty.core": fakes,
        "mocket.mocket": SimpleNamespace(MocketSocket=old),
        "mocket.socket": SimpleNamespace(MocketSocket=new),
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    for kind, mocked in ((guard, False), (pretty, True), (old, True), (new, True)):
        monkeypatch.setattr(socket, "socket", kind)
        assert socket_is_mocked() is mocked


def test_an_error_case_is_led_past_mocks_of_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such a mock answers what is heard, but for a request that meets an error case."""
    assert not socket_mock_answers()
    monkeypatch.setitem(sys.modules, "mocket.socket", SimpleNamespace(MocketSocket=socket.socket))
    assert socket_mock_answers()
    for replayed in (False, True):
        token = being_heard.set(SimpleNamespace(over=False, replayed=replayed))  # type: ignore[arg-type]
        assert socket_mock_answers() is not replayed
        being_heard.reset(token)

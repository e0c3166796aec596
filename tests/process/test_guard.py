"""The guard: no code path of this process reaches Customer.io while it is armed."""

from __future__ import annotations

import asyncio
import http.client
import socket
import ssl
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator

import pytest
import requests

from pytest_customerio.process import guard
from pytest_customerio.process.guard import RefusedError


class Watched:
    """Customer.io, and one base URL of the project's own."""

    def __init__(self, *own: tuple[str, int]) -> None:
        self.own = own

    def concerns(self, host: str, port: int | None = None) -> bool:
        return host.endswith("customer.io") or (host, port) in self.own


@pytest.fixture
def armed() -> Iterator[None]:
    """Armed for the names."""
    disarm = guard.arm(Watched(), lambda address: RefusedError(f"{address} is refused"))
    yield
    disarm()


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    """A local socket that listens."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server


WAYS: dict[str, Callable[[], object]] = {
    "getaddrinfo": lambda: socket.getaddrinfo("track.customer.io", 443),
    "getaddrinfo with bytes": lambda: socket.getaddrinfo(b"track.customer.io", b"443"),
    "getaddrinfo with a service": lambda: socket.getaddrinfo("track.customer.io", "https"),
    "getaddrinfo with an odd service": lambda: socket.getaddrinfo("track.customer.io", "²"),
    "getaddrinfo in full width": lambda: socket.getaddrinfo("ｔrack。customer．io", 443),
    "gethostbyname": lambda: socket.gethostbyname("track.customer.io"),
    "gethostbyname_ex": lambda: socket.gethostbyname_ex("track.customer.io"),
    "create_connection": lambda: socket.create_connection(("track.customer.io", 443)),
    "asyncio": lambda: asyncio.run(_open()),
    "http.client": lambda: http.client.HTTPSConnection("track.customer.io").connect(),
    "requests": lambda: requests.get("http://track.customer.io/", timeout=1),
    "ssl": lambda: ssl.get_server_certificate(("track.customer.io", 443)),
}


async def _open() -> None:
    await asyncio.open_connection("track.customer.io", 443)


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_customer_io_is_refused(armed: None, way: str) -> None:
    """With the caller's words, and no error of the network's that a retry engine would take for one."""
    with pytest.raises(RefusedError, match=r"^track\.customer\.io(:443|:80)? is refused$") as caught:
        WAYS[way]()
    assert not isinstance(caught.value, OSError)


@pytest.mark.parametrize("name", ["connect", "connect_ex", "sendto"])
def test_sockets_that_look_up_names_themselves(name: str) -> None:
    """CPython asks after the look-up, before anything is sent; a local name stands in for one that can be found."""
    disarm = guard.arm(Watched(("localhost", 9)), lambda address: RefusedError(address))
    kind = socket.SOCK_DGRAM if name == "sendto" else socket.SOCK_STREAM
    try:
        with socket.socket(socket.AF_INET, kind) as one, pytest.raises(RefusedError, match=r"^localhost:9$"):
            getattr(one, name)(*([b"x"] if name == "sendto" else []), ("localhost", 9))
    finally:
        disarm()


def test_urllib_request_is_refused(armed: None) -> None:
    """It wraps errors of the network only."""
    with pytest.raises(RefusedError):
        urllib.request.urlopen("http://track.customer.io/")


def test_an_address_of_a_base_url_of_ones_own(bound: socket.socket) -> None:
    """By its port; other ports of the same machine stay open."""
    host, port = bound.getsockname()
    disarm = guard.arm(Watched((host, port)), lambda address: RefusedError(address))
    try:
        with pytest.raises(RefusedError, match=rf"^127\.0\.0\.1:{port}$"):
            socket.create_connection((host, port))
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            socket.create_connection(other.getsockname()).close()
    finally:
        disarm()
    socket.create_connection((host, port)).close()


def test_other_hosts_and_families_are_never_disturbed(armed: None, bound: socket.socket, tmp_path: object) -> None:
    """Local names, sockets of the file system, look-ups without a host."""
    socket.create_connection(bound.getsockname()).close()
    assert socket.getaddrinfo(None, 80)
    assert socket.getaddrinfo("127.0.0.1", None)
    left, right = socket.socketpair()
    left.send(b"x")
    assert right.recv(1) == b"x"
    left.close()
    right.close()
    with socket.socket(socket.AF_UNIX) as unix, pytest.raises(FileNotFoundError):
        unix.connect(f"{tmp_path}/none")


def test_two_sessions_in_one_process() -> None:
    """Each is armed for itself, and disarming twice does nothing to the other."""
    first = guard.arm(Watched(), lambda _: RefusedError("first"))
    second = guard.arm(Watched(), lambda _: RefusedError("second"))
    first()
    first()
    with pytest.raises(RefusedError, match="second"):
        socket.gethostbyname("track.customer.io")
    second()
    assert guard.GUARD.armed == []


def test_the_process_has_one_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the guard is armed: hooks cannot be removed."""
    guard.arm(Watched(), RefusedError)()
    added: list[object] = []
    monkeypatch.setattr(sys, "addaudithook", added.append)
    guard.arm(Watched(), RefusedError)()
    assert added == []


def test_odd_events_pass(armed: None) -> None:
    """An event without an address, or with one of another kind."""
    guard.GUARD.audit("open", ("track.customer.io", 443))
    guard.GUARD.audit("socket.getaddrinfo", ("example.org", 443))
    for port in ("²", "1" * 5000, b"443", "443", None):
        guard.GUARD.audit("socket.getaddrinfo", ("example.org", port))
    guard.GUARD.audit("socket.sendmsg", (None,))
    guard.GUARD.audit("socket.connect", (None, b"\0abstract"))
    guard.GUARD.audit("socket.connect", (None, (1, 2)))
    for name in ("track.customer.io", "ｔrack。customer．io", "ｔrack｡customer.io"):
        with pytest.raises(RefusedError):
            guard.GUARD.audit("socket.sendmsg", (None, (name, 443)))


def test_a_thread_that_outlives_the_run_ends_where_it_would_send() -> None:
    """Quietly, and only there; other threads and other hosts are free again."""
    go = threading.Event()
    seen: list[object] = []

    def later() -> None:
        go.wait(10)
        seen.append(socket.getaddrinfo("127.0.0.1", 80)[0][4])
        with pytest.raises(SystemExit):  # what a thread ends with, without a word
            socket.getaddrinfo("track.customer.io", 443)
        seen.append("ended")

    disarm = guard.arm(Watched(), lambda address: RefusedError(address))
    thread = threading.Thread(target=later)
    thread.start()
    disarm()
    guard.GUARD.audit("socket.getaddrinfo", ("track.customer.io", 443))
    go.set()
    thread.join()
    assert seen == [("127.0.0.1", 80), "ended"]


def test_a_thread_that_was_there_before_is_its_own_master() -> None:
    """Only what was started meanwhile is stopped."""
    go, seen = threading.Event(), []

    def later() -> None:
        go.wait(10)
        guard.GUARD.audit("socket.getaddrinfo", ("track.customer.io", 443))
        seen.append("passed")

    thread = threading.Thread(target=later)
    thread.start()
    guard.arm(Watched(), lambda address: RefusedError(address))()
    go.set()
    thread.join()
    assert seen == ["passed"]


def test_a_thread_that_outlived_a_run_may_talk_to_others() -> None:
    """Asked here of the guard itself, which no tracer follows into an audit hook."""
    guard.GUARD.outliving[threading.current_thread()] = Watched()
    try:
        guard.GUARD.audit("socket.connect", (None, ("127.0.0.1", 80)))
        with pytest.raises(SystemExit):
            guard.GUARD.audit("socket.connect", (None, ("track.customer.io", 443)))
    finally:
        guard.GUARD.outliving.clear()

"""While the guard is armed, no code of this process reaches Customer.io."""

from __future__ import annotations

import asyncio
import atexit
import http.client
import socket
import ssl
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from weakref import WeakSet

import pytest
import requests

from pytest_customerio.process import guard, lookups
from pytest_customerio.process.guard import RefusedError


class Watched:
    """Concerned with Customer.io, and with base URLs of the project's own."""

    def __init__(self, *own: tuple[str, int]) -> None:
        self.own = own

    def concerns(self, host: str, port: int | None = None) -> bool:
        return host.endswith("customer.io") or (host, port) in self.own


@pytest.fixture
def armed() -> Iterator[None]:
    """The guard is armed for the names of Customer.io."""
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
    """Each way raises the caller's error, which is no error of the network that a retry engine would catch."""
    with pytest.raises(RefusedError, match=r"^track\.customer\.io(:443|:80)? is refused$") as caught:
        WAYS[way]()
    assert not isinstance(caught.value, OSError)


@pytest.mark.parametrize("name", ["connect", "connect_ex", "sendto"])
def test_sockets_that_look_up_names_themselves(name: str) -> None:
    """`connect` with a name is refused after the look-up, before anything is sent; a local name takes the part here."""
    disarm = guard.arm(Watched(("localhost", 9)), lambda address: RefusedError(address))
    kind = socket.SOCK_DGRAM if name == "sendto" else socket.SOCK_STREAM
    try:
        with socket.socket(socket.AF_INET, kind) as one, pytest.raises(RefusedError, match=r"^localhost:9$"):
            getattr(one, name)(*([b"x"] if name == "sendto" else []), ("localhost", 9))
    finally:
        disarm()


def test_urllib_request_is_refused(armed: None) -> None:
    """`urllib.request` lets the error pass, because it wraps only errors of the network."""
    with pytest.raises(RefusedError):
        urllib.request.urlopen("http://track.customer.io/")


def test_an_address_of_a_base_url_of_ones_own(bound: socket.socket) -> None:
    """An address is refused by its port; other ports of the same machine stay open."""
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
    """Local names, sockets of the file system and look-ups without a host pass."""
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
    """Each session is armed by itself; disarming one twice does not disarm the other."""
    first = guard.arm(Watched(), lambda _: RefusedError("first"))
    second = guard.arm(Watched(), lambda _: RefusedError("second"))
    first()
    first()
    with pytest.raises(RefusedError, match="second"):
        socket.gethostbyname("track.customer.io")
    second()
    assert guard.GUARD.armed == []


def test_the_process_has_one_hook(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the guard is armed, one audit hook is added, because hooks cannot be removed."""
    guard.arm(Watched(), RefusedError)()
    added: list[object] = []
    monkeypatch.setattr(sys, "addaudithook", added.append)
    guard.arm(Watched(), RefusedError)()
    assert added == []


def test_the_hook_asks_the_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all audit events, it passes on those that may lead to a host."""
    added: list[Callable[..., None]] = []
    monkeypatch.setattr(sys, "addaudithook", added.append)
    alone = guard.Guard()
    disarm = alone.arm(Watched(), RefusedError)
    (hook,) = added
    hook("open", ("track.customer.io", "r", 0))
    with pytest.raises(RefusedError, match="track.customer.io:443"):
        hook("socket.getaddrinfo", ("track.customer.io", 443))
    disarm()
    hook("socket.getaddrinfo", ("track.customer.io", 443))


def test_odd_events_pass(armed: None) -> None:
    """Events without an address, or with one of another kind, pass."""
    guard.GUARD.audit("open", ("track.customer.io", 443))
    guard.GUARD.audit("socket.getaddrinfo", ("example.org", 443))
    for port in ("²", "1" * 5000, b"443", "443", None):
        guard.GUARD.audit("socket.getaddrinfo", ("example.org", port))
    guard.GUARD.audit("socket.sendmsg", (None,))
    guard.GUARD.audit("socket.connect", (None, b"\0abstract"))
    guard.GUARD.audit("socket.connect", (None, (1, 2)))
    with socket.socket() as one:
        with pytest.raises(RefusedError):
            guard.GUARD.audit("socket.connect", (one, ("track.customer.io", 443)))
        assert one.fileno() == -1
    for name in ("track.customer.io", "ｔrack。customer．io", "ｔrack｡customer.io"):
        with pytest.raises(RefusedError):
            guard.GUARD.audit("socket.sendmsg", (None, (name, 443)))


def test_a_thread_that_outlives_the_run_ends_where_it_would_send() -> None:
    """A thread that runs after the end is ended, without a message, where it would connect to Customer.io. Other
    threads, and other hosts, are not refused."""
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


def test_a_thread_from_before_may_connect_afterwards() -> None:
    """A thread that was started before the guard was armed may connect after it is disarmed."""
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


def test_a_thread_that_outlives_the_run_may_connect_to_other_hosts() -> None:
    """The guard is asked directly, because no coverage tracer follows an audit hook."""
    guard.GUARD.outliving[threading.current_thread()] = Watched()
    try:
        guard.GUARD.audit("socket.connect", (None, ("127.0.0.1", 80)))
        with pytest.raises(SystemExit):
            guard.GUARD.audit("socket.connect", (None, ("track.customer.io", 443)))
    finally:
        guard.GUARD.outliving.clear()


def test_when_the_interpreter_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was disarmed last is armed again, and what no audit event shows is watched again."""
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(guard, "watch", lambda *given: ends.append(lookups.watch(*given)))
    monkeypatch.setattr(atexit, "register", ends.append)
    alone = guard.Guard()
    alone._refuse_later((Watched(), lambda address: RefusedError(address)), WeakSet())
    ends.pop(0)()
    try:
        with pytest.raises(RefusedError, match=r"track\.customer\.io:443"):
            http.client.HTTPSConnection("127.0.0.1", 9).set_tunnel("track.customer.io", 443)
        with pytest.raises(RefusedError, match=r"track\.customer\.io"):
            ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="track.customer.io")
    finally:
        ends[0]()


def test_a_recorder_may_connect_to_one_host(armed: None) -> None:
    """Within the block this host is let through, and no other one; the end of an inner block restores the outer host."""
    with guard.allowing("api.customer.io"):
        guard.GUARD.audit("socket.getaddrinfo", ("api.customer.io", 443))
        with guard.allowing("eu.customer.io"), pytest.raises(RefusedError):
            guard.GUARD.audit("socket.getaddrinfo", ("api.customer.io", 443))
        guard.GUARD.audit("socket.getaddrinfo", ("api.customer.io", 443))
        with pytest.raises(RefusedError):
            guard.GUARD.audit("socket.getaddrinfo", ("track.customer.io", 443))
    with pytest.raises(RefusedError):
        guard.GUARD.audit("socket.getaddrinfo", ("api.customer.io", 443))


def test_an_address_that_is_no_text_passes(armed: None) -> None:
    """A number or nothing in the place of a host is not looked at."""
    guard.GUARD.audit("socket.getaddrinfo", (None, 443))


def test_what_is_armed_for_good_refuses_until_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After it is disarmed, look-ups, tunnels and handshakes of all code are refused still, and other hosts pass."""
    ends: list[Callable[[], None]] = []
    monkeypatch.setattr(guard, "watch", lambda *given: ends.append(lookups.watch(*given)))
    disarm = guard.arm(Watched(), lambda address: RefusedError(address), for_good=True)
    disarm()
    try:
        for event, args in (
            ("socket.getaddrinfo", ("track.customer.io", 443)),
            ("socket.connect", (None, ("customer.io", 80))),
        ):
            with pytest.raises(RefusedError):
                guard.GUARD.audit(event, args)
        guard.GUARD.audit("socket.getaddrinfo", ("example.org", 443))
        with pytest.raises(RefusedError):
            http.client.HTTPSConnection("127.0.0.1", 9).set_tunnel("track.customer.io", 443)
        with pytest.raises(RefusedError):
            ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="track.customer.io")
    finally:
        guard.GUARD.lasting.clear()
        for end in ends:
            end()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", b"LocalHost", "::1"])
def test_a_server_may_listen_at_a_base_url_of_ones_own(name: str | bytes) -> None:
    """A local server looks its own address up; a connection to it is refused, by name or by address."""
    host = name if isinstance(name, str) else "localhost"
    disarm = guard.arm(Watched((host, 9)), lambda address: RefusedError(address))
    try:
        assert socket.getaddrinfo(name, 9, type=socket.SOCK_STREAM)
        with pytest.raises(RefusedError, match=r":9$"):
            socket.create_connection((host, 9))
        guard.GUARD.audit("socket.connect", (None, ("127.0.0.1", 10)))
    finally:
        disarm()


def test_a_local_base_url_without_a_port(bound: socket.socket) -> None:
    """It stands for every port, where it is named; the machine's address stays open."""

    class Local:
        def concerns(self, host: str, port: int | None = None) -> bool:
            return host == "localhost"

    disarm = guard.arm(Local(), lambda address: RefusedError(address))
    try:
        with pytest.raises(RefusedError, match=r"^localhost$"):
            socket.getaddrinfo("localhost", 9)
        socket.create_connection(bound.getsockname()).close()
    finally:
        disarm()

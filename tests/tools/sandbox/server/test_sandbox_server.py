"""A sandbox that runs, and ends without a trace."""

from __future__ import annotations

import contextlib
import socket
import ssl
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.server.sockets import PortError, bind, raise_connection_limit
from pytest_customerio.tools.sandbox.server.tls import Authority
from pytest_customerio.tools.sandbox.settings import Settings


def test_it_begins_and_ends() -> None:
    """Its port is free again, and its files are gone."""
    with SandboxServer(Settings(tls=True)) as running:
        files = [Path(running.environ[name]) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")]
        assert all(each.is_file() for each in files)
        assert requests.get(f"{running.url}/_sandbox/people", timeout=5).json()["total"] == 0
        running.wait(0.01)
        assert running.runs
    assert not running.runs
    assert not any(each.parent.exists() for each in files)
    with pytest.raises(requests.ConnectionError):
        requests.get(running.url, timeout=5)


def test_it_can_be_stopped_before_it_began() -> None:
    """And twice."""
    running = SandboxServer(Settings())
    running.stop()
    running.stop()


def test_the_environment() -> None:
    """Over http, the addresses are those; nobody needs to trust anything."""
    with SandboxServer(Settings(region="eu")) as running:
        assert running.https_url is None
        assert running.environ["CUSTOMERIO_REGION"] == "eu"
        assert running.environ["CUSTOMERIO_TRACK_URL"] == running.environ["CUSTOMERIO_APP_URL"] == running.url
        assert "SSL_CERT_FILE" not in running.environ


@pytest.mark.parametrize(("host", "exposed"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)])
def test_who_may_reach_it(host: str, exposed: bool) -> None:
    """Other machines only if it is told to."""
    with SandboxServer(Settings(), host) as running:
        assert running.exposed is exposed
        assert running.url.startswith(f"http://{host}:")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_the_other_kind_of_address() -> None:
    """In brackets."""
    try:
        bind("::1", 0).close()
    except PortError:
        pytest.skip("no IPv6 here")
    with SandboxServer(Settings(), "::1") as running:
        assert not running.exposed
        assert requests.get(f"{running.url}/_sandbox/people", timeout=5).status_code == 200


@contextlib.contextmanager
def neighbours() -> Iterator[tuple[int, socket.socket]]:
    """A free port, and a socket that is bound to the next one."""
    for _ in range(100):
        with bind("127.0.0.1", 0) as first:
            port = first.getsockname()[1]
            with contextlib.suppress(PortError):
                second = bind("127.0.0.1", port + 1)
                break
    with second:
        yield port, second


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told in one sentence; what was opened is closed again, and no file is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with neighbours() as (port, second):
        taken = second.getsockname()[1]
        for settings, asked in ((Settings(), taken), (Settings(tls=True), port)):
            with pytest.raises(PortError, match=rf"cannot listen on 127.0.0.1:{taken}: .*; choose another with --port"):
                SandboxServer(settings, port=asked)
    assert list(tmp_path.iterdir()) == []


def test_both_ports_follow_each_other() -> None:
    """https is on the next one."""
    with neighbours() as (port, second):
        second.close()
        with SandboxServer(Settings(tls=True), port=port) as running:
            assert running.url == f"http://127.0.0.1:{port}"
            assert running.https_url == f"https://127.0.0.1:{port + 1}"


def test_the_authority(tmp_path: Path) -> None:
    """Its bundle has the authorities that requests knows too; the certificate is this machine's and Customer.io's."""
    authority = Authority(tmp_path, "sandbox.internal")
    assert authority.bundle.read_bytes().endswith(authority.ca.read_bytes())
    assert authority.bundle.stat().st_size > 100_000
    client = ssl.create_default_context(cafile=str(authority.ca))
    for name in ("localhost", "127.0.0.1", "track-eu.customer.io", "sandbox.internal"):
        arriving, leaving = ssl.MemoryBIO(), ssl.MemoryBIO()
        talking = client.wrap_bio(arriving, leaving, server_hostname=name)
        listening = authority.context().wrap_bio(leaving, arriving, server_side=True)
        for side in (talking, listening, talking):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
        assert talking.getpeercert()


def test_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as the system allows; where there is no such limit, nothing is done."""
    raise_connection_limit()
    if sys.platform != "win32":
        import resource

        current, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert current == most
    monkeypatch.setitem(sys.modules, "resource", None)
    raise_connection_limit()

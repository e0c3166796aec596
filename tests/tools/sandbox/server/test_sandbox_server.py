"""Starting and stopping a sandbox that listens."""

from __future__ import annotations

import contextlib
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.server.sockets import PortError, bind
from pytest_customerio.tools.sandbox.settings import Settings


def test_it_begins_and_ends() -> None:
    """After the end its port is closed and its files are deleted."""
    with SandboxServer(Settings(tls=True)) as server:
        files = [Path(server.environ[name]) for name in ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")]
        assert all(each.is_file() for each in files)
        assert requests.get(f"{server.url}/_sandbox/people", timeout=5).json()["total"] == 0
        server.wait(0.01)
        assert server.runs
    assert not server.runs
    assert not any(each.parent.exists() for each in files)
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)


def test_it_can_be_stopped_before_it_began() -> None:
    """Stopping it before the start, and twice, does nothing."""
    server = SandboxServer(Settings())
    server.stop()
    server.stop()


def test_the_environment() -> None:
    """Without https the addresses are http, and no certificate authority is named."""
    with SandboxServer(Settings(region="eu")) as server:
        assert server.https_url is None
        assert server.environ["CUSTOMERIO_REGION"] == "eu"
        assert server.environ["CUSTOMERIO_TRACK_URL"] == server.environ["CUSTOMERIO_APP_URL"] == server.url
        assert "SSL_CERT_FILE" not in server.environ


@pytest.mark.parametrize(("host", "exposed"), [("127.0.0.1", False), ("localhost", False), ("0.0.0.0", True)])
def test_who_may_reach_it(host: str, exposed: bool) -> None:
    """Only a host other than this machine's makes it reachable for other machines."""
    with SandboxServer(Settings(), host) as server:
        assert server.exposed is exposed
        assert server.url.startswith(f"http://{'127.0.0.1' if exposed else host}:")


@pytest.mark.skipif(not socket.has_ipv6, reason="no IPv6 here")
def test_the_other_kind_of_address() -> None:
    """An IPv6 address is written in brackets in the URL."""
    try:
        bind("::1", 0).close()
    except PortError:
        pytest.skip("no IPv6 here")
    with SandboxServer(Settings(), "::1") as server:
        assert not server.exposed
        assert requests.get(f"{server.url}/_sandbox/people", timeout=5).status_code == 200


@contextlib.contextmanager
def neighbours() -> Iterator[tuple[int, socket.socket]]:
    """A free port, and a socket that is bound to the next port."""
    for _ in range(100):
        with bind("127.0.0.1", 0) as first:
            port = first.getsockname()[1]
            with contextlib.suppress(PortError):
                second = bind("127.0.0.1", port + 1)
                break
    with second:
        yield port, second


def test_a_port_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the port; all sockets are closed, and no file is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with neighbours() as (port, second):
        taken = second.getsockname()[1]
        for settings, wanted in ((Settings(), taken), (Settings(tls=True), port)):
            with pytest.raises(PortError, match=rf"cannot listen on 127.0.0.1:{taken}: .*; choose another with --port"):
                SandboxServer(settings, port=wanted)
    assert list(tmp_path.iterdir()) == []


def test_a_port_of_its_own_for_https() -> None:
    """https listens on the port that was asked for; an authority that is kept stays after the end."""
    with neighbours() as (port, second):
        second.close()
        with SandboxServer(Settings(tls=True), https_port=port + 1) as server:
            assert server.https_url == f"https://127.0.0.1:{port + 1}"


def test_an_authority_that_is_kept(tmp_path: Path) -> None:
    """Its files stay after the end; the variables name them."""
    with SandboxServer(Settings(tls=True), ca=tmp_path / "ca") as server:
        assert server.environ["SSL_CERT_FILE"] == str(tmp_path / "ca" / "ca-bundle.pem")
    assert (tmp_path / "ca" / "ca-key.pem").is_file()


def test_a_data_file_is_closed_where_the_start_fails(tmp_path: Path) -> None:
    """Where the port is in use, the next sandbox can open the data file."""
    settings = Settings(data=tmp_path / "x.db")
    with bind("127.0.0.1", 0) as taken, pytest.raises(PortError):
        SandboxServer(settings, port=taken.getsockname()[1])
    SandboxServer(settings).stop()


def test_both_ports_follow_each_other() -> None:
    """https listens on the port after http."""
    with neighbours() as (port, second):
        second.close()
        with SandboxServer(Settings(tls=True), port=port) as server:
            assert server.url == f"http://127.0.0.1:{port}"
            assert server.https_url == f"https://127.0.0.1:{port + 1}"

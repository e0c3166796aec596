"""httplib2 is heard and answered, although its connections connect by themselves."""

from __future__ import annotations

import base64
import socket
import sys
from http.client import HTTPConnection, HTTPSConnection
from types import ModuleType
from typing import Any

import pytest
from tapping import TRACK, FakeTraffic

from pytest_customerio.clients.http import httplib2
from pytest_customerio.core.model import Answer
from pytest_customerio.process.patching import Patches

BASIC = {"Authorization": f"Basic {base64.b64encode(b'site:key').decode()}"}


@pytest.mark.usefixtures("network_is_closed")
def test_requests_of_httplib2(tapped: FakeTraffic) -> None:
    """Each request is heard once and answered; a fault is raised as httplib2 raises it."""
    client: Any = pytest.importorskip("httplib2").Http(timeout=3)
    tapped.answers["*"] = [Answer(201, "Made", (), b"one"), Answer(200, "", (), b"two"), Answer(fault="dns-failure")]
    response, content = client.request(TRACK, "POST", body=b"{}", headers=BASIC)
    assert (response.status, content) == (201, b"one")
    assert client.request(TRACK, "GET")[1] == b"two"
    with pytest.raises(sys.modules["httplib2"].ServerNotFoundError, match="track\\.customer\\.io"):
        client.request(TRACK, "GET")
    assert [(heard.client, heard.body, heard.status, heard.timeout_set) for heard in tapped.heard] == [
        ("http.client", b"{}", 201, True),
        ("http.client", None, 200, True),
        ("http.client", None, None, True),
    ]


@pytest.mark.parametrize("kind", [HTTPConnection, HTTPSConnection])
@pytest.mark.usefixtures("network_is_closed")
def test_a_class_that_connects_by_itself(tapped: FakeTraffic, kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connections of httplib2 overwrite `connect`: those to Customer.io lead into memory, others connect."""
    connected: list[str] = []

    class Own(kind):
        def connect(self) -> None:
            connected.append(self.host)
            raise ConnectionRefusedError

    library: Any = ModuleType("httplib2")
    library.HTTPConnectionWithTimeout = library.HTTPSConnectionWithTimeout = Own
    monkeypatch.setitem(sys.modules, "httplib2", library)
    patches = Patches()
    httplib2.install(tapped, patches)
    try:
        tapped.answers["*"] = [Answer(201, "", (), b"one")]
        conn = Own("track.customer.io")
        conn.connect()
        conn.request("GET", "/")
        assert conn.getresponse().read() == b"one"
        with pytest.raises(ConnectionRefusedError):
            Own("example.com").connect()
    finally:
        patches.undo()
    assert connected == ["example.com"]
    with pytest.raises(ConnectionRefusedError):
        Own("track.customer.io").connect()


@pytest.fixture
def network_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is looked up: a look-up fails the test."""

    def getaddrinfo(*args: object) -> None:
        raise AssertionError(args)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

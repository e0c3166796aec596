"""Fixtures for the tests of the taps."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from tapping import FakeTraffic, Listener

from pytest_customerio.clients import registry


@pytest.fixture
def traffic() -> FakeTraffic:
    return FakeTraffic()


@pytest.fixture
def tapped(traffic: FakeTraffic) -> Iterator[FakeTraffic]:
    """A traffic; every client's module is installed for the test."""
    uninstall = registry.install(traffic)
    yield traffic
    uninstall()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A local server that counts the requests that reach it."""
    server = Listener()
    yield server
    server.close()


@pytest.fixture
def dns_to_listener(listener: Listener, monkeypatch: pytest.MonkeyPatch) -> Listener:
    """Every name is resolved to the local listener, which counts what would leave."""
    real = socket.getaddrinfo

    def getaddrinfo(host: object, port: object, *args: object, **kwargs: object) -> object:
        return real("127.0.0.1", listener.port, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return listener

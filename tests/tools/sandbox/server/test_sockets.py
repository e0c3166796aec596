"""The sockets of the sandbox."""

from __future__ import annotations

import sys

import pytest

from pytest_customerio.tools.sandbox.server.sockets import JoiningTransport, raise_connection_limit


def test_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of open files is raised to what the system permits; where there is none, nothing is done."""
    raise_connection_limit()
    if sys.platform != "win32":
        import resource

        current, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert current == most
    monkeypatch.setitem(sys.modules, "resource", None)
    raise_connection_limit()


class Recorded:
    """A transport that records what is done with it."""

    def __init__(self) -> None:
        self.done: list[object] = []

    def write(self, data: bytes) -> None:
        """Record data."""
        self.done.append(data)

    def close(self) -> None:
        """Record the end."""
        self.done.append("closed")

    def is_closing(self) -> bool:
        """Something else that a transport can do."""
        return "closed" in self.done


def test_head_and_body_are_sent_at_once() -> None:
    """Within its context a transport collects what is written; outside it sends each part; nothing else changes."""
    below = Recorded()
    transport = JoiningTransport(below)
    transport.write(b"first")
    with transport:
        transport.write(b"head")
        transport.write(b"body")
        assert below.done == [b"first"]
    with transport:
        pass
    assert below.done == [b"first", b"headbody"]
    with transport:
        transport.write(b"head")
        transport.close()
    assert below.done == [b"first", b"headbody", b"head", "closed"]
    assert transport.is_closing()

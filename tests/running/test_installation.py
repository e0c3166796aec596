"""What is installed while tests are checked, and removed at the end."""

from __future__ import annotations

import socket

import pytest

from pytest_customerio.process.guard import RefusedError
from pytest_customerio.running.session import Session


def test_nothing_leaves_while_a_session_is_open(session: Session) -> None:
    """A connection to Customer.io is refused before a socket opens; after the end, looking it up is allowed again."""
    session.open()
    try:
        with pytest.raises(RefusedError):
            socket.getaddrinfo("track.customer.io", 443)
    finally:
        session.close()
    with pytest.raises(LookupError), pytest.MonkeyPatch.context() as patched:
        patched.setattr(socket, "getaddrinfo", lambda *_: (_ for _ in ()).throw(LookupError()))
        socket.getaddrinfo("track.customer.io", 443)


def test_before_it_is_opened(session: Session) -> None:
    """No mock is looked for, and none is put aside."""
    installation = session._installation
    assert installation.replaced() == []
    with installation.without_mocks():
        assert installation.places is session.parts.places()

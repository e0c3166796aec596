"""Copies of real instances."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock

from pytest_customerio.clients.mocks.real_calls.instances import LEFT_OUT, snapshot


class Client:
    session: object
    hook: object

    def track(self) -> str:
        return "real"


def test_mocks_and_fakes_are_left_out() -> None:
    """A function that hides a method is gone; one that the application keeps in an attribute is there."""
    client = Client()
    client.session, client.hook = MagicMock(), len
    client.__dict__.update(track=lambda: "fake", on_error=print, extra=SimpleNamespace())
    copied = snapshot(client)
    assert copied.track() == "real"
    assert copied.session is LEFT_OUT
    assert (copied.hook, copied.extra, type(copied)) == (len, client.__dict__["extra"], Client)

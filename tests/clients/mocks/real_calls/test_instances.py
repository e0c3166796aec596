"""Real instances that were built alike, and copies of them."""

from __future__ import annotations

from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest
from hearing_mocks import Listening
from rude import RudeClass

from pytest_customerio.clients.mocks.originals.roles import Built
from pytest_customerio.clients.mocks.real_calls.instances import LEFT_OUT, Instances, exempt, snapshot

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")

KEYS = ("site-1234", "key-12345")


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


def test_instances_that_were_built_alike(heard: Listening) -> None:
    """They share one real instance; arguments that cannot be compared make another one."""

    class Incomparable:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    instances = Instances(heard.listener.known)
    first, second = (instances.of(role, Built(KEYS, {"timeout": 3}))[0] for _ in range(2))
    assert first is second
    one, other = (instances.of(role, Built(KEYS, {"timeout": Incomparable()}))[0] for _ in range(2))
    assert one is not other


@pytest.mark.parametrize("name", ["auth", "headers"])
def test_credentials_whose_methods_raise(heard: Listening, name: str) -> None:
    """They count as given."""
    role = heard.listener.known.role(requests.post)
    assert role is not None
    assert exempt(role, {name: RudeClass()}, known=True) == exempt(role, {"auth": ("site", "key")}, known=True)
    assert exempt(role, {"headers": {"Authorization": None}}, known=True) == exempt(role, {"auth": None}, known=True)

"""Calls of the real methods of the SDKs."""

from __future__ import annotations

import sys

import pytest
from hearing_mocks import Listening, Traffic

from pytest_customerio.clients.mocks.listening import sdk_calls

customerio = pytest.importorskip("customerio")

KEYS = ("site-1234", "key-12345")


def test_another_package_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the project that is called as an SDK, without its modules, is none."""
    monkeypatch.delitem(sys.modules, "customerio.track")
    listening = Listening(Traffic())
    listening.listener.learn("customerio")
    assert listening.listener.known.role(customerio.CustomerIO) is None


def test_outside_of_a_test_nothing_is_noted(heard: Listening) -> None:
    """A call of an SDK, and a fake in its place, that no checked test makes."""
    heard.notes = None
    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    heard.listener._unjudged.fake(role)
    client = customerio.CustomerIO(*KEYS)
    client.send_request = lambda *_: None
    client.track("42", "purchase")


def test_a_call_that_is_interrupted(heard: Listening) -> None:
    """It was neither used nor refused: Ctrl+C is no exception of the SDK's."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    this = sdk_calls.Method(heard.listener._place, "customerio.CustomerIO.track", None)
    with pytest.raises(KeyboardInterrupt):
        sdk_calls._heard(this, interrupted)()
    assert heard.notes is not None
    assert (heard.notes.refused, heard.notes.used) == (False, "")

"""What comes of a role: a method, an instance, the result of a call."""

from __future__ import annotations

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.mocks.originals.roles import called, child

customerio = pytest.importorskip("customerio")


def test_what_comes_of_a_role(heard: Listening) -> None:
    """A class makes instances, a block gives the instance back; the result of a method stands for nothing."""
    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    instance = called(role)
    assert instance is not None
    assert called(child(instance, "track")) is None
    assert called(child(instance, "__enter__")) == instance
    assert called(instance) is None
    assert child(child(instance, "v2"), "send_batch").path == ("v2", "send_batch")

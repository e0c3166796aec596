"""Calls that look like an SDK's, of mocks without a spec."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.placed.mock_state import OTHER

customerio = pytest.importorskip("customerio")


@pytest.fixture
def lookalikes() -> Lookalikes:
    made = Lookalikes(lambda kind: kind is customerio.SendEmailRequest)
    made.learn(BY_NAME["customerio"])
    return made


def test_names(lookalikes: Lookalikes) -> None:
    """Those of the methods that make a request, but for common ones."""
    assert {"track", "identify", "send_email", "merge_customers"} <= lookalikes.distinct
    assert lookalikes.distinct.isdisjoint({"delete", "batch", "suppress", "close", "send_request"})


def test_names_that_another_sdk_has(lookalikes: Lookalikes) -> None:
    """A method that this SDK lacks is looked at too: called on it, it raises. One word alone is everybody's name."""
    assert {"add_to_segment", "trigger_broadcast", "track_person_event"} <= lookalikes.names
    assert lookalikes.names.isdisjoint({"create", "list"})
    assert "add_to_segment" not in lookalikes.distinct


def test_what_may_be_a_call_of_an_sdk(lookalikes: Lookalikes) -> None:
    """A method of a bare mock, with arguments that the SDK takes."""
    fake = MagicMock()
    message = customerio.SendEmailRequest()
    assert lookalikes.may_be(fake.track, ("42", "purchase"), {"total": 3}) is False  # 3.x takes a dictionary
    assert lookalikes.may_be(fake.track, ("42", "purchase", {"total": 3}), {})
    assert lookalikes.may_be(fake.crm.track, ("42", "purchase"), {})
    assert lookalikes.may_be(fake.send_email, ({},), {})
    assert lookalikes.may_be(fake.send_email, (message,), {})
    assert not lookalikes.may_be(fake.send_email, ("ada@example.com",), {})
    assert not lookalikes.may_be(fake.track, (), {})
    assert not lookalikes.may_be(MagicMock(name="track"), ("42", "purchase"), {})


def test_what_stands_for_something_else(lookalikes: Lookalikes) -> None:
    """A mock with a spec, or beneath one that was put in the place of something."""
    assert not lookalikes.may_be(MagicMock(spec=Lookalikes, track=MagicMock()).track, ("42", "purchase"), {})
    placed = MagicMock()
    vars(placed)[OTHER] = True
    assert not lookalikes.may_be(placed.client.track, ("42", "purchase"), {})

"""What a mock stands for: as it was said of it, or as follows from the mock whose attribute or result it is."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.placed.mock_state import MESSAGE

customerio = pytest.importorskip("customerio")


@pytest.fixture
def known() -> Known:
    """What is known of the SDK."""
    made = Known()
    made.learn(BY_NAME["customerio"])
    return made


@pytest.fixture
def roles(known: Known) -> MockRoles:
    """No mock stands for anything."""
    return MockRoles(known, lambda _, check: check, lambda *_: "heard")


def test_a_mock_that_gets_a_role_later(known: Known, roles: MockRoles) -> None:
    """Its attributes and results, which had none before, have one from then on."""
    mock = MagicMock()
    made = mock.CustomerIO("site-1234", "key-12345")
    assert roles.role(made.track) is None
    roles.give(mock, known.role(customerio))
    assert roles.values
    role = roles.role(made.track)
    assert role is not None
    assert (role.kind, role.label) == ("method", "customerio.CustomerIO.track")


def test_an_instance_that_was_built(known: Known, roles: MockRoles) -> None:
    """Its methods know how."""
    mock, role, built = MagicMock(), known.role(customerio.CustomerIO), Built(("site-1234", "key-12345"))
    assert role is not None
    roles.built(mock, role, built)
    method = roles.role(mock.track)
    assert method is not None
    assert method.instance == built
    assert roles.role(mock.track.nothing()) is None


def test_what_is_put_in_the_place_of_an_original(roles: MockRoles) -> None:
    """A mock stays there; a fake of something known is heard, one of anything else is not."""
    mock = MagicMock()
    assert roles.stands(mock, None, customerio.CustomerIO) is None
    assert roles.role(mock) is not None
    assert roles.stands(print, None, customerio.CustomerIO) == "heard"
    assert roles.stands(print, None, len) is None
    assert roles.stands(customerio.CustomerIO, None, customerio.CustomerIO) is None


def test_a_class_of_messages(roles: MockRoles) -> None:
    """A mock in its place stands for no call, and is noted: what it gives is an argument of calls."""
    mock = MagicMock()
    roles.stands(mock, None, customerio.SendEmailRequest)
    assert roles.role(mock) is None
    assert mock.__dict__[MESSAGE] is customerio.SendEmailRequest
    assert roles.values

"""The private state of a mock: whether it calls the real thing, whether it is called when an attribute is read."""

from __future__ import annotations

from unittest import mock

import pytest

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.placed.mock_state import calls_through, is_property

requests = pytest.importorskip("requests")


def test_what_calls_the_real_thing() -> None:
    """A mock that wraps something and has no answer of its own; a side effect that wraps a known function."""
    known = Known()
    known.learn(BY_NAME["requests"])

    def spied() -> None:
        """As the side effect of `mocker.spy`."""

    spied.__wrapped__ = requests.post  # type: ignore[attr-defined]
    assert calls_through(mock.Mock(wraps=requests.post), known)
    assert calls_through(mock.Mock(side_effect=spied), known)
    assert calls_through(mock.Mock(side_effect=requests.post), known)
    assert calls_through(mock.AsyncMock(side_effect=requests.Session().post), known)
    assert not calls_through(mock.Mock(side_effect=repr), known)
    assert not calls_through(mock.Mock(wraps=requests.post, return_value=1), known)
    assert not calls_through(mock.Mock(wraps=mock.Mock()), known)
    assert not calls_through(mock.Mock(side_effect=ValueError), known)
    assert not calls_through(spied, known)


def test_what_is_called_when_an_attribute_is_read() -> None:
    """A `PropertyMock`, of all mocks; a function is none."""
    assert is_property(mock.PropertyMock())
    assert not any(map(is_property, (mock.Mock(), mock.AsyncMock(), mock.MagicMock(), is_property)))

"""Mocks that are put in the place of something, by each way of doing it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock, create_autospec, patch

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.mocks.placed.mock_state import is_placed

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")


def label(heard: Listening, mock: Any) -> str:
    """What a mock stands for; nothing where that is not known."""
    role = heard.listener._roles.role(mock)
    return role.label if role is not None else ""


def test_what_patch_puts_in_place(heard: Listening) -> None:
    """An object, an attribute of a class, a value of a dict; what stands for something else has no role."""
    home = {"client": customerio.CustomerIO, "other": dict}
    with (
        patch("requests.post") as post,
        patch.object(customerio.CustomerIO, "track") as track,
        patch.dict(home, client=MagicMock(), other=MagicMock()),
        patch("json.dumps") as dumps,
    ):
        assert [label(heard, one) for one in (post, track, home["client"], home["other"], dumps)] == [
            "requests.post",
            "customerio.CustomerIO.track",
            "customerio.CustomerIO",
            "",
            "",
        ]


def test_what_stands_where_nothing_stood(heard: Listening) -> None:
    """A mock that `create=True` puts there is in the place of nothing: the code that calls it says what it is."""
    with patch.object(SimpleNamespace(), "client", create=True) as created, patch("json.dumps") as dumps:
        assert (is_placed(created), is_placed(dumps)) == (False, True)


def test_what_monkeypatch_puts_in_place(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """An attribute and a value of a dict."""
    home = {"post": requests.post}
    monkeypatch.setattr(requests, "post", MagicMock())
    monkeypatch.setitem(home, "post", MagicMock())
    assert [label(heard, one) for one in (requests.post, home["post"])] == ["requests.post"] * 2


def test_what_has_a_spec(heard: Listening) -> None:
    """The mock of a class and that of an instance; a list of names says nothing."""
    name = "customerio.CustomerIO"
    for mock in (Mock(spec=customerio.CustomerIO), create_autospec(customerio.CustomerIO)):
        assert label(heard, mock) == name
        assert label(heard, mock.track) == f"{name}.track"
    assert label(heard, Mock(spec=["track"])) == ""


def test_what_is_attached_to_another_mock(heard: Listening) -> None:
    """It stands for what it did before."""
    client, manager = Mock(spec=customerio.CustomerIO), Mock()
    manager.attach_mock(client.track, "identify")
    assert label(heard, manager.identify) == "customerio.CustomerIO.track"

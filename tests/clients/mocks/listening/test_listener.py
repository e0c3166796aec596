"""What of the calls of mocks is noted, and when."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock
from unittest.mock import MagicMock, patch

import pytest
from hearing_mocks import Listening, Traffic, imported

from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built

customerio = pytest.importorskip("customerio")
analytics = pytest.importorskip("customerio.analytics")
async_customerio = pytest.importorskip("async_customerio")

real_message = customerio.SendEmailRequest
URL = "https://track.customer.io/api/v1/customers/42/events"
KEYS = ("site-1234", "key-12345")


def test_what_stands_for_a_module(heard: Listening) -> None:
    """A module of no library stands for nothing; an SDK that is not installed is counted; functions of a fake are heard."""
    known, listener, notes = heard.listener.known, heard.listener, heard.notes
    assert notes is not None
    assert known.module_role("json", None, "is not installed") is None
    assert known.module_role("requests.nowhere", None, "is not installed") is None
    listener.learn_stand_in("json", MagicMock())
    absent, fake = MagicMock(), SimpleNamespace(post=lambda *args, **kwargs: None, CustomerIO=1)
    listener.learn_stand_in("customerio.nowhere", absent)
    absent.track("42", "bought")
    assert [why.rpartition(": ")[2] for why in notes.unjudged] == ["customerio.nowhere is not installed"]
    listener.learn_stand_in("requests", fake)
    fake.post(URL, json={"name": "bought"}, timeout=5)
    assert [note.role.label for note in heard.taken()] == ["requests.post"]


def test_a_call_is_noted_as_it_was(heard: Listening) -> None:
    """Role, arguments, call site, time, and how the instance was built."""
    with patch("customerio.CustomerIO"):
        customerio.CustomerIO(*KEYS, timeout=3).track("42", "purchase", {"total": 3})
    first, second = heard.taken()
    assert (first.role.label, second.role.label) == ("customerio.CustomerIO", "customerio.CustomerIO.track")
    assert (second.given.args, dict(second.given.kwargs)) == (("42", "purchase", {"total": 3}), {})
    assert second.instance == Built(KEYS, {"timeout": 3})
    assert second.sent_from is not None
    assert second.sent_from.startswith("clients/mocks/listening/test_listener.py:")
    assert second.at == 5.0


def test_two_clients_of_one_class(heard: Listening) -> None:
    """Each method's call belongs to the instance that it was called on."""
    one, other = MagicMock(), MagicMock()
    with patch("customerio.CustomerIO", side_effect=[one, other]):
        for region in (customerio.Regions.US, customerio.Regions.EU):
            customerio.CustomerIO(*KEYS, region=region)
        other.track("42", "purchase")
        one.track("42", "purchase")
    assert [request.url.split("/")[2] for request in heard.sent()] == ["track-eu.customer.io", "track.customer.io"]


def test_outside_a_test_nothing_is_noted(heard: Listening) -> None:
    """Mocks are called as ever."""
    heard.notes = None
    with patch.dict("sys.modules", {"nothing": "of interest"}):
        assert heard.listener.known.role("of interest") is None
    with patch("customerio.CustomerIO") as fake, patch.object(customerio.APIClient, "send_email", autospec=True):
        customerio.CustomerIO(*KEYS).track("42", "x")
        with pytest.raises(TypeError):
            customerio.APIClient("app-key").send_email()
    fake.return_value.track.assert_called_once_with("42", "x")
    with pytest.raises(TypeError):
        customerio.CustomerIO(*KEYS).track(foo=1)


def test_a_hundred_thousand_calls(heard: Listening) -> None:
    """Few of them are noted, all are counted."""
    client = mock.NonCallableMagicMock(spec=customerio.CustomerIO)
    for number in range(3000):
        client.track(str(number), "purchase", {"n": number})
        client.track.reset_mock()
    assert heard.notes is not None
    assert heard.notes.calls == 3000
    assert len(heard.taken()) < 120


def test_mocks_of_mocks_of_classes(heard: Listening) -> None:
    """A class that is wrapped makes real instances; one that is built very often is noted in part."""
    with patch("customerio.CustomerIO", wraps=customerio.CustomerIO):
        assert type(customerio.CustomerIO(*KEYS)).__name__ == "CustomerIO"
    assert heard.taken() == []
    with patch("customerio.CustomerIO"):
        for _ in range(150):
            customerio.CustomerIO(*KEYS)
    assert len(heard.taken()) == 101
    assert heard.notes is not None
    assert heard.notes.calls == 0


def test_a_mock_of_a_class_of_messages(heard: Listening) -> None:
    """What it makes is known as a message made by it, so that a call which is given one can be judged."""
    with patch("customerio.APIClient"), patch("customerio.SendEmailRequest"):
        message = customerio.SendEmailRequest(to="ada@example.com", transactional_message_id=1, identifiers={"id": "1"})
        customerio.APIClient("key-12345").send_email(message)
    note = heard.taken()[-1]
    assert note.role.label == "customerio.APIClient.send_email"
    assert isinstance(note.given.args[-1], real_message)


def test_an_sdk_of_one_module(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before 1.0 the official SDK was one module; a module of the project with the same names is no SDK."""
    library, older = BY_NAME["customerio"], ModuleType("customerio")
    older.CustomerIO = type("CustomerIO", (), {"__module__": "customerio"})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "customerio", older)
    for name in library.lookups:
        monkeypatch.delitem(sys.modules, name)
    assert not heard.listener._is_installed(library)
    older.CustomerIOException = Exception  # type: ignore[attr-defined]
    assert heard.listener._is_installed(library)
    monkeypatch.setattr(heard.listener, "_place", SimpleNamespace(is_project=lambda _: True))
    assert not heard.listener._is_installed(library)


def test_after_all_of_it_nothing_is_left() -> None:
    """What was patched is as it was."""
    before = [vars(owner)[name] for owner, name in PATCHED]
    Listening(Traffic()).listener.install(imported())()
    assert [vars(owner)[name] for owner, name in PATCHED] == before


PATCHED: list[tuple[Any, str]] = [
    (mock._patch, "__enter__"),
    (mock._patch_dict, "_patch_dict"),
    (mock.NonCallableMock, "_mock_add_spec"),
    (mock.CallableMixin, "__call__"),
    (pytest.MonkeyPatch, "setattr"),
    (pytest.MonkeyPatch, "setitem"),
    (customerio.CustomerIO, "track"),
    (customerio.CustomerIO, "__init__"),
    (async_customerio.AsyncCustomerIO, "track"),
    (analytics, "track"),
]

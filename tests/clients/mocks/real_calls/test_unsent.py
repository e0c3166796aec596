"""While a call is made again, nothing is sent, and everything else is as it was."""

from __future__ import annotations

import asyncio
import logging
import warnings
from unittest.mock import MagicMock, patch

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.mocks.real_calls.reenacting import _silence
from pytest_customerio.clients.mocks.real_calls.unsent import Heard, NotSentError, at_work, nothing_leaves

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")
aiohttp = pytest.importorskip("aiohttp")

URL = "https://track.customer.io/api/v1/customers/42/events"
KEYS = ("site-1234", "key-12345")


def test_everything_is_put_back(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patches that are active while a call is made again are out of the way, and in place again after it."""
    for name in ("requests.post", "requests.Session.request", "requests.Session.get_adapter", "json.dumps"):
        if name != "json.dumps":
            monkeypatch.setattr(name, MagicMock())
    monkeypatch.setattr(customerio.CustomerIO, "send_request", MagicMock())
    with patch("customerio.CustomerIO") as fake:
        before = {name: vars(requests.Session)[name] for name in ("request", "send", "get_adapter")}
        customerio.CustomerIO(*KEYS).track("42", "x")
        assert [one.url for one in heard.sent()] == [URL]
        assert customerio.CustomerIO is fake
    assert {name: vars(requests.Session)[name] for name in before} == before
    assert customerio.CustomerIO.send_request.called is False
    assert requests.Session.request.called is False


def test_nothing_leaves(heard: Listening) -> None:
    """Also not to a host that is not Customer.io's: the client is stopped where it would send, and is not heard."""
    with patch("customerio.CustomerIO"):
        customerio.CustomerIO(*KEYS, host="127.0.0.1", port=9).track("42", "x")
    assert heard.sent() == []


def test_other_threads_go_on(heard: Listening) -> None:
    """What is not made again passes through where calls that are made again are stopped."""
    with nothing_leaves(heard.listener.known):
        assert isinstance(requests.Session().get_adapter("https://example.com"), requests.adapters.HTTPAdapter)
        with pytest.raises(TypeError, match="required positional argument"):  # of the real one
            asyncio.run(aiohttp.ClientSession._request(MagicMock()))  # type: ignore[call-arg, arg-type]
        found = Heard()
        token = at_work.set(found)
        with pytest.raises(NotSentError):
            requests.Session().get_adapter("https://example.com")
        at_work.reset(token)


def test_other_threads_meet_the_mocks(heard: Listening) -> None:
    """While threads are busy, what stands for a library stays there for them, and they may warn."""
    client = customerio.CustomerIO(*KEYS)
    with (
        patch("requests.post", return_value="mock"),
        patch.object(customerio.CustomerIO, "track", return_value="mock"),
        patch.object(requests.Session, "send", autospec=True, return_value="mock"),
        nothing_leaves(heard.listener.known, busy=True),
        _silence(busy=True),
    ):
        with pytest.warns(DeprecationWarning, match="theirs") as warned:
            warnings.warn("theirs", DeprecationWarning, stacklevel=1)
        assert warned[0].filename == __file__
        assert requests.post() == client.track() == requests.Session().send(None) == "mock"  # type: ignore[arg-type]
        found = Heard()
        token = at_work.set(found)
        warnings.warn("ours", DeprecationWarning, stacklevel=1)
        assert not logging.getLogger("customerio").isEnabledFor(logging.CRITICAL)
        for sent in (lambda: requests.post(URL), lambda: client.track("42", "purchase")):
            with pytest.raises(NotSentError):
                sent()
        at_work.reset(token)
        assert logging.getLogger("customerio").isEnabledFor(logging.CRITICAL)
    assert [one.method for one in found.requests] == ["POST", "POST"]


def test_a_request_that_failed_by_itself() -> None:
    """Only what was stopped where it would be sent is a request."""
    found = Heard()
    hearing = found.begin("requests", "post", URL)
    assert hearing is not None
    with pytest.raises(ValueError, match="no"), hearing:
        raise ValueError("no")
    assert found.requests == []


def test_one_hearing_beneath_another() -> None:
    """A client beneath one that is being heard says nothing."""
    outer = Heard()
    assert outer.begin("httpx", "post", URL) is outer
    assert outer.begin("http.client", "post", URL) is None

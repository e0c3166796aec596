"""What stood in the attributes of a library, and where something else stands now."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from pytest_customerio.clients.mocks.originals.attributes import MISSING
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME

requests = pytest.importorskip("requests")


@pytest.fixture
def known() -> Known:
    """What is known of requests, and of a library in which one function is public."""
    made = Known()
    for name in ("requests", "urllib.request"):
        made.learn(BY_NAME[name])
    return made


def test_what_is_replaced(known: Known) -> None:
    """Public functions and methods, with their originals; what is beneath them too, where all originals are asked for."""
    post, session = requests.post, requests.Session
    send, adapter = session.send, requests.adapters.HTTPAdapter
    close = adapter.close
    with patch("requests.post"), patch.object(session, "send"), patch.object(adapter, "close"):
        replaced = {(owner.__name__, name): one for owner, name, one in known.attributes.replaced()}
        originals = {(owner.__name__, name): one for owner, name, one in known.attributes.originals()}
    assert replaced == {("requests", "post"): post, ("Session", "send"): send}
    assert originals == {**replaced, ("HTTPAdapter", "close"): close}
    assert [*known.attributes.replaced(), *known.attributes.originals()] == []


def test_what_is_deleted_is_not_replaced(known: Known, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing stands in its place; what is replaced beside it is found."""
    post = requests.post
    monkeypatch.delattr(requests, "put")
    assert [*known.attributes.replaced()] == []
    monkeypatch.setattr(requests, "post", len)
    assert [*known.attributes.replaced()] == [(requests, "post", post)]


def test_what_is_put_on_a_class_that_inherits_it(known: Known) -> None:
    """Nothing stood there before; it is no method of the class."""
    with patch.object(requests.Session, "added", create=True):
        assert [*known.attributes.originals()] == [(requests.Session, "added", MISSING)]
        assert known.attributes.method(requests.Session, "added") is None


def test_the_real_method(known: Known) -> None:
    """Whatever stands for it now, also of a class that is derived from a known one."""
    real = requests.Session.post
    derived = type("Derived", (requests.Session,), {})
    with patch.object(requests.Session, "post"):
        assert known.attributes.method(requests.Session, "post") is real
        assert known.attributes.method(derived, "post") is real
    assert known.attributes.method(requests.Session, "nothing") is None

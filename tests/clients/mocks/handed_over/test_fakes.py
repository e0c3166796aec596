"""Hand-written fakes that a test hands to the application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from faking import Listening, listening

from pytest_customerio.clients.mocks.handed_over.fakes import HANDED_OVER
from pytest_customerio.clients.traffic import being_heard

customerio = pytest.importorskip("customerio")
LABEL = "customerio.CustomerIO.track"


class FakeCustomerIO:
    def track(self, *args: Any, **kwargs: Any) -> Any:
        return args, kwargs

    def pages(self, *args: Any) -> Any:
        return args


class Recorder:
    @classmethod
    def track(cls, *args: Any) -> Any:
        return cls, args

    @staticmethod
    def identify(*args: Any, **kwargs: Any) -> Any:
        return args, kwargs


class Derived(customerio.CustomerIO):  # type: ignore[misc]
    limit = 3

    def __init__(self) -> None:
        pass

    def track(self, *args: Any) -> Any:
        return args

    def _private(self) -> None:
        pass


class FakeSession:
    def post(self, url: str, **kwargs: Any) -> Any:
        return url


class FakeView:
    page = 1

    def pages(self) -> None:
        pass


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[Listening]:
    """The application, and the fakes of this file, are listened to."""
    with listening(tmp_path, __file__) as made:
        made.listener.look()
        yield made


def test_what_the_calling_code_says(heard: Listening) -> None:
    """The annotation of the application says what a fake stands for; its methods do what they did."""
    fake: Any
    for fake in (FakeCustomerIO(), Derived()):
        heard.app.buy(fake, "42", "purchase")
    assert heard.app.buy(Recorder(), "42", "purchase") == (Recorder, ("42", "purchase"))
    assert heard.app.identify(Recorder(), a=1) == (("42",), {"plan": "pro", "a": 1})
    assert heard.app.identify(Recorder) == (("42",), {"plan": "pro"})
    assert heard.taken() == [
        *[(LABEL, ("42", "purchase"), {})] * 3,
        ("customerio.CustomerIO.identify", ("42",), {"plan": "pro", "a": 1}),
        ("customerio.CustomerIO.identify", ("42",), {"plan": "pro"}),
    ]
    assert heard.app.save(FakeSession()) == heard.app.URL
    assert [label for label, *_ in heard.taken()] == ["requests.Session.post"]


def test_what_is_none_of_an_sdk(heard: Listening) -> None:
    """Another address, another method, the application's own class, the test itself, a request that is heard above."""
    heard.app.save(FakeSession(), "https://example.com/")
    heard.app.pages(FakeCustomerIO())
    heard.app.own(FakeCustomerIO())
    FakeCustomerIO().track("42", "purchase")
    token = being_heard.set(SimpleNamespace(over=False))  # type: ignore[arg-type]
    heard.app.buy(FakeCustomerIO(), "42", "purchase")
    being_heard.reset(token)
    assert heard.taken() == []
    heard.notes = None
    heard.app.buy(FakeCustomerIO(), "42", "purchase")


def test_what_stays_unclear_is_counted(heard: Listening) -> None:
    """A fake with the name of the SDK, or two of its methods, that is called as the SDK takes it."""
    assert heard.notes is not None
    for fake in (FakeCustomerIO(), Recorder(), Recorder):
        heard.app.unclear(fake, "42", "purchase")
    heard.app.unclear(FakeCustomerIO(), unknown=1)
    assert heard.taken() == []
    assert heard.notes.unjudged == {HANDED_OVER: 3}
    assert heard.notes.in_the_way() == ["fake (FakeCustomerIO.track)", "fake (Recorder.track)"]


def test_what_fixtures_gave(heard: Listening) -> None:
    """The class of a value, or of an attribute of it; a class that is defined in a function stands in no module."""

    class Local:
        def track(self, *args: Any) -> Any:
            return args

    class Slotted:
        __slots__ = ("client",)

    assert heard.notes is not None
    heard.listener.begin_call([SimpleNamespace(client=Local()), 3, Slotted(), Local], [])
    heard.app.buy(Local(), "42", "purchase")
    assert heard.taken() == [(LABEL, ("42", "purchase"), {})]


def test_a_module_without_a_file(heard: Listening) -> None:
    """A class of a module that was made by hand is none of the tests."""
    made: Any = type("View", (), {"track": lambda *_: None, "__module__": "made_by_hand"})
    before = made.track
    heard.listener.begin_call([made()], [])
    assert made.track is before

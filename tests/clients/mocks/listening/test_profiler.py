"""Calls of fakes that nothing was put around. Python measures no coverage in its hook for profilers: tests call it."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import MethodType, SimpleNamespace
from typing import Any

import pytest
from faking import Listening, listening

from pytest_customerio.clients.mocks.listening import profiler as profiled
from pytest_customerio.clients.mocks.notes.notes import Notes

customerio = pytest.importorskip("customerio")
LABEL = "customerio.CustomerIO.track"


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listening]:
    """The application is listened to; the fakes call the hook themselves."""
    with listening(tmp_path, __file__) as made:
        monkeypatch.setattr(made.listener.profiled, "_active", True)
        yield made


def _seeing(heard: Listening, inside: Any = None) -> Any:
    """A class of a test, whose methods tell the hook that they are called, and that they return."""
    see = heard.listener.profiled.see

    class Fake:
        def track(self, customer_id: Any, name: Any = None, data: Any = None, *, id: Any = None, **more: Any) -> None:
            see(sys._getframe(), "call", None)
            if inside is not None:
                inside(self)
            see(sys._getframe(), "return", None)

        def identify(self, *args: Any, plan: Any, **more: Any) -> None:
            see(sys._getframe(), "call", None)
            see(sys._getframe(), "return", None)

        def pages(self, *args: Any) -> None:
            see(sys._getframe(), "call", None)
            see(sys._getframe(), "return", None)

    return Fake()


def _posting(heard: Listening) -> Any:
    """A session by hand."""

    def post(url: str, json: Any) -> None:
        heard.listener.profiled.see(sys._getframe(), "call", None)
        heard.listener.profiled.see(sys._getframe(), "return", None)

    return SimpleNamespace(post=post)


def test_the_arguments_as_the_application_gives_them(heard: Listening) -> None:
    """By place and by name, out of a list and out of a dict; a parameter that was not given is left out."""
    fake = _seeing(heard)
    heard.app.buy(fake, "42", "purchase")
    heard.app.buy(fake, "42", data={"total": 3}, name="purchase")
    heard.app.name(fake)
    heard.app.identify(fake, a=1)
    assert heard.taken() == [
        (LABEL, ("42", "purchase"), {}),
        (LABEL, ("42", "purchase", {"total": 3}), {}),
        (LABEL, ("42",), {"name": "purchase"}),
        ("customerio.CustomerIO.identify", ("42",), {"plan": "pro", "a": 1}),
    ]
    assert heard.notes is not None
    assert heard.notes.places == {}


def test_a_function_in_the_place_of_a_method(heard: Listening) -> None:
    """It is given no object, or that of a mock library's, which is one argument more than the call has."""
    see = heard.listener.profiled.see

    def seen(*args: Any) -> None:
        see(sys._getframe(), "call", None)
        see(sys._getframe(), "return", None)

    heard.app.buy_here.__globals__["client"] = client = SimpleNamespace(track=seen)
    heard.app.buy_here()

    def given_the_client(first: Any, *args: Any) -> None:
        seen(first, *args)
        see(sys._getframe(), "call", None)
        see(sys._getframe(), "return", None)

    client.track = MethodType(given_the_client, client)
    heard.app.buy_here()
    heard.app.save(_posting(heard))
    assert [args for _, args, _ in heard.taken()] == [*[("42", "purchase")] * 2, (heard.app.URL,)]


def test_what_is_not_heard(heard: Listening) -> None:
    """The test's own calls, other methods, other addresses, code that says nothing, and calls within a fake."""
    fake = _seeing(heard)
    fake.track("42")
    heard.app.pages(fake)
    heard.app.unclear(fake, "42")
    see = heard.listener.profiled.see
    heard.app.save(_posting(heard), "https://example.com/")
    see(SimpleNamespace(f_globals=globals(), f_back=None), "call", None)  # type: ignore[arg-type]
    see(SimpleNamespace(f_globals=globals()), "call", None)  # type: ignore[arg-type] # no frame, which raises nothing
    see(SimpleNamespace(f_globals={}), "call", None)  # type: ignore[arg-type]
    see(sys._getframe(), "c_call", None)
    see(sys._getframe(), "return", None)
    assert heard.taken() == []
    heard.app.buy(_seeing(heard, lambda inner: heard.app.buy(fake, "43")), "42")
    assert heard.taken() == [(LABEL, ("42",), {})]
    heard.notes = None
    heard.app.buy(fake, "42")
    heard.listener.profiled._active = False
    heard.app.buy(fake, "42")


def test_a_fake_that_calls_the_real_one(heard: Listening) -> None:
    """The real one is heard by itself."""
    real = heard.listener.known.attributes.method(customerio.CustomerIO, "track")
    code = getattr(real, "__wrapped__", real).__code__

    def call_real(_: Any) -> None:
        frame: Any = SimpleNamespace(f_globals={}, f_code=code)
        heard.listener.profiled.see(frame, "call", None)

    for _ in range(2):
        heard.app.buy(_seeing(heard, call_real), "42", "purchase")
    assert heard.taken() == []


def test_a_coroutine(heard: Listening) -> None:
    """It is one call, however often it waits; two of them may wait at the same time."""
    see = heard.listener.profiled.see

    class Wait:
        def __await__(self) -> Any:
            yield

    class Fake:
        async def track(self, *args: Any) -> None:
            see(sys._getframe(), "call", None)
            await Wait()
            see(sys._getframe(), "call", None)
            see(sys._getframe(), "return", None)

    async def main() -> None:
        await asyncio.gather(*(heard.app.buy_later(Fake()) for _ in range(2)))

    asyncio.run(main())
    assert heard.taken() == [(LABEL, ("42", "purchase"), {})] * 2


def test_a_coroutine_that_waits(heard: Listening) -> None:
    """Its call is not over when it yields."""
    calls = heard.listener.profiled

    class Fake:
        async def track(self, *args: Any) -> None:
            calls.see(sys._getframe(), "call", None)
            await asyncio.sleep(0)

    heard_call = heard.app.buy_later(Fake())
    heard_call.send(None)
    (running,) = calls._open.values()
    calls.see(running.frame, "return", None)
    assert list(calls._open.values()) == [running]
    heard_call.close()


def test_in_the_way_of_an_error_case(heard: Listening) -> None:
    """A fake that is called while an error is replayed is named."""
    heard.notes = Notes(lambda: True)
    heard.app.buy(_seeing(heard), "42")
    heard.app.save(_posting(heard))
    assert heard.notes.in_the_way() == ["fake of customerio.CustomerIO", "fake of requests.Session"]


def test_it_is_set_and_removed(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """In this thread and those that it starts; another profiler is left alone."""
    calls = heard.listener.profiled
    calls._active = False
    monkeypatch.setattr(profiled, "MOST", 0)
    before = sys.getprofile()
    assert before is None
    calls.start()
    calls.start()
    ours = (sys.getprofile(), threading.getprofile())
    calls.stop()
    calls.stop()
    assert ours == (calls.see, calls.see)
    assert (sys.getprofile(), threading.getprofile(), calls._alive) == (None, None, [])
    calls.start()
    monkeypatch.setattr(sys, "getprofile", lambda: print)
    monkeypatch.setattr(threading, "getprofile", lambda: print)
    calls.stop()
    monkeypatch.undo()
    assert (sys.getprofile(), threading.getprofile()) == (calls.see, calls.see), "another one would go on"
    sys.setprofile(None)
    threading.setprofile(None)
    monkeypatch.setattr(sys, "getprofile", lambda: print)
    calls.start()
    assert threading.getprofile() is None

"""What leads a request past mocks: the functions that stand in their places, what they call, and what mocks note."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any
from unittest import mock

import httpx
import pytest
import requests
import responses
import respx
from requests.adapters import BaseAdapter, HTTPAdapter
from tapping import FakeTraffic, Hearing

from pytest_customerio.clients.bypass import adapters, cores, fakes, notes, pools, sessions, transports
from pytest_customerio.clients.bypass.leading import Bypass, MockAnswersError, alead, always, bypass, lead, note_engine
from pytest_customerio.clients.bypass.places import PARTS, Place, Places
from pytest_customerio.core.model import Answer, PendingInteraction
from pytest_customerio.process.parts import HTTPX as HTTPX_LIBRARY

URL = "https://track.customer.io/api/v1/customers/42"
OTHER = "https://shop.example/stock"


@contextmanager
def hearing() -> Iterator[Hearing]:
    """A request that is heard while a case is at work."""
    with Hearing(FakeTraffic(), PendingInteraction("requests", "PUT", URL)) as heard:
        heard.replayed = True
        yield heard


@pytest.fixture
def places() -> Places:
    """The places of requests, urllib3 and httpx, as they are now."""
    found = Places(FakeTraffic().concerns)
    for client in ("requests", "urllib3", "httpx"):
        found.learn(client)
    return found


def real(*given: Any, **options: Any) -> str:
    """Stands for the client's own function."""
    return "real"


async def areal(*given: Any, **options: Any) -> str:
    """Stands for the client's own coroutine function."""
    return "real"


areal.__name__ = "handle_async_request"


def answered(made: Callable[..., Any], *given: Any) -> Any:
    """What a function or coroutine function in a place returns."""
    found = made(*given)
    return asyncio.run(found) if asyncio.iscoroutine(found) else found


HTTPX, HTTPX_OTHER = httpx.Request("PUT", URL), httpx.Request("PUT", OTHER)
CORE, CORE_OTHER = (
    SimpleNamespace(url=SimpleNamespace(host=httpx.URL(url).host.encode(), port=None), stream=httpx.ByteStream(b""))
    for url in (URL, OTHER)
)
REQUESTS, REQUESTS_OTHER = (requests.Request("PUT", url).prepare() for url in (URL, OTHER))
SESSION = SimpleNamespace(_build_url=httpx.URL)
PLACES = [
    (adapters._send, real, REQUESTS, REQUESTS_OTHER),
    (transports._handle, real, HTTPX, HTTPX_OTHER),
    (transports._handle, areal, HTTPX, HTTPX_OTHER),
    (transports._own_answer, real, HTTPX, HTTPX_OTHER),
    (transports._own_answer, areal, HTTPX, HTTPX_OTHER),
    (cores._handle, real, CORE, CORE_OTHER),
    (cores._handle, areal, CORE, CORE_OTHER),
    (pools._urlopen, real, URL, OTHER),
]


@pytest.mark.parametrize(("make", "own", "ours", "others"), PLACES)
def test_a_place_leads_past_for_a_request_that_is_replayed(make, own, ours, others, places) -> None:
    """The mock answers where no case is at work, and where the request goes to another host."""
    theirs = mock.AsyncMock(return_value="theirs") if own is areal else mock.Mock(return_value="theirs")
    made = make(own, theirs, places)
    assert answered(made, SimpleNamespace(), ours) == "theirs"
    with hearing():
        assert answered(made, SimpleNamespace(), others) == "theirs"
        if make is not transports._own_answer:
            assert answered(made, SimpleNamespace(), ours) == "real"


def test_the_place_of_a_session_of_aiohttp(places) -> None:
    """As above; it is asked when the coroutine runs."""
    theirs = mock.AsyncMock(return_value="theirs")
    made = sessions._request(areal, theirs, places)
    assert answered(made, SESSION, "PUT", URL) == "theirs"
    with hearing():
        assert answered(made, SESSION, "PUT", OTHER) == "theirs"
        assert answered(made, SESSION, "PUT", URL) == "real"


def test_the_host_of_a_pool() -> None:
    """The host of an absolute URL, else the pool's."""
    assert pools._host(None, ("PUT", URL), {}) == ("track.customer.io", None)
    assert pools._host(None, ("PUT",), {"url": URL}) == ("track.customer.io", None)
    assert pools._host(SimpleNamespace(host="shop.example", port=1), ("PUT", "/"), {}) == ("shop.example", 1)


def test_where_the_case_does_not_answer_the_mock_does() -> None:
    """The mock's answer is noted as an attempt; where it lets the request pass, that attempt was noted already."""
    seen: list[Answer] = []

    def attempt() -> str:
        led = bypass.get()
        assert led is not None
        led.errors += 1
        led.success(Answer, seen.append)
        return "ours"

    assert lead(attempt, lambda: SimpleNamespace(status_code=201)).status_code == 201
    assert lead(attempt, lambda: mock.Mock(status_code=mock.Mock())).status_code
    with pytest.raises(ZeroDivisionError):
        lead(attempt, lambda: 1 / 0)
    assert [(one.status, one.fault) for one in seen] == [(201, None), (200, None), (0, "exception of a mock")]
    assert lead(attempt, attempt) == "ours"
    assert lead(attempt, real, answers=bool) == "ours"
    assert len(seen) == 3


def test_where_the_case_does_not_answer_a_coroutine_of_the_mock_does() -> None:
    """As above; within a call that is led, the outer mock decides."""
    seen: list[Answer] = []

    async def attempt() -> str:
        led = bypass.get()
        assert led is not None
        led.errors += 1
        led.success(Answer, seen.append)
        return "ours"

    async def inner() -> Any:
        return await alead(attempt, areal)

    async def broken() -> None:
        raise ZeroDivisionError

    assert asyncio.run(alead(inner, inner)) == "real"
    with pytest.raises(ZeroDivisionError):
        asyncio.run(alead(attempt, broken))
    assert [one.status for one in seen] == [200, 0]
    assert lead(lambda: lead(lambda: "real", lambda: "inner"), lambda: "outer") == "real"


def test_the_mock_is_told_of_what_it_missed() -> None:
    """Of the call with what the application got, also where that is an exception; a note that fails is ignored.

    A mock with a retry engine of its own is told of each attempt.
    """
    told: list[Any] = []

    def attempts(number: int, end: Any) -> Callable[[], Any]:
        def attempt() -> Any:
            led = bypass.get()
            assert led is not None
            led.errors += number
            if isinstance(end, BaseException):
                raise end
            return end

        return attempt

    lead(attempts(3, "503"), real, told.append, each=True)
    assert told == [None, None, "503"]
    lead(attempts(3, "503"), real, told.append)
    assert told.pop() == "503"
    lead(attempts(0, "200"), real, told.append)
    lead(attempts(3, MockAnswersError()), lambda: None, told.append)
    assert told == [None, None, "503"]
    lead(attempts(2, MockAnswersError()), lambda: None, told.append, each=True)
    assert (told.pop(), told.pop()) == (None, None)
    error = ConnectionResetError()
    with pytest.raises(ConnectionResetError):
        lead(attempts(1, error), real, told.append)
    assert told[3:] == [error]
    lead(attempts(1, "503"), real, lambda got: 1 // 0)

    async def failing() -> None:
        attempts(1, error)()

    with pytest.raises(ConnectionResetError):
        asyncio.run(alead(failing, areal, told.append))
    assert told[4:] == [error]


def test_a_bypass_has_an_answer_or_not() -> None:
    """Where the mock has one it is to answer; where it has none, or answers, ours is taken and nothing is noted."""
    one = Bypass(always)
    with pytest.raises(MockAnswersError):
        one.success(Answer, None)
    one.answered(SimpleNamespace(status=200))
    one.raised()
    assert Bypass(bool).success(lambda: Answer(status=200), None).status == 200
    note_engine("outside of a hearing")


def test_places_are_shared_by_requests_at_the_same_time(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put there stays until the last request is over; a mock that was put there meanwhile is left alone."""
    send = vars(HTTPAdapter)["send"]
    monkeypatch.setattr(requests.Session, "get_adapter", vars(requests.Session)["get_adapter"])  # what `undo` restores
    with places.led_past():
        with places.led_past():
            assert vars(requests.Session)["get_adapter"].__module__ == adapters.__name__
        assert vars(requests.Session)["get_adapter"].__module__ == adapters.__name__
        assert vars(HTTPAdapter)["send"] is send
        monkeypatch.setattr(requests.Session, "get_adapter", real)
    assert vars(requests.Session)["get_adapter"] is real
    assert [place.part.path for place in places.mocked()] == ["Session.get_adapter"]
    places.add(Answering, "send", lambda before: real)  # no request is led past mocks now
    assert Answering.send is not real


def test_what_is_put_into_an_inherited_place_is_removed(places: Places) -> None:
    """A mock in a class that inherits the function: the class has none of its own afterwards."""
    core = Places(FakeTraffic().concerns)
    core.learn("httpcore")
    core.learn("unknown")
    proxy = importlib.import_module("httpcore").HTTPProxy
    with mock.patch.object(proxy, "handle_request", create=True) as fake:
        with core.led_past():
            assert vars(proxy)["handle_request"] is not fake
        assert vars(proxy)["handle_request"] is fake
    assert "handle_request" not in vars(proxy)


def test_what_a_class_inherits_is_inherited_again(places: Places) -> None:
    """A place that is used without a mock, in a class that inherits the function."""
    part = next(one for one in PARTS if one.path == "MockTransport.handle_request" and one.library is HTTPX_LIBRARY)
    kind = type("Inherits", (httpx.MockTransport,), {})
    place = Place("httpx", part, kind, "handle_request")
    place.enter(places)
    assert "handle_request" in vars(kind)
    place.leave()
    assert "handle_request" not in vars(kind)


def test_the_transport_of_a_request_to_another_host(places: Places) -> None:
    """It is the client's own, whatever it is."""
    transport = Circle()
    with places.led_past(), hearing(), httpx.Client(transport=transport) as client:
        assert client._transport_for_url(httpx.URL(OTHER)) is transport


def test_a_release_that_lacks_a_part_is_led_past_as_far_as_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that is missing is no place."""
    monkeypatch.delattr(requests.Session, "get_adapter")
    found = Places(FakeTraffic().concerns)
    found.learn("requests")
    with found.led_past():
        assert "get_adapter" not in vars(requests.Session)


class Answering(BaseAdapter):
    """An adapter that answers by itself."""

    def send(self, request: Any, **options: Any) -> Any:
        """Answer."""
        return SimpleNamespace(status_code=200, by=self)

    def close(self) -> None:
        """Nothing is open."""


class Holding(BaseAdapter):
    """An adapter that sends with others."""

    def __init__(self, *inner: BaseAdapter) -> None:
        self.inner = inner

    def send(self, request: Any, **options: Any) -> Any:
        """Let the first one send."""
        return self.inner[0].send(request, **options)


def test_an_adapter_that_a_session_has(places: Places) -> None:
    """Mocks are led past, also within another adapter; engines of the application run."""
    session, within = requests.Session(), Answering()
    session.mount("https://mock.customer.io", Answering())
    session.mount("https://holds.customer.io", Holding(within, HTTPAdapter()))
    before = Answering.send
    with places.led_past(), hearing() as heard:
        led = session.get_adapter("https://mock.customer.io/")
        assert isinstance(led, adapters.Led)
        led.close()
        assert isinstance(session.get_adapter("https://holds.customer.io/"), Holding)
        assert isinstance(heard.engine, Holding)
        assert Answering.send is not before
        session.get_adapter("https://holds.customer.io/")
        assert type(session.get_adapter(OTHER)) is HTTPAdapter
        assert within.send(REQUESTS_OTHER).by is within
        outer = Bypass(always)
        outer.answering = True
        token = bypass.set(outer)
        assert within.send(REQUESTS).by is within
        bypass.reset(token)
    assert Answering.send is before


def test_a_mock_within_another_that_is_replaced_meanwhile(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands there is left alone."""
    monkeypatch.setattr(Answering, "send", Answering.send)
    with places.led_past():
        places.add(Answering, "send", lambda before: areal)
        Answering.send = real  # type: ignore[method-assign,assignment]
    assert Answering.send is real


def test_an_adapter_of_a_choice_that_is_replaced(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a suite replaces `get_adapter`, its adapter is led past, also for a URL that no adapter is mounted for."""
    monkeypatch.setattr(requests.Session, "get_adapter", lambda session, url: Answering())
    session = requests.Session()
    session.adapters.clear()
    with places.led_past(), hearing():
        assert isinstance(session.get_adapter(url=URL), adapters.Led)


class Slotted:
    """An object without a `__dict__`."""

    __slots__ = ("empty", "inner")

    def __init__(self, inner: object) -> None:
        self.inner = inner


def test_what_an_object_holds() -> None:
    """Among its attributes, in lists and mappings there, or in its slots; a mock is none."""
    adapter = HTTPAdapter()
    assert fakes.held(SimpleNamespace(a=adapter, b=1), BaseAdapter) == [adapter]
    assert fakes.held(SimpleNamespace(a={"b": adapter}, c=mock.Mock(spec=HTTPAdapter)), BaseAdapter) == [adapter]
    assert fakes.held(Slotted(adapter), BaseAdapter) == [adapter]


def test_a_class_that_answers_by_itself() -> None:
    """Neither one without a method of its own, nor one whose method calls something that may send, is one."""

    class Sends(HTTPAdapter):
        def send(self, *given: Any, **options: Any) -> Any:
            return self.once(*given)

        def once(self, *given: Any) -> Any:
            return super().send(*given)

    class Answers(HTTPAdapter):
        def send(self, *given: Any, **options: Any) -> Any:
            return requests.Response()

    mocked = type("Mocked", (HTTPAdapter,), {"send": mock.Mock()})
    native = type("Native", (HTTPAdapter,), {"send": len})
    found = [
        fakes.answers_itself(kind(), HTTPAdapter, "send", adapters.SENDING)
        for kind in (HTTPAdapter, Sends, native, Answers, mocked)
    ]
    assert found == [False, False, False, True, True]


class Circle(httpx.BaseTransport):
    """A transport that holds itself."""

    def __init__(self) -> None:
        self.inner = self


def test_a_transport_that_holds_itself(places: Places) -> None:
    """It is looked at once."""
    with places.led_past(), hearing():
        transports._lead_within(Circle(), places)


def test_mocks_that_note_nothing() -> None:
    """A function of the suite's own has no list of calls."""
    captured = SimpleNamespace()

    def own(*given: Any) -> object:
        return captured

    for find in (notes.of_adapter, notes.of_transport, notes.of_core, notes.of_session, notes.of_mock):
        assert find(own) is None


def test_libraries_that_are_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are not looked for."""
    for name in ("responses", "requests_mock.adapter", "pytest_httpx", "respx.mocks", "aioresponses.core"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    for find in (notes.of_adapter, notes.of_transport, notes.of_core, notes.of_session):
        assert find(real) is None


def test_an_empty_cell_is_skipped() -> None:
    """A function whose variable is not set yet."""

    def function() -> object:
        return later

    assert list(notes.closed_over(function)) == []
    later = 1
    assert list(notes.closed_over(function)) == [later]


def test_responses_notes_what_it_knows() -> None:
    """A request that nothing is registered for is none of its calls."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as active:
        note = notes.of_adapter(vars(HTTPAdapter)["send"])
        assert note is not None
        note(REQUESTS, (), {}, None)
        assert len(active.calls) == 0
        active.put(URL, "theirs")
        note(REQUESTS, (), {}, None)
        assert len(active.calls) == 1


def test_respx_notes_in_the_router_that_knows_the_route() -> None:
    """Each router before it notes a call without a route, as respx does."""
    first, second, third = respx.Router(), respx.Router(), respx.Router()
    route = second.put(URL)
    notes._respx([first, second, third], HTTPX, (), {}, None)
    assert [len(router.calls) for router in (first, second, third)] == [1, 1, 0]
    assert route.call_count == 1
    notes._respx([first], HTTPX, (), {}, None)
    assert len(first.calls) == 2

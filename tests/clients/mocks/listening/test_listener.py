"""What mocks stand for, what of their calls is noted, and what the real thing makes of it."""

from __future__ import annotations

import asyncio
import copy
import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
from tapping import FakeTraffic

from pytest_customerio.clients import registry
from pytest_customerio.clients.mocks.listening import sdk_calls
from pytest_customerio.clients.mocks.listening.listener import Listener
from pytest_customerio.clients.mocks.listening.note_maker import UNKNOWN
from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import address
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import AIOHTTP, BY_NAME, CDP, Library
from pytest_customerio.clients.mocks.originals.roles import Built, called, child
from pytest_customerio.clients.mocks.real_calls.instances import Instances
from pytest_customerio.clients.mocks.real_calls.reenacting import OPAQUE, Reenacted, _silence, reenact
from pytest_customerio.clients.mocks.real_calls.unsent import Heard, NotSentError, at_work, nothing_leaves
from pytest_customerio.clients.sent import Watched
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import MOCKS

customerio = pytest.importorskip("customerio")
analytics = pytest.importorskip("customerio.analytics")
async_customerio = pytest.importorskip("async_customerio")
requests = pytest.importorskip("requests")
httpx = pytest.importorskip("httpx")
aiohttp = pytest.importorskip("aiohttp")

URL = "https://track.customer.io/api/v1/customers/42/events"
KEYS = ("site-1234", "key-12345")
IMPORTED = [name for name in (*BY_NAME, *MOCKS) if name in sys.modules]


class Traffic(FakeTraffic):
    """A traffic that also hears calls which are made again."""

    def hear(self, client: str, method: str, url: str) -> Any:
        again = at_work.get()
        return again.begin(client, method, url) if again is not None else super().hear(client, method, url)


class Listening:
    """A listener, with the notes of one test."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.notes: Notes | None = Notes()
        place = Place(lambda: self.notes, traffic.sent_from, lambda: 5.0, traffic.concerns, lambda _: None)
        self.listener = Listener(place)

    def taken(self) -> list[Note]:
        assert self.notes is not None
        return self.notes.take()[0]

    def judged(self) -> list[Reenacted]:
        return reenact(self.listener.known, self.taken())

    def sent(self) -> list[PendingInteraction]:
        found = self.judged()
        assert [(one.error, one.why) for one in found] == [("", "")] * len(found)
        return [request for one in found for request in one.requests]


@pytest.fixture
def heard() -> Iterator[Listening]:
    """Everything is tapped, and mocks are listened to."""
    traffic = Traffic()
    uninstall = registry.install(traffic)
    listening = Listening(traffic)
    stop = listening.listener.install(IMPORTED)
    yield listening
    stop()
    uninstall()
    assert traffic.attempts == []  # nothing was answered, for nothing was sent


def test_what_a_mock_stands_for(heard: Listening) -> None:
    """Classes, their methods, instances and functions, by identity; anything else is nothing."""
    known, client = heard.listener.known, customerio.CustomerIO(*KEYS)

    class Own(customerio.CustomerIO):  # type: ignore[misc]
        """A class of the application's."""

    found = {
        name: role and (role.kind, role.label)
        for name, role in {
            "class": known.role(customerio.CustomerIO),
            "method": known.role(customerio.CustomerIO.track),
            "static": known.role(staticmethod(customerio.CustomerIO.track)),
            "bound": known.role(client.track),
            "instance": known.role(client),
            "module": known.role(customerio),
            "function": known.role(requests.post),
            "own": known.role(Own),
            "nothing": known.role(None),
            "type": known.role(type),
            "text": known.role("customerio.CustomerIO"),
            "a mock that claims to be one": known.role(MagicMock(spec=customerio.CustomerIO)),
            "other": known.role(SimpleNamespace(__name__="CustomerIO", __module__="customerio")),
        }.items()
    }
    name = "customerio.CustomerIO"
    assert found == {
        "class": ("class", name),
        "method": ("method", f"{name}.track"),
        "static": ("method", f"{name}.track"),
        "bound": ("method", f"{name}.track"),
        "instance": ("instance", name),
        "module": ("module", "customerio"),
        "function": ("function", "requests.post"),
        "own": ("class", f"{__name__}.{Own.__qualname__}"),
        **dict.fromkeys(("nothing", "type", "text", "a mock that claims to be one", "other")),
    }


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


def test_calls_that_are_counted(heard: Listening) -> None:
    """A request that is put together step by step, with what leads to Customer.io; makers of a library that are no more."""
    notes, known = heard.notes, Known()
    assert notes is not None
    with patch("http.client.HTTPSConnection") as made:
        made("track.customer.io").putrequest("POST", "/api/v1/customers/42/events")
        made("example.com").putrequest("POST", "/")
    assert sum(notes.unjudged.values()) == 1
    known.learn(replace(BY_NAME["requests"], made_by={"Session": "no_such_function"}))
    assert known.named("requests.no_such_function") is None


def test_what_comes_of_a_role(heard: Listening) -> None:
    """A class makes instances, a block gives the instance back; the result of a method stands for nothing."""
    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    instance = called(role)
    assert instance is not None
    assert called(child(instance, "track")) is None
    assert called(child(instance, "__enter__")) == instance
    assert called(instance) is None
    assert child(child(instance, "v2"), "send_batch").path == ("v2", "send_batch")


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


def test_the_request_is_the_real_one(heard: Listening) -> None:
    """Method, URL, headers and body are what the SDK sends; it is heard at the client's own tap."""
    with patch("customerio.CustomerIO"):
        customerio.CustomerIO(*KEYS).identify("a/b", plan="pro")
    (sent,) = heard.sent()
    assert (sent.client, sent.method, sent.body) == ("requests", "PUT", b'{"plan": "pro"}')
    assert sent.url == "https://track.customer.io/api/v1/customers/a%2Fb"
    assert sent.headers["authorization"].startswith("Basic ")


def test_an_email(heard: Listening) -> None:
    """A message object becomes the request that it makes, of both SDKs."""

    async def send() -> None:
        mail = async_customerio.SendEmailRequest(to="ada@example.com", transactional_message_id=1)
        await async_customerio.AsyncAPIClient("app-key").send_email(mail)

    with patch("customerio.APIClient"), patch("async_customerio.AsyncAPIClient", autospec=True):
        mail = customerio.SendEmailRequest(to="ada@example.com", transactional_message_id=1)
        customerio.APIClient("app-key").send_email(mail)
        asyncio.run(send())
    assert [one.url for one in heard.sent()] == ["https://api.customer.io/v1/send/email"] * 2


def test_coroutines_in_a_running_loop(heard: Listening) -> None:
    """They are made again in a thread of their own, where another loop runs in this one."""

    async def main() -> list[PendingInteraction]:
        with patch.object(async_customerio.AsyncCustomerIO, "track", autospec=True):
            await async_customerio.AsyncCustomerIO(*KEYS).track("42", "purchase")
        return heard.sent()

    assert [one.url for one in asyncio.run(main())] == [URL]


def test_the_clients(heard: Listening) -> None:
    """Functions, sessions that were built or are real, base URLs, request objects."""
    import urllib.request

    real = requests.Session()
    real.auth = KEYS
    request = urllib.request.Request(URL, b"{}", method="POST")
    with patch("urllib.request.urlopen"), patch("httpx.Client"), patch.object(real, "send"), patch("requests.post"):
        urllib.request.urlopen(request)
        urllib.request.urlopen("https://example.com/")
        client = httpx.Client(base_url=httpx.URL("https://track.customer.io/api/v1"))
        client.post("/customers/42/events", json={})
        client.close()
        real.send(requests.Request("POST", URL, json={}).prepare())
        requests.post(url=URL, json={})
        requests.post("https://example.com/", json={})
    assert [(one.client, one.url) for one in heard.sent()] == [
        ("http.client", URL),
        ("httpx", URL),
        ("requests", URL),
        ("requests", URL),
    ]


def test_sessions_of_aiohttp(heard: Listening) -> None:
    """A session that is real, one that was built, one whose class was never called, and the module's function."""

    async def main() -> None:
        async with aiohttp.ClientSession() as session:
            with patch.object(session, "post", AsyncMock()):
                await session.post(URL, json={"n": 1})
        with patch("aiohttp.ClientSession") as fake:
            fake.return_value.put = AsyncMock()
            await aiohttp.ClientSession(headers={"X-Own": "1"}).put(URL, json={"n": 2})
        with patch.object(aiohttp.ClientSession, "delete", AsyncMock()):
            await aiohttp.ClientSession.delete(URL)  # type: ignore[call-arg, arg-type]
        with patch("aiohttp.request"):
            aiohttp.request("PATCH", URL)

    asyncio.run(main())
    sent = heard.sent()
    assert [(one.method, one.body) for one in sent[:2]] == [("POST", b'{"n": 1}'), ("PUT", b'{"n": 2}')]
    assert sent[1].headers["x-own"] == "1"
    assert [one.method for one in sent[2:]] == ["DELETE", "PATCH"]


def test_analytics(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message as it would be enqueued, in a batch of its own; no thread is started, nothing is sent twice."""
    before = {thread.name for thread in sys.modules["threading"].enumerate()}
    real = analytics.Client("real-key", send=True, host="https://cdp-eu.customer.io", upload_interval=0.01)
    with patch("customerio.analytics.Client"):
        analytics.Client("write-key", gzip=True).track("42", "built")
    with patch.object(real, "track"):
        real.track("42", "real")
    with patch.object(analytics, "track") as fake:
        fake("42", "no key")
        monkeypatch.setattr(analytics, "write_key", "module-key")
        fake("42", "by settings")
        sent = heard.sent()
        monkeypatch.setattr(analytics, "default_client", real)
        fake("42", "default client")
    sent += heard.sent()
    real.join()
    assert [one.url.split("/")[2] for one in sent] == [
        *("cdp.customer.io", "cdp-eu.customer.io", "cdp.customer.io", "cdp.customer.io", "cdp-eu.customer.io"),
    ]
    assert b'"real"' in (sent[1].body or b"")
    assert {thread.name for thread in sys.modules["threading"].enumerate()} == before


def test_a_client_that_sends_nothing(heard: Listening) -> None:
    """`send=False` sends nothing in production either; flushing and closing make no request."""
    with patch("customerio.analytics.Client"), patch("customerio.CustomerIO"):
        client = analytics.Client("write-key", send=False)
        client.track("42", "x")
        client.flush()
        customerio.CustomerIO(*KEYS).close()
    assert heard.sent() == []


def test_what_is_not_judged(heard: Listening) -> None:
    """Arguments that hold mocks are counted at once, what cannot be serialised when it is tried."""
    with patch("customerio.CustomerIO"):
        client = customerio.CustomerIO(MagicMock())
        client.track("42", MagicMock())
        client.track("42", "x", {"a": object()})
    assert heard.notes is not None
    assert heard.notes.unjudged == {UNKNOWN: 1}
    assert [(one.why, one.requests) for one in heard.judged()] == [(OPAQUE, ())]


def test_what_is_wrong_with_this_machine(heard: Listening) -> None:
    """A file that is not here is no error of the call."""
    with patch.object(customerio.CustomerIO, "track"):
        customerio.CustomerIO(*KEYS).track("42", "x")
    (note,) = heard.taken()
    wrong = heard.listener.known.attributes._originals
    wrong[id(customerio.CustomerIO), "get_event_query_string"] = (
        customerio.CustomerIO,
        "get_event_query_string",
        lambda *_: Path("/nowhere/at/all").read_text(encoding="utf-8"),
    )
    (found,) = reenact(heard.listener.known, [note])
    assert (found.error, found.why) == ("", "the real thing could not be made here (FileNotFoundError)")


def test_a_class_of_the_application(heard: Listening) -> None:
    """Built as the application builds it; where that is not known, what it raises is its own business."""

    class Own(customerio.CustomerIO):  # type: ignore[misc]
        def __init__(self, region: str) -> None:
            super().__init__(*KEYS)
            self.prefix = region

        def track(self, who: str, name: str) -> Any:
            return super().track(who, f"{self.prefix}-{name}")

    home = SimpleNamespace(Own=Own)
    with patch.object(home, "Own"):
        home.Own("eu").track("42", "x")
        home.Own(1, 2).track("42", "x")
    MagicMock(spec=Own).track("42", "x")
    found = heard.judged()
    assert [request.body for request in found[1].requests] == [b'{"name": "eu-x", "data": {}}']
    assert [(one.error, one.why) for one in found[3:]] == [
        ("", "the real thing could not be made here (AttributeError)")
    ] * 2


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


def test_what_a_mock_refuses(heard: Listening) -> None:
    """A TypeError of the mock's signature is a refusal; one of a side effect, or of another function, is none."""
    with (
        patch.object(customerio.CustomerIO, "track", autospec=True, side_effect=TypeError),
        patch("customerio.APIClient", autospec=True),
        patch("requests.post", autospec=True),
        patch("customerio.CustomerIO.identify", side_effect=TypeError),
    ):
        client = customerio.CustomerIO(*KEYS)
        for refused in (
            lambda: client.track("42", "x"),
            lambda: client.track(foo=1),
            lambda: client.identify("42"),
            lambda: customerio.APIClient("app-key").send_email(),
            lambda: requests.post(),
        ):
            with suppress(TypeError):  # pytest.raises would declare it
                refused()
    assert heard.notes is not None
    calls, refusals = heard.notes.take()
    assert [one.role.name for one in calls] == ["track", "identify", "APIClient"]
    assert [one.label.rpartition(".")[2] for one in refusals] == ["track", "send_email"]


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


def test_a_client_without_its_seam(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of a client that cannot be stopped before it sends: no call is made again, and the reason is given."""
    monkeypatch.setitem(sys.modules, "httpx2", SimpleNamespace(Client=type("Client", (), {})))
    with patch("requests.post"):
        requests.post(URL)
    assert [(one.requests, one.why) for one in heard.judged()] == [((), "httpx2 has no Client._transport_for_url")]


def test_instances_that_were_built_alike(heard: Listening) -> None:
    """They share one real instance; arguments that cannot be compared make another one."""

    class Incomparable:
        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    instances = Instances(heard.listener.known)
    first, second = (instances.of(role, Built(KEYS, {"timeout": 3}))[0] for _ in range(2))
    assert first is second
    one, other = (instances.of(role, Built(KEYS, {"timeout": Incomparable()}))[0] for _ in range(2))
    assert one is not other


def test_a_request_that_failed_by_itself() -> None:
    """Only what was stopped where it would be sent is a request."""
    found = Heard()
    hearing = found.begin("requests", "post", URL)
    assert hearing is not None
    with pytest.raises(ValueError, match="no"), hearing:
        raise ValueError("no")
    assert found.requests == []


def test_late_imports(heard: Listening) -> None:
    """A library that is imported later is known from then on."""
    known = Known()
    assert known.role(customerio.CustomerIO) is None
    known.learn(BY_NAME["customerio"])
    assert known.role(customerio.CustomerIO) is not None
    assert known.instances.only(customerio.CustomerIO) is None
    other = Library("types", {"Nothing": ()}, ("nothing",), sdk=True)
    sdk_calls.note_instances(other, heard.listener._place, Patches(), known.instances.add)
    sdk_calls.install(other, heard.listener._place, Patches())
    known.learn(other)
    assert known.role(SimpleNamespace) is None
    role = known.role(customerio.CustomerIO)
    assert copy.deepcopy([role])[0] is role


def test_another_package_of_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of the project that is called as an SDK, without its modules, is none."""
    monkeypatch.delitem(sys.modules, "customerio.track")
    listening = Listening(Traffic())
    listening.listener.learn("customerio")
    assert listening.listener.known.role(customerio.CustomerIO) is None


def test_after_all_of_it_nothing_is_left() -> None:
    """What was patched is as it was."""
    before = [vars(owner)[name] for owner, name in PATCHED]
    Listening(Traffic()).listener.install(IMPORTED)()
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


def test_one_hearing_beneath_another() -> None:
    """A client beneath one that is being heard says nothing."""
    outer = Heard()
    assert outer.begin("httpx", "post", URL) is outer
    assert outer.begin("http.client", "post", URL) is None


def test_where_a_call_leads() -> None:
    """By place or by name, a text or an object; nothing where there is none."""
    function = Known()
    function.learn(BY_NAME["requests"])
    post, request = function.role(requests.post), function.role(requests.request)
    assert post is not None
    assert request is not None
    assert address(post, (URL,), {}) == URL
    assert address(request, ("POST", URL), {}) == URL
    assert address(request, ("POST",), {"url": URL}) == URL
    assert address(post, (httpx.URL(URL),), {}) == URL
    assert address(post, (), {}) == ""
    assert address(post, (MagicMock(),), {}) == ""
    assert CDP.sdk
    assert not AIOHTTP.sdk


def test_only_an_sdk_refuses(heard: Listening) -> None:
    """While a case is at work, what a client raises is an error of the network; what an SDK raises is a refusal."""
    for function, refused in ((requests.post, False), (customerio.CustomerIO.track, True)):
        role = heard.listener.known.role(function)
        assert role is not None
        heard.listener._answers._refuse(role, (), {}, Watched(None), ValueError("no"))
        assert heard.notes is not None
        assert heard.notes.refused == refused


def test_outside_of_a_test_nothing_is_noted(heard: Listening) -> None:
    """A call of an SDK, and a fake in its place, that no checked test makes."""
    heard.notes = None
    role = heard.listener.known.role(customerio.CustomerIO)
    assert role is not None
    heard.listener._unjudged.fake(role)
    client = customerio.CustomerIO(*KEYS)
    client.send_request = lambda *_: None
    client.track("42", "purchase")

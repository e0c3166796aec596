"""Noted calls are made again on the real thing, unsent."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
from hearing_mocks import Listening

from pytest_customerio.clients.mocks.listening.note_maker import UNKNOWN
from pytest_customerio.clients.mocks.real_calls.reenacting import OPAQUE, reenact
from pytest_customerio.core.model import PendingInteraction

customerio = pytest.importorskip("customerio")
analytics = pytest.importorskip("customerio.analytics")
async_customerio = pytest.importorskip("async_customerio")
requests = pytest.importorskip("requests")
httpx = pytest.importorskip("httpx")
aiohttp = pytest.importorskip("aiohttp")

URL = "https://track.customer.io/api/v1/customers/42/events"
KEYS = ("site-1234", "key-12345")


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


def test_a_client_without_its_seam(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release of a client that cannot be stopped before it sends: no call is made again, and the reason is given."""
    monkeypatch.setitem(sys.modules, "httpx2", SimpleNamespace(Client=type("Client", (), {})))
    with patch("requests.post"):
        requests.post(URL)
    assert [(one.requests, one.why) for one in heard.judged()] == [((), "httpx2 has no Client._transport_for_url")]

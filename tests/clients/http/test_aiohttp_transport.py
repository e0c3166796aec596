"""A connection of aiohttp in memory behaves as one to a real server, also under each fault."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp_use import ask, run
from stage import OK, RESET, URL, FakeTraffic, Refused, installed, met, served

from pytest_customerio.core.model import Answer


@pytest.fixture
def traffic() -> Iterator[FakeTraffic]:
    with installed("http.aiohttp_server") as traffic:
        yield traffic


@pytest.mark.parametrize(("method", "answer"), [("HEAD", OK), ("GET", Answer(204)), ("GET", Answer(304))])
def test_an_answer_without_a_body_ends(traffic: FakeTraffic, method: str, answer: Answer) -> None:
    """A 204, or the answer to HEAD, ends although there is no body."""
    traffic.answering = lambda request: answer
    assert ask(method) == (answer.status, "")


def test_large_bodies_pass_both_ways(traffic: FakeTraffic) -> None:
    """Two megabytes are sent in chunks, and two megabytes of an answer are read slowly."""
    traffic.answering = lambda request: Answer(200, "", (), request.body)
    sent = [bytes([number]) * 65536 for number in range(32)]

    async def parts() -> AsyncIterator[bytes]:
        for part in sent:
            yield part

    async def use(session: aiohttp.ClientSession) -> bytes:
        async with session.post(URL, data=parts()) as response:
            return b"".join([chunk async for chunk in response.content.iter_chunked(1000)])

    assert run(use) == traffic.asked[0].body == b"".join(sent)
    assert traffic.asked[0].headers["transfer-encoding"] == "chunked"


def test_a_client_that_expects_continue_gets_it(traffic: FakeTraffic) -> None:
    """With `Expect`, `100 Continue` comes before the body, once for each request."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        await asyncio.sleep(0)
        yield b"b"

    async def use(session: aiohttp.ClientSession) -> list[int]:
        return [(await session.post(URL, data=parts(), expect100=True)).status for _ in range(2)]

    assert run(use) == [200, 200]
    assert [request.body for request in traffic.asked] == [b"ab", b"ab"]


def test_a_connection_is_used_again(traffic: FakeTraffic) -> None:
    """One connection serves several requests, and is closed with the session."""

    async def use(session: aiohttp.ClientSession) -> list[Any]:
        transports = []
        for _ in range(2):
            async with session.get(URL):
                pass
            assert session.connector is not None
            (((protocol, _since),),) = session.connector._conns.values()
            transports.append(protocol.transport)
        assert not transports[0].is_closing()
        return transports

    transports = run(use)
    assert transports[0] is transports[1]
    assert transports[0].is_closing()


def test_the_transport_is_one_for_any_protocol(traffic: FakeTraffic) -> None:
    """The transport answers every question that a protocol may ask; it can be aborted, and closed twice."""

    async def use(session: aiohttp.ClientSession) -> None:
        async with session.get(URL):
            pass
        assert session.connector is not None
        (((protocol, _),),) = session.connector._conns.values()
        transport = protocol.transport
        transport.set_write_buffer_limits()
        assert (transport.get_write_buffer_size(), transport.can_write_eof(), transport.is_reading()) == (
            0,
            False,
            True,
        )
        assert transport.get_extra_info("socket", "none") == "none"
        transport.abort()
        transport.close()
        await asyncio.sleep(0)
        assert not protocol.is_connected()

    run(use)


@pytest.mark.parametrize(
    ("name", "reply", "timeout"),
    [
        ("connection-reset", RESET, {"total": 5}),
        ("read-timeout", None, {"sock_read": 0.05}),
        ("read-timeout", None, {"total": 0.05}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_fault_is_what_a_real_server_causes(
    traffic: FakeTraffic, method: str, name: str, reply: bytes | None, timeout: dict[str, float]
) -> None:
    """Each fault raises the same error in the same words as a real server, after as many attempts."""
    traffic.answering = lambda request: Answer(fault=name)

    def go() -> Any:
        return ask(method, server.url, data=b"x", timeout=aiohttp.ClientTimeout(**timeout))

    with served(reply) as server:
        real = met(go)
        traffic.hosts = {"127.0.0.1"}
        replayed = met(go)
    assert replayed[:2] == real[:2]
    # A server that is slow to accept has not seen the request when the client gives up, which it does once.
    assert len(traffic.asked) == (1 if reply is None else len(server.seen))


def test_an_idempotent_request_is_tried_again_by_aiohttp(traffic: FakeTraffic) -> None:
    """Given an open connection that breaks, aiohttp itself sends a GET again once."""
    answers = iter([OK, Answer(fault="connection-reset"), OK])
    traffic.answering = lambda request: next(answers)

    async def use(session: aiohttp.ClientSession) -> int:
        async with session.get(URL) as response:
            await response.read()
        return (await session.put(URL, data=b"x")).status

    assert run(use) == 200
    assert [request.method for request in traffic.asked] == ["GET", "PUT", "PUT"]


def test_no_connection_is_used_again_where_none_can_be_made(traffic: FakeTraffic) -> None:
    """A case that breaks connecting also breaks it for a client that is connected already."""
    answers = iter([OK, OK, Answer(fault="connection-refused"), OK])
    traffic.answering = lambda request: next(answers)

    async def use(session: aiohttp.ClientSession) -> list[int]:
        seen = []
        for breaks in (False, False, True, True):
            traffic.breaks_connecting = breaks
            with contextlib.suppress(aiohttp.ClientConnectorError):
                async with session.put(URL, data=b"x") as response:
                    await response.read()
                    seen.append(response.status)
        return seen

    assert run(use) == [200, 200, 200]
    assert len(traffic.asked) == 4


def test_before_a_failed_look_up_had_a_class(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older aiohttp raises the error of any connection for a failed look-up, and of any timeout for a timeout."""
    monkeypatch.delattr(aiohttp, "ClientConnectorDNSError", raising=False)
    monkeypatch.delattr(aiohttp, "ConnectionTimeoutError", raising=False)
    traffic.answering = lambda request: Answer(fault="dns-failure")
    with pytest.raises(aiohttp.ClientConnectorError, match="name resolution"):
        ask("POST")
    traffic.answering = lambda request: Answer(fault="connect-timeout")
    with pytest.raises(aiohttp.ServerTimeoutError, match="Connection timeout to host"):
        ask("POST", timeout=aiohttp.ClientTimeout(connect=5))
    monkeypatch.delattr(aiohttp, "SocketTimeoutError", raising=False)
    traffic.answering = lambda request: Answer(fault="read-timeout")
    with pytest.raises(aiohttp.ServerTimeoutError, match="Timeout on reading data from socket"):
        ask("POST", timeout=aiohttp.ClientTimeout(sock_read=5))


def test_a_refusal_comes_out_unchanged(traffic: FakeTraffic) -> None:
    """A refused request raises our error; aiohttp does not take it for an error of the network."""
    traffic.answering = traffic.refuse
    for options in ({}, {"data": b"x"}):
        with pytest.raises(Refused, match=URL):
            ask("PUT", **options)
    assert len(traffic.asked) == 2


def test_two_hundred_at_once_are_right_and_in_order(traffic: FakeTraffic) -> None:
    """Of two hundred requests at the same time, each gets its own answer."""
    traffic.answering = lambda request: Answer(200, "", (), request.url.encode())

    async def one(session: aiohttp.ClientSession, number: int) -> str:
        async with session.get(f"{URL}/{number}") as response:
            return await response.text()

    async def use(session: aiohttp.ClientSession) -> list[str]:
        return await asyncio.gather(*(one(session, number) for number in range(200)))

    assert run(use) == [f"{URL}/{number}" for number in range(200)]


def test_a_call_given_up_is_over(traffic: FakeTraffic) -> None:
    """An answer that comes after the connection was closed is dropped."""

    async def use(session: aiohttp.ClientSession) -> None:
        task = asyncio.ensure_future(session.get(URL))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await asyncio.sleep(0)
        assert (await session.get(URL)).status == 200

    run(use)

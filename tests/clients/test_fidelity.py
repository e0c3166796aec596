"""A replayed error is the same as on a real network: the same errors, attempts and waits in every client and engine."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import aiohttp
import backoff
import httpx
import pytest
import requests
import stamina
import tenacity
import urllib3
from network import HOST, real
from requests.adapters import HTTPAdapter
from tapping import FakeTraffic
from urllib3.util import Retry

from pytest_customerio.clients import registry
from pytest_customerio.core.model import CONNECT_FAULTS, FAULTS, Answer
from pytest_customerio.process.clock.virtual import Clock

httpx2 = pytest.importorskip("httpx2")

JSON = (("Content-Type", "application/json"),)
PAYLOAD = {"email": "ada@example.com"}
# Seconds until a client gives up: what has to time out does so soon, all else never does.
SOON, NEVER = 0.1, 10.0
PARTIAL = Answer(fault="truncated-body", headers=(*JSON, ("Content-Length", "54")), body=b'{"ok"')
OK = Answer(200, "OK", JSON, b'{"ok": true}')


def fault(name: str) -> Answer:
    return PARTIAL if name == "truncated-body" else Answer(fault=name)


def by_requests(url: str, limit: float) -> int:
    with requests.Session() as session:
        session.verify = False
        return session.post(url, json=PAYLOAD, timeout=limit).status_code


def by_urllib3(url: str, limit: float) -> int:
    with urllib3.PoolManager(retries=False, cert_reqs="CERT_NONE") as pool:
        return pool.request("POST", url, json=PAYLOAD, timeout=limit).status


def by_httpx(url: str, limit: float, module: Any = httpx) -> int:
    with module.Client(timeout=limit, verify=False) as client:
        return int(client.post(url, json=PAYLOAD).status_code)


def by_httpx2(url: str, limit: float) -> int:
    return by_httpx(url, limit, httpx2)


def by_httpx_async(url: str, limit: float, module: Any = httpx) -> int:
    async def call() -> int:
        async with module.AsyncClient(timeout=limit, verify=False) as client:
            return int((await client.post(url, json=PAYLOAD)).status_code)

    return asyncio.run(call())


def by_httpx2_async(url: str, limit: float) -> int:
    return by_httpx_async(url, limit, httpx2)


def by_aiohttp(url: str, limit: float, total: float | None = None) -> int:
    async def call() -> int:
        each = None if total else limit
        timeout = aiohttp.ClientTimeout(total=total, sock_connect=each, sock_read=each)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json=PAYLOAD, ssl=False) as response,
        ):
            await response.read()
            return response.status

    return asyncio.run(call())


def by_aiohttp_in_all(url: str, limit: float) -> int:
    return by_aiohttp(url, limit, total=limit)


def by_http_client(url: str, limit: float) -> int:
    host, _, path = url.partition("://")[2].partition("/")
    kind = http.client.HTTPSConnection if url.startswith("https") else http.client.HTTPConnection
    conn = kind(host, timeout=limit)
    try:
        conn.request("POST", "/" + path, json.dumps(PAYLOAD), {"Content-Type": "application/json"})
        response = conn.getresponse()
        response.read()
        return response.status
    finally:
        conn.close()


def by_urllib_request(url: str, limit: float) -> int:
    try:
        with urllib.request.urlopen(url, json.dumps(PAYLOAD).encode(), timeout=limit) as response:
            response.read()
            return int(response.status)
    except urllib.error.HTTPError as error:
        error.close()
        raise


Client = Callable[[str, float], int]
BLOCKING = [by_requests, by_urllib3, by_httpx, by_httpx2, by_http_client, by_urllib_request]
CLIENTS = [*BLOCKING, by_httpx_async, by_httpx2_async, by_aiohttp, by_aiohttp_in_all]


@pytest.fixture
def replaying() -> Iterator[Callable[[list[Answer], int], Any]]:
    """Play answers to all that is sent within, instead of a network."""
    undo = []

    def start(answers: list[Answer], port: int) -> FakeTraffic:
        traffic = FakeTraffic()
        traffic.hosts = {(HOST, port)}
        traffic.answers["*"] = list(answers)
        traffic.breaks_connecting = any(answer.fault in CONNECT_FAULTS for answer in answers)
        undo.append(registry.install(traffic))
        return traffic

    yield start
    for each in undo:
        each()


def met(call: Callable[[], object]) -> list[str]:
    """The status, or the exception with everything beneath it, as a log would show it."""
    try:
        return [str(call())]
    except Exception as error:
        return [*_told(error)]


def _told(error: BaseException | None) -> Iterator[str]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        text = re.sub(r" at 0x[0-9a-f]+|\('[\w.]+', \d+\)|:\d+(?=[/ ])", "", f"{error}")
        yield f"{type(error).__module__}.{type(error).__qualname__}: {text}"
        inner = [arg for arg in error.args if isinstance(arg, BaseException)]
        error = getattr(error, "reason", None) if not inner else inner[0]
        error = error if isinstance(error, BaseException) else None


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", [name for name in FAULTS if name != "tls-failure"])
def test_a_fault_is_what_the_real_network_does(
    name: str, client: Client, monkeypatch: pytest.MonkeyPatch, replaying: Any
) -> None:
    """Each fault raises the same exceptions in the same words, down to the socket's, after one attempt."""
    limit = SOON if name.endswith("timeout") else NEVER
    with real([fault(name)], monkeypatch) as network:
        really = met(lambda: client(network.url, limit))
    traffic = replaying([fault(name)], network.port)
    assert met(lambda: client(network.url, limit)) == really
    assert len(traffic.attempts) == network.attempts == 1
    assert traffic.only.raised is not None or name == "truncated-body"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda each: each.__name__)
def test_a_refused_handshake_is_what_a_real_server_does(
    client: Client, monkeypatch: pytest.MonkeyPatch, replaying: Any
) -> None:
    """A refused TLS handshake raises OpenSSL's own words."""
    with real([fault("tls-failure")], monkeypatch) as network:
        url = network.url.replace("http:", "https:")
        really = met(lambda: client(url, NEVER))
    traffic = replaying([fault("tls-failure")], network.port)
    assert met(lambda: client(url, NEVER)) == really
    assert "HANDSHAKE_FAILURE" in really[0]
    assert len(traffic.attempts) == 1


RATE, DOWN, GATEWAY = Answer(429, "", (("Retry-After", "3"),)), Answer(503, "", JSON, b"{}"), Answer(502)
SCHEDULES = {
    "statuses": [RATE, DOWN, OK],
    "gateways": [GATEWAY, DOWN, GATEWAY, DOWN, GATEWAY, DOWN],
    "reset": [fault("connection-reset"), fault("accepted-then-reset"), OK],
    "silent": [fault("read-timeout"), DOWN, OK],
    "connecting": [fault("connection-refused"), fault("dns-failure"), fault("connect-timeout"), OK],
    "down": [fault("connection-refused")],
    "cut": [PARTIAL, DOWN, OK],
    "all": [RATE, fault("dns-failure"), PARTIAL, fault("connection-reset"), OK],
}


def patience(schedule: str) -> float:
    """A timeout that is long enough for a slow machine; a short one where the request has to time out."""
    late = any((answer.fault or "").endswith("timeout") for answer in SCHEDULES[schedule])
    return 0.3 if late else NEVER


class Failed(Exception):
    """The exception that an application makes of a bad status."""


def checked(client: Client, url: str, limit: float) -> int:
    status = client(url, limit)
    if status >= 300:
        raise Failed(str(status))
    return status


def with_tenacity(client: Client, url: str, limit: float) -> int:
    wait, stop = tenacity.wait_exponential(multiplier=1), tenacity.stop_after_attempt(5)
    return tenacity.Retrying(wait=wait, stop=stop, reraise=True)(checked, client, url, limit)


def with_backoff(client: Client, url: str, limit: float) -> int:
    tried = backoff.on_exception(backoff.expo, Exception, max_tries=5, jitter=None)(checked)
    return int(tried(client, url, limit))


def with_stamina(client: Client, url: str, limit: float) -> int:
    return stamina.retry(on=Exception, attempts=5, wait_jitter=0)(checked)(client, url, limit)


ENGINES = [with_tenacity, with_backoff, with_stamina]


def retry() -> Retry:
    return Retry(total=4, backoff_factor=1, status_forcelist=[502, 503], allowed_methods=None)


def requests_with_retry(url: str, limit: float) -> int:
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=retry()))
        return session.post(url, json=PAYLOAD, timeout=limit).status_code


def urllib3_with_retry(url: str, limit: float) -> int:
    with urllib3.PoolManager(retries=retry()) as pool:
        return pool.request("POST", url, json=PAYLOAD, timeout=limit).status


def httpx_with_retries(url: str, limit: float, module: Any = httpx) -> int:
    with module.Client(timeout=limit, transport=module.HTTPTransport(retries=3)) as client:
        return int(client.post(url, content=json.dumps(PAYLOAD)).status_code)


def httpx2_with_retries(url: str, limit: float) -> int:
    return httpx_with_retries(url, limit, httpx2)


OWN = [requests_with_retry, urllib3_with_retry, httpx_with_retries, httpx2_with_retries]


def outcome(call: Callable[[], object]) -> tuple[list[str], list[float]]:
    """The status or the exception of a call, and the waits in between."""
    with Clock() as clock:
        told = met(call)
    return told, list(clock.waits)


@pytest.mark.parametrize("schedule", ["gateways", "silent", "connecting", "all"])
@pytest.mark.parametrize("client", BLOCKING, ids=lambda each: each.__name__)
@pytest.mark.parametrize("engine", ENGINES, ids=lambda each: each.__name__)
def test_a_retry_engine_meets_the_same(
    engine: Any, client: Client, schedule: str, monkeypatch: pytest.MonkeyPatch, replaying: Any
) -> None:
    """A retry engine around any client, with any schedule: the same status or exception, attempts and waits."""
    answers, limit = SCHEDULES[schedule], patience(schedule)
    with real(answers, monkeypatch) as network:
        really = outcome(lambda: engine(client, network.url, limit))
    traffic = replaying(answers, network.port)
    assert outcome(lambda: engine(client, network.url, limit)) == really
    assert len(traffic.attempts) == network.attempts > 1
    assert len(really[1]) == network.attempts - 1


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("client", OWN, ids=lambda each: each.__name__)
def test_a_client_s_own_engine_meets_the_same(
    client: Any, schedule: str, monkeypatch: pytest.MonkeyPatch, replaying: Any
) -> None:
    """urllib3's Retry and httpx's retries run above the replayed answers."""
    answers, limit = SCHEDULES[schedule], patience(schedule)
    with real(answers, monkeypatch) as network:
        really = outcome(lambda: client(network.url, limit))
    traffic = replaying(answers, network.port)
    assert outcome(lambda: client(network.url, limit)) == really
    assert len(traffic.attempts) == network.attempts


@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_retries_of_an_asynchronous_transport(module: Any, monkeypatch: pytest.MonkeyPatch, replaying: Any) -> None:
    """The retries of an asynchronous transport wait as on its own network."""

    async def call(url: str) -> int:
        transport = module.AsyncHTTPTransport(retries=1)
        async with module.AsyncClient(timeout=NEVER, transport=transport) as client:
            return int((await client.post(url, content=stream())).status_code)

    async def stream() -> Any:
        yield b"{}"

    answers = [fault("connection-refused"), OK]
    with real(answers, monkeypatch) as network:
        assert asyncio.run(call(network.url)) == 200
    traffic = replaying(answers, network.port)
    assert asyncio.run(call(network.url)) == 200
    assert [sent.body for sent in traffic.attempts] == [b"{}", b"{}"]
    assert traffic.only.attempts == network.attempts == 2

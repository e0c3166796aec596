"""Each function sends one request to Customer.io, with a client of its own, and returns the text of the answer.

`NETWORK` says what the run looks names up and connects with; `names()` are the functions that it applies to.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import socket
import ssl
import urllib.request
import uuid
from collections.abc import Callable
from typing import Any

HOST, APP_HOST = "track.customer.io", "api.customer.io"
PATH = "/api/v1/customers/42/events"
URL = f"https://{HOST}{PATH}"
# Where the listener is; an application may know the address without a look-up.
ADDRESS = "127.0.0.53"
HEADERS = {"Authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0", "Content-Type": "application/json"}
EVENT = {"name": "purchase", "data": {"total": 3}}
BODY = json.dumps(EVENT).encode()
PLAIN_REQUEST = (
    f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY
LIMIT = 5.0
NETWORK = os.environ.get("LEAVING_NETWORK", "cpython")


def by_requests(url: str) -> str:
    import requests

    return requests.post(url, json=EVENT, headers=HEADERS, timeout=LIMIT).text


def by_requests_session(url: str) -> str:
    import requests

    with requests.Session() as session:
        return session.post(url, json=EVENT, headers=HEADERS, timeout=LIMIT).text


def by_urllib3(url: str) -> str:
    import urllib3

    with urllib3.PoolManager() as pool:
        return pool.request("POST", url, body=BODY, headers=HEADERS, timeout=LIMIT, retries=False).data.decode()


def by_urllib3_pool(url: str) -> str:
    import urllib3

    with urllib3.connection_from_url(url) as pool:
        return pool.urlopen("POST", PATH, BODY, HEADERS, timeout=LIMIT, retries=False).data.decode()


def by_httpx(url: str) -> str:
    import httpx

    return httpx.post(url, json=EVENT, headers=HEADERS).text


def by_httpx2(url: str) -> str:
    import httpx2

    return httpx2.post(url, json=EVENT, headers=HEADERS).text


def by_http_client(url: str) -> str:
    kind = http.client.HTTPSConnection if url.startswith("https") else http.client.HTTPConnection
    conn = kind(HOST, timeout=LIMIT)
    try:
        conn.request("POST", PATH, BODY, HEADERS)
        return conn.getresponse().read().decode()
    finally:
        conn.close()


def by_urllib_request(url: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, BODY, HEADERS), timeout=LIMIT) as response:
        return response.read().decode()


def by_customerio(url: str) -> str:
    """The official SDK: Track."""
    from customerio import CustomerIO

    CustomerIO("site-1234", "track-key-1234", retries=0, timeout=LIMIT).track("42", "purchase", {"total": 3})
    return ""


def by_customerio_app(url: str) -> str:
    """The official SDK: the App API."""
    from customerio import APIClient, SendEmailRequest

    mail = SendEmailRequest(to="ada@example.com", transactional_message_id="1", identifiers={"id": "42"})
    return str(APIClient("app-key-1234", retries=0, timeout=LIMIT).send_email(mail))


def by_cdp_analytics(url: str) -> str:
    """The official SDK for Pipelines, without its queue."""
    from analytics import join

    join()
    import requests
    from customerio import analytics
    from customerio.analytics import request

    request._session = requests.Session()  # the SDK keeps one for the whole process
    client = analytics.Client("write-key-1234", sync_mode=True, max_retries=0, timeout=LIMIT)
    client.track("42", "purchase")
    return ""


def by_socket(url: str) -> str:
    with socket.create_connection((HOST, 80), LIMIT) as sock:
        sock.sendall(PLAIN_REQUEST)
        return _read(sock)


def by_look_up(url: str) -> str:
    """Only a name is looked up, which no resolver has in its cache."""
    return socket.gethostbyname(f"{uuid.uuid4().hex}.customer.io")


def by_known_address(url: str) -> str:
    """Over TLS to an address that is known without a look-up."""
    plain = socket.create_connection((ADDRESS, 443), LIMIT)
    with plain, ssl.create_default_context().wrap_socket(plain, server_hostname=HOST) as sock:
        sock.sendall(PLAIN_REQUEST)
        return _read(sock)


def by_tunnel(url: str) -> str:
    """Through a proxy that is named in the code."""
    conn = http.client.HTTPSConnection("127.0.0.1", 1080, timeout=LIMIT)
    conn.set_tunnel(HOST, 443)
    try:
        conn.request("POST", PATH, BODY, HEADERS)
        return conn.getresponse().read().decode()
    finally:
        conn.close()


def by_dnspython(url: str) -> str:
    """Only the name is looked up, with dnspython."""
    import dns.resolver

    return str(dns.resolver.resolve(HOST, lifetime=LIMIT)[0])


async def by_httpx_async(url: str) -> str:
    import httpx

    async with httpx.AsyncClient() as client:
        return (await client.post(url, json=EVENT, headers=HEADERS)).text


async def by_httpx2_async(url: str) -> str:
    import httpx2

    async with httpx2.AsyncClient() as client:
        return (await client.post(url, json=EVENT, headers=HEADERS)).text


async def by_aiohttp(url: str) -> str:
    import aiohttp

    resolver = aiohttp.AsyncResolver() if "c-ares" in NETWORK else aiohttp.ThreadedResolver()
    limit = aiohttp.ClientTimeout(LIMIT)
    connector = aiohttp.TCPConnector(resolver=resolver)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=limit, trust_env=True) as session,
        session.post(url, json=EVENT, headers=HEADERS) as response,
    ):
        return await response.text()


async def by_async_customerio(url: str) -> str:
    """The asynchronous SDK of the community."""
    from async_customerio import AsyncCustomerIO

    await AsyncCustomerIO("site-1234", "track-key-1234", retries=0).track("42", "purchase", total=3)
    return ""


async def by_stream(url: str) -> str:
    return await _stream(HOST, 443, ssl=ssl.create_default_context())


async def by_stream_to_known_address(url: str) -> str:
    return await _stream(ADDRESS, 443, ssl=ssl.create_default_context(), server_hostname=HOST)


async def by_plain_stream(url: str) -> str:
    return await _stream(HOST, 80)


async def by_loop_look_up(url: str) -> str:
    """Only the name is looked up, by the loop."""
    return str(await asyncio.get_running_loop().getaddrinfo(HOST, 443))


async def by_aiodns(url: str) -> str:
    """c-ares looks the name up, the loop connects to its address."""
    import aiodns

    found = await aiodns.DNSResolver(timeout=LIMIT).getaddrinfo(HOST, family=socket.AF_INET)
    return await _stream(str(found.nodes[0].addr[0].decode()), 80)


async def by_trio_stream(url: str) -> str:
    import trio

    stream = trio.SSLStream(await trio.open_tcp_stream(HOST, 443), ssl.create_default_context(), server_hostname=HOST)
    await stream.send_all(PLAIN_REQUEST)
    return (await stream.receive_some(4000)).decode()


async def _stream(host: str, port: int, **options: Any) -> str:
    reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port, **options), LIMIT)
    writer.write(PLAIN_REQUEST)
    try:
        return (await asyncio.wait_for(reader.read(4000), LIMIT)).decode()
    finally:
        writer.close()


def _read(sock: socket.socket) -> str:
    sock.settimeout(LIMIT)
    return sock.recv(4000).decode()


# What a user's cassette records, what a proxy of the environment concerns, what can be sent without TLS.
RECORDED = (
    *("requests", "requests_session", "urllib3", "urllib3_pool", "httpx", "httpx2", "http_client", "urllib_request"),
    *("customerio", "customerio_app", "cdp_analytics", "httpx_async", "httpx2_async", "aiohttp", "async_customerio"),
)
WITHOUT_TLS = (*RECORDED[:8], "httpx_async", "httpx2_async", "aiohttp")
_MADE = {name.removeprefix("by_"): made for name, made in globals().items() if name.startswith("by_")}
_OF_TRIO = ("httpx_async", "httpx2_async", "trio_stream")
_OF_LOOPS = tuple(name for name, made in _MADE.items() if asyncio.iscoroutinefunction(made) and name != "trio_stream")
_OF_C_ARES = ("aiohttp", "aiodns")
# What needs a thread of an executor, which the interpreter starts none of when it ends.
_OF_EXECUTORS = ("aiohttp", "httpx_async", "httpx2_async", "async_customerio", "loop_look_up", "plain_stream", "stream")


def at_exit() -> list[str]:
    """The senders that work when the interpreter ends."""
    return [name for name in names() if name not in (_OF_EXECUTORS if NETWORK == "cpython" else ("aiohttp",))]


def names() -> list[str]:
    """The senders that this run's network applies to."""
    known = sorted(_MADE)
    if NETWORK == "trio":
        return [name for name in known if name in _OF_TRIO]
    if "c-ares" in NETWORK:
        return [name for name in known if name in _OF_C_ARES]
    if NETWORK == "uvloop":
        return [name for name in known if name in _OF_LOOPS and name != "aiodns"]
    if NETWORK.startswith("gevent"):
        return [name for name in known if name not in (*_OF_LOOPS, "trio_stream", "dnspython")]
    return [name for name in known if name not in ("trio_stream", "aiodns")]


def send(name: str, url: str = URL) -> str:
    """Send one request; returns the text of the answer."""
    made: Callable[[str], Any] = _MADE[name]
    if not asyncio.iscoroutinefunction(made):
        return str(made(url))
    if NETWORK == "trio":
        import trio

        return str(trio.run(made, url))
    if NETWORK.startswith("uvloop"):
        import uvloop

        return str(uvloop.run(made(url)))
    return str(asyncio.run(made(url)))

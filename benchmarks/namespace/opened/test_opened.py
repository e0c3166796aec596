"""Sends over connections that were open before the guard was armed: only a mark asks for it, so the import may send."""

from __future__ import annotations

import asyncio
import http.client

import aiohttp
import attempts
import httpx
import httpx2
import pytest
import requests
import senders
import urllib3

URL, PATH, BODY, HEADERS = senders.URL, senders.PATH, senders.BODY, senders.HEADERS
LOOP = asyncio.new_event_loop()
SESSION = requests.Session()
POOL = urllib3.PoolManager()
HTTPX, HTTPX2 = httpx.Client(), httpx2.Client()
HTTPX_ASYNC, HTTPX2_ASYNC = httpx.AsyncClient(), httpx2.AsyncClient()
CONNECTION = http.client.HTTPSConnection(senders.HOST, timeout=senders.LIMIT)


async def new_session() -> aiohttp.ClientSession:
    """A session that belongs to the loop."""
    return aiohttp.ClientSession()


AIOHTTP = LOOP.run_until_complete(new_session())


async def by_aiohttp() -> str:
    """Send over the kept session."""
    async with AIOHTTP.post(URL, data=BODY, headers=HEADERS) as response:
        return await response.text()


def by_http_client() -> str:
    """Send over the kept connection."""
    CONNECTION.request("POST", PATH, BODY, HEADERS)
    return CONNECTION.getresponse().read().decode()


def by_urllib3() -> str:
    """Send over the kept connection of a pool."""
    return POOL.request("POST", URL, body=BODY, headers=HEADERS, timeout=senders.LIMIT).data.decode()


KEPT = {
    "requests": lambda: SESSION.post(URL, data=BODY, headers=HEADERS, timeout=senders.LIMIT).text,
    "urllib3": by_urllib3,
    "httpx": lambda: HTTPX.post(URL, content=BODY, headers=HEADERS).text,
    "httpx2": lambda: HTTPX2.post(URL, content=BODY, headers=HEADERS).text,
    "httpx_async": lambda: LOOP.run_until_complete(HTTPX_ASYNC.post(URL, content=BODY, headers=HEADERS)).text,
    "httpx2_async": lambda: LOOP.run_until_complete(HTTPX2_ASYNC.post(URL, content=BODY, headers=HEADERS)).text,
    "aiohttp": lambda: LOOP.run_until_complete(by_aiohttp()),
    "http_client": by_http_client,
}
attempts.everything("opened", KEPT, lambda name: KEPT[name]())


@pytest.mark.cio_contract
def test_opened() -> None:
    attempts.everything("over a connection that was open before", KEPT, lambda name: KEPT[name]())

"""An application that handles each error, and one that swallows each; the stories write both as `app.py`.

`save…` retries what is transient, returns the text of the answer, and raises `Gone` where it gives up. `lose…` sends
once and swallows every exception. There is one of both for each client.
"""

from __future__ import annotations

APP = '''\
import asyncio
import base64
import http.client
import time
import urllib.error
import urllib.request

import aiohttp
import httpx
import httpx2
import requests
import urllib3

URL = "https://track.customer.io/api/v1/customers/42"
OTHER = "https://shop.example/stock"
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(b"site-1234:track-key-1234").decode(),
    "Content-Type": "application/json",
}
BODY = b'{"plan": "basic"}'


class Gone(Exception):
    """Customer.io did not take it."""


def settled(status):
    """Whether the answer is final; raises for one that no retry changes."""
    if status in (400, 401, 403):
        raise Gone(status)
    return status < 300


def retrying(send):
    for attempt in range(4):
        try:
            status, text = send()
            if settled(status):
                return text
        except (OSError, urllib3.exceptions.HTTPError, httpx.TransportError, httpx2.TransportError):
            pass
        time.sleep(2.0**attempt)
    raise Gone


async def aretrying(send):
    for attempt in range(4):
        try:
            status, text = await send()
            if settled(status):
                return text
        except (OSError, aiohttp.ClientError, httpx.TransportError, httpx2.TransportError):
            pass
        await asyncio.sleep(2.0**attempt)
    raise Gone


def by_requests(session=requests):
    response = session.put(URL, data=BODY, headers=HEADERS, timeout=5)
    return response.status_code, response.text


def by_httpx(client):
    response = client.put(URL, content=BODY, headers=HEADERS)
    return response.status_code, response.text


async def by_httpx_async(client):
    response = await client.put(URL, content=BODY, headers=HEADERS)
    return response.status_code, response.text


async def by_aiohttp(session):
    async with session.put(URL, data=BODY, headers=HEADERS) as response:
        return response.status, await response.text()


def by_urllib3(manager=urllib3):
    response = manager.request("PUT", URL, body=BODY, headers=HEADERS, timeout=5, retries=False)
    return response.status, response.data.decode()


def by_http_client():
    conn = http.client.HTTPSConnection("track.customer.io", timeout=5)
    try:
        conn.request("PUT", "/api/v1/customers/42", BODY, HEADERS)
        response = conn.getresponse()
        return response.status, response.read().decode()
    finally:
        conn.close()


def by_urllib_request():
    try:
        with urllib.request.urlopen(urllib.request.Request(URL, BODY, HEADERS, method="PUT"), timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def save(send, *given):
    return retrying(lambda: send(*given))


async def asave(send, *given):
    return await aretrying(lambda: send(*given))


def lose(send, *given):
    try:
        status, text = send(*given)
    except Exception:
        return "lost"
    return text if status < 300 else "lost"


async def alose(send, *given):
    try:
        status, text = await send(*given)
    except Exception:
        return "lost"
    return text if status < 300 else "lost"
'''

# What the suites of the stories have in common: the marks, and which application a test sends with.
SUITE = """\
import app
import pytest

errors = pytest.mark.cio_errors("429-rate-limited", "connection-reset-persists", "401-unauthorized", raises=app.Gone)
both = pytest.mark.parametrize("use", [app.save, app.lose], ids=["save", "lose"])
aboth = pytest.mark.parametrize("use", [app.asave, app.alose], ids=["save", "lose"])
"""
# The cases of the mark `errors`.
CASES = ("429-rate-limited-recovers", "429-rate-limited-persists", "connection-reset-persists", "401-unauthorized")

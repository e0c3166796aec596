"""An application that can send with every client; the stories write it as `app.py`."""

from __future__ import annotations

import importlib
import pkgutil
import re

from pytest_customerio import clients

# An inner run removes the modules that it imported. These are imported before it, so that each exists once.
for _tap in pkgutil.iter_modules(clients.__path__):
    importlib.import_module(f"{clients.__name__}.{_tap.name}")
for _name in ("aiohttp_stubs", "httpx_stubs"):
    importlib.import_module(f"vcr.stubs.{_name}")

APP = '''\
"""Each function of SENDERS sends one request and returns status and text of the answer."""

import asyncio
import base64
import http.client
import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import aiohttp
import httpx
import httpx2
import requests
import urllib3

URL = "https://track.customer.io/api/v1/customers/42/events"
HEADERS = {
    "Authorization": "Basic " + base64.b64encode(b"site-1234:track-key-1234").decode(),
    "Content-Type": "application/json",
}
GOOD = json.dumps({"name": "purchase", "data": {"total": 3}}).encode()
MILLISECONDS = json.dumps({"name": "purchase", "timestamp": 1764000000000}).encode()

SESSION = requests.Session()
MANAGER = urllib3.PoolManager()


def by_requests(url, body, method="POST"):
    response = requests.request(method, url, data=body, headers=HEADERS, timeout=5)
    return response.status_code, response.text


def by_requests_session(url, body, method="POST"):
    response = SESSION.request(method, url, data=body, headers=HEADERS, timeout=5)
    return response.status_code, response.text


def by_urllib3(url, body, method="POST"):
    response = MANAGER.request(method, url, body=body, headers=HEADERS, timeout=5, retries=False)
    return response.status, response.data.decode()


def by_urllib3_pool(url, body, method="POST"):
    parts = urlsplit(url)
    pool = urllib3.connection_from_url(url)
    target = parts.path + ("?" + parts.query if parts.query else "")
    response = pool.urlopen(method, target, body, HEADERS, timeout=5, retries=False)
    return response.status, response.data.decode()


def by_httpx(url, body, method="POST"):
    response = httpx.request(method, url, content=body, headers=HEADERS)
    return response.status_code, response.text


def by_httpx2(url, body, method="POST"):
    response = httpx2.request(method, url, content=body, headers=HEADERS)
    return response.status_code, response.text


async def _by_async(module, url, body, method):
    async with module.AsyncClient() as client:
        response = await client.request(method, url, content=body, headers=HEADERS)
        return response.status_code, response.text


def by_httpx_async(url, body, method="POST"):
    return asyncio.run(_by_async(httpx, url, body, method))


def by_httpx2_async(url, body, method="POST"):
    return asyncio.run(_by_async(httpx2, url, body, method))


async def aiohttp_async(url, body, method="POST"):
    async with aiohttp.ClientSession(headers=HEADERS, trust_env=True) as session:
        async with session.request(method, url, data=body) as response:
            return response.status, await response.text()


def by_aiohttp(url, body, method="POST"):
    return asyncio.run(aiohttp_async(url, body, method))


def by_http_client(url, body, method="POST"):
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    conn = kind(parts.netloc, timeout=5)
    try:
        conn.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, HEADERS)
        response = conn.getresponse()
        return response.status, response.read().decode()
    finally:
        conn.close()


def by_urllib_request(url, body, method="POST"):
    request = urllib.request.Request(url, body, HEADERS, method=method)
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


SENDERS = {name.removeprefix("by_"): made for name, made in globals().items() if name.startswith("by_")}
'''

# The client that is heard when the sender of this name sends.
HEARD = {
    "requests": "requests",
    "requests_session": "requests",
    "urllib3": "urllib3",
    "urllib3_pool": "urllib3",
    "httpx": "httpx",
    "httpx2": "httpx2",
    "httpx_async": "httpx",
    "httpx2_async": "httpx2",
    "aiohttp": "aiohttp",
    "http_client": "http.client",
    "urllib_request": "http.client",
}


def _line(text: str, function: str) -> str:
    (number,) = (n for n, line in enumerate(APP.splitlines(), 1) if text in line)
    return f"app.py:{number} in {function}"


_ASYNC = _line("await client.request(", "_by_async")
# The line from which each sender sends.
LINES = {
    "requests": _line("= requests.request(", "by_requests"),
    "requests_session": _line("SESSION.request(", "by_requests_session"),
    "urllib3": _line("MANAGER.request(", "by_urllib3"),
    "urllib3_pool": _line("pool.urlopen(", "by_urllib3_pool"),
    "httpx": _line("= httpx.request(", "by_httpx"),
    "httpx2": _line("= httpx2.request(", "by_httpx2"),
    "httpx_async": _ASYNC,
    "httpx2_async": _ASYNC,
    "aiohttp": _line("session.request(", "aiohttp_async"),
    "http_client": _line("conn.request(", "by_http_client"),
    "urllib_request": _line("urllib.request.urlopen(", "by_urllib_request"),
}

BODIES = '''\
"""Bodies of every kind: SENDERS send one, and return what should be heard of it."""

import asyncio
import gzip
import io
import json

import aiohttp
import httpx
import httpx2
import requests
import urllib3
from app import GOOD, HEADERS, URL

DATA = {"name": "purchase", "data": {"total": 3}}
ZIPPED = gzip.compress(GOOD, mtime=0)
FORM = b"name=purchase&total=3"
HALVES = [GOOD[:20], GOOD[20:]]


class Pipe(io.RawIOBase):
    """A file that can be read only once."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._data.readinto(buffer)


def once(data):
    yield from data


async def aonce(data):
    for chunk in data:
        yield chunk


def file(tmp_path):
    (tmp_path / "event.json").write_bytes(b"#" + GOOD)
    opened = open(tmp_path / "event.json", "rb")
    opened.read(1)
    return opened


def read_to_its_end(send):
    def sender(tmp_path):
        with file(tmp_path) as opened:
            send(opened)
            assert opened.read() == b""  # as sending it does
        return GOOD
    return sender


def kind(heard, **kwargs):
    def make(post):
        def sender(tmp_path):
            post(**{name: value() if callable(value) else value for name, value in kwargs.items()})
            return heard
        return sender
    return make


def requests_post(headers=HEADERS, **kwargs):
    requests.post(URL, headers=headers, timeout=5, **kwargs)


def urllib3_post(headers=HEADERS, **kwargs):
    urllib3.request("POST", URL, headers=headers, timeout=5, retries=False, **kwargs)


def httpx_post(headers=HEADERS, **kwargs):
    httpx.post(URL, headers=headers, **kwargs)


def httpx2_post(headers=HEADERS, **kwargs):
    httpx2.post(URL, headers=headers, **kwargs)


def async_httpx_post(headers=HEADERS, **kwargs):
    async def main():
        async with httpx.AsyncClient() as client:
            await client.post(URL, headers=headers, **kwargs)
    asyncio.run(main())


def aiohttp_post(headers=HEADERS, **kwargs):
    async def main():
        async with aiohttp.ClientSession() as session, session.post(URL, headers=headers, **kwargs) as response:
            await response.read()
    asyncio.run(main())


BASIC = {"Authorization": HEADERS["Authorization"]}
FORMED = {**BASIC, "Content-Type": "application/x-www-form-urlencoded"}
GZIPPED = {**HEADERS, "Content-Encoding": "gzip"}
SPACED = json.dumps(DATA).encode()
COMPACT = json.dumps(DATA, separators=(",", ":")).encode()
TIGHT = json.dumps(DATA, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def http_client_post(body):
    import http.client
    conn = http.client.HTTPSConnection("track.customer.io", timeout=5)
    conn.request("POST", "/api/v1/customers/42/events", body, HEADERS)
    conn.getresponse().read()


def http_client_in_pieces(tmp_path):
    import http.client
    conn = http.client.HTTPSConnection("track.customer.io", timeout=5)
    conn.putrequest("POST", "/api/v1/customers/42/events")
    for name, value in {**HEADERS, "Content-Length": str(len(GOOD))}.items():
        conn.putheader(name, value)
    conn.endheaders()
    for half in HALVES:
        conn.send(half)
    assert conn.getresponse().status == 200
    return GOOD


SENDERS = {
    "requests-bytes": kind(GOOD, data=GOOD)(requests_post),
    "requests-bytearray": kind(GOOD, data=lambda: bytearray(GOOD))(requests_post),
    "requests-str": kind(GOOD, data=GOOD.decode())(requests_post),
    "requests-json": kind(SPACED, json=DATA)(requests_post),
    "requests-form": kind(FORM, data={"name": "purchase", "total": 3}, headers=BASIC)(requests_post),
    "requests-generator": kind(GOOD, data=lambda: once(HALVES))(requests_post),
    "requests-file": read_to_its_end(lambda file: requests_post(data=file)),
    "requests-pipe": kind(GOOD, data=lambda: Pipe(GOOD))(requests_post),
    "requests-gzip": kind(ZIPPED, data=ZIPPED, headers=GZIPPED)(requests_post),
    "requests-none": kind(None)(requests_post),
    "urllib3-str": kind(GOOD, body=GOOD.decode())(urllib3_post),
    "urllib3-json": kind(COMPACT, json=DATA)(urllib3_post),
    "urllib3-generator": kind(GOOD, body=lambda: once(HALVES))(urllib3_post),
    "urllib3-list": kind(GOOD, body=HALVES)(urllib3_post),
    "urllib3-file": read_to_its_end(lambda file: urllib3_post(body=file)),
    "urllib3-pipe": kind(GOOD, body=lambda: Pipe(GOOD))(urllib3_post),
    "httpx-str": kind(GOOD, content=GOOD.decode())(httpx_post),
    "httpx-form": kind(FORM, data={"name": "purchase", "total": 3}, headers=BASIC)(httpx_post),
    "httpx-generator": kind(GOOD, content=lambda: once(HALVES))(httpx_post),
    "httpx-file": kind(GOOD, content=lambda: io.BytesIO(GOOD))(httpx_post),
    "httpx-gzip": kind(ZIPPED, content=ZIPPED, headers=GZIPPED)(httpx_post),
    "httpx2-generator": kind(GOOD, content=lambda: once(HALVES))(httpx2_post),
    "httpx-json": kind(TIGHT, json=DATA)(httpx_post),
    "async-httpx-generator": kind(GOOD, content=lambda: aonce(HALVES))(async_httpx_post),
    "aiohttp-str": kind(GOOD, data=GOOD.decode())(aiohttp_post),
    "aiohttp-json": kind(SPACED, json=DATA)(aiohttp_post),
    "aiohttp-form": kind(FORM, data={"name": "purchase", "total": "3"}, headers=BASIC)(aiohttp_post),
    "aiohttp-generator": kind(GOOD, data=lambda: aonce(HALVES))(aiohttp_post),
    "aiohttp-file": kind(GOOD, data=lambda: io.BytesIO(GOOD))(aiohttp_post),
    "aiohttp-pipe": kind(GOOD, data=lambda: Pipe(GOOD))(aiohttp_post),
    "aiohttp-gzip": kind(ZIPPED, data=ZIPPED, headers=GZIPPED)(aiohttp_post),
    "http.client-str": kind(GOOD, body=GOOD.decode())(http_client_post),
    "http.client-file": read_to_its_end(lambda file: http_client_post(file)),
    "http.client-generator": kind(GOOD, body=lambda: once(HALVES))(http_client_post),
    "http.client-pieces": http_client_in_pieces,
}
'''
KINDS = re.findall(r'^    "([\w.-]+)": ', BODIES[BODIES.index("SENDERS = ") :], re.MULTILINE)

"""An application that sends a sign-up to Customer.io in several ways, each of which handles errors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial

import aiohttp
import httpx
import requests
import tenacity
import urllib3
from customerio import CustomerIO, CustomerIOException
from requests.adapters import HTTPAdapter

BASE = "https://track.customer.io/api/v1/customers/"
AUTH = ("site-1234", "track-key-1234")
HEADERS = {"Authorization": "Basic c2l0ZS0xMjM0OnRyYWNrLWtleS0xMjM0"}
PLAN = {"plan": "basic"}
ATTEMPTS = 4


class NotDeliveredError(Exception):
    """The call was not delivered."""


class BusyError(Exception):
    """A transient error: another attempt may succeed."""


def checked(status: int) -> None:
    """Raise an exception unless the status is a success."""
    if status == 429 or status >= 500:
        raise BusyError
    if status >= 300:
        raise NotDeliveredError


sdk = CustomerIO(*AUTH, timeout=5)


def sign_up(person: str) -> None:
    """Two calls of the official SDK, which retries by itself, except for a 429 without Retry-After."""
    _deliver(partial(sdk.identify, person, **PLAN))
    _deliver(partial(sdk.track, person, "signed_up", PLAN))


def _deliver(send: Callable[[], object]) -> None:
    for attempt in range(ATTEMPTS):
        try:
            send()
        except CustomerIOException as error:
            if not str(error).startswith("429"):
                raise NotDeliveredError from None
        else:
            return
        if attempt + 1 < ATTEMPTS:
            time.sleep(2 ** (attempt + 1))
    raise NotDeliveredError


def by_requests(person: str) -> None:
    """A session of requests with urllib3's Retry."""
    with requests.Session() as session:
        session.mount("https://", HTTPAdapter(max_retries=_retry()))
        try:
            checked(session.put(BASE + person, json=PLAN, auth=AUTH, timeout=5, allow_redirects=False).status_code)
        except (requests.RequestException, BusyError):
            raise NotDeliveredError from None


def by_urllib3(person: str) -> None:
    """A pool of urllib3 with its Retry."""
    with urllib3.PoolManager(retries=_retry(), timeout=5) as pool:
        try:
            checked(pool.request("PUT", BASE + person, json=PLAN, headers=HEADERS, redirect=False).status)
        except (urllib3.exceptions.HTTPError, BusyError):
            raise NotDeliveredError from None


def _retry() -> urllib3.Retry:
    return urllib3.Retry(
        total=3, backoff_factor=1, status_forcelist=(429, 500, 502, 503, 504), allowed_methods=None,
        raise_on_status=False,
    )  # fmt: skip


def by_tenacity(person: str) -> None:
    """Tenacity around httpx."""
    wait, stop = tenacity.wait_exponential(multiplier=2), tenacity.stop_after_attempt(ATTEMPTS)
    transient = tenacity.retry_if_exception_type((httpx.TransportError, BusyError))
    try:
        tenacity.Retrying(wait=wait, stop=stop, retry=transient, reraise=True)(_put, person)
    except (httpx.HTTPError, BusyError):
        raise NotDeliveredError from None


def _put(person: str) -> None:
    with httpx.Client(auth=AUTH, timeout=5, verify=False) as client:
        checked(client.put(BASE + person, json=PLAN).status_code)


async def by_httpx(person: str) -> None:
    """An asynchronous client of httpx, with a time limit around all attempts."""
    async with httpx.AsyncClient(auth=AUTH, timeout=5, verify=False) as client:

        async def send() -> None:
            checked((await client.put(BASE + person, json=PLAN)).status_code)

        await _patiently(send, httpx.TransportError)


async def by_aiohttp(person: str) -> None:
    """A session of aiohttp, with a time limit around all attempts."""
    timeout = aiohttp.ClientTimeout(total=5)
    async with aiohttp.ClientSession(headers=HEADERS, timeout=timeout) as session:

        async def send() -> None:
            async with session.put(BASE + person, json=PLAN, allow_redirects=False) as response:
                checked(response.status)
                await response.read()

        await _patiently(send, aiohttp.ClientError, TimeoutError)


async def _patiently(send: Callable[[], Awaitable[None]], *errors: type[Exception]) -> None:
    try:
        async with asyncio.timeout(60):
            for attempt in range(ATTEMPTS):
                try:
                    return await send()
                except (*errors, BusyError):
                    if attempt + 1 < ATTEMPTS:
                        await asyncio.sleep(2 ** (attempt + 1))
    except TimeoutError:
        raise NotDeliveredError from None
    raise NotDeliveredError

"""The same sign-up with threads and tasks, retry engines and time limits."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import crm
import pytest

PEOPLE = [f"person-{number}" for number in range(4)]
errors = pytest.mark.cio_errors(except_for=["301-region-redirect"], raises=crm.NotDeliveredError)


@errors
def test_a_pool_of_threads() -> None:
    with ThreadPoolExecutor(len(PEOPLE)) as pool:
        for future in [pool.submit(crm.sign_up, person) for person in PEOPLE]:
            future.result(timeout=600)


@errors
def test_a_thread_that_is_waited_for() -> None:
    failed: list[BaseException] = []

    def work() -> None:
        try:
            crm.by_requests("42")
        except crm.NotDeliveredError as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(timeout=600)
    assert not thread.is_alive()
    for error in failed:
        raise error


@errors
@pytest.mark.parametrize("send", [crm.by_requests, crm.by_urllib3, crm.by_tenacity])
def test_a_retry_engine(send: Callable[[str], None]) -> None:
    send("42")


@errors
@pytest.mark.parametrize("send", [crm.by_httpx, crm.by_aiohttp])
def test_tasks(send: Callable[[str], Awaitable[None]]) -> None:
    async def everyone() -> None:
        found = await asyncio.gather(*map(send, PEOPLE), return_exceptions=True)
        for error in found:
            if isinstance(error, BaseException):
                raise error

    asyncio.run(everyone())


@errors
@pytest.mark.parametrize("send", [crm.by_httpx, crm.by_aiohttp])
def test_a_call_that_may_not_take_long(send: Callable[[str], Awaitable[None]]) -> None:
    """A time limit of five virtual seconds, while another thread sleeps for longer."""

    async def both() -> None:
        sleeping = asyncio.create_task(asyncio.to_thread(time.sleep, 30))
        try:
            async with asyncio.timeout(5):
                await send("42")
        finally:
            await sleeping

    try:
        asyncio.run(both())
    except TimeoutError:
        raise crm.NotDeliveredError from None

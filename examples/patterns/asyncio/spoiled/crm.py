"""Sign-ups that do not wait for Customer.io: a task sends each of them, and keeps what it cannot deliver."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

import httpx

log = logging.getLogger("crm")
TRANSIENT = (429, 500, 502, 503, 504)
MOST_ATTEMPTS = 4


class Crm:
    """One instance for the whole application: `async with Crm(site_id, api_key) as crm:` around it."""

    def __init__(self, site_id: str, api_key: str) -> None:
        url = "https://track.customer.io/api/v1"
        self._client = httpx.AsyncClient(base_url=url, auth=(site_id, api_key), timeout=5)
        self._tasks: set[asyncio.Task[None]] = set()
        self.undelivered: list[tuple[str, dict[str, object]]] = []  # the nightly export sends these

    def identify_soon(self, person: str, **attributes: object) -> None:
        task = asyncio.create_task(self._identify(person, attributes))
        self._tasks.add(task)  # the event loop holds only weak references to tasks
        task.add_done_callback(self._tasks.discard)

    async def _identify(self, person: str, attributes: dict[str, object]) -> None:
        for attempt in range(MOST_ATTEMPTS):
            try:
                response = await self._client.put(f"/customers/{person}", json=attributes)
                response.raise_for_status()
                return
            except httpx.HTTPError as error:
                log.warning("identify %s: %s", person, type(error).__name__)
                wait = pause(error, attempt)
            if wait is None:
                break
            await asyncio.sleep(wait)
        log.error("identify %s: given up", person)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*self._tasks)  # so that a deployment does not cancel tasks
        await self._client.aclose()


def pause(error: httpx.HTTPError, attempt: int) -> float | None:
    """Seconds until the next attempt; None if there is none."""
    response = error.response if isinstance(error, httpx.HTTPStatusError) else None
    if attempt + 1 == MOST_ATTEMPTS or (response is not None and response.status_code not in TRANSIENT):
        return None
    asked = response.headers.get("Retry-After", "") if response is not None else ""
    return max(2.0**attempt, float(asked) if asked.isdigit() else 0)


async def sign_up(crm: Crm, person: str, email: str) -> None:
    crm.identify_soon(person, email=email)

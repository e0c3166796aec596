"""One session of aiohttp, used and closed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
from stage import URL


def run(use: Callable[[aiohttp.ClientSession], Awaitable[Any]], **options: Any) -> Any:
    """Use one session."""

    async def main() -> Any:
        async with aiohttp.ClientSession(**options) as session:
            return await use(session)

    return asyncio.run(main())


def ask(method: str, url: Any = URL, *, session: dict[str, Any] | None = None, **options: Any) -> tuple[int, str]:
    """Ask once, and read the answer."""

    async def use(client: aiohttp.ClientSession) -> tuple[int, str]:
        async with client.request(method, url, **options) as response:
            return response.status, await response.text()

    return run(use, **(session or {}))  # type: ignore[no-any-return]

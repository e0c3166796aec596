"""Tells a page that there is something new, as Server-Sent Events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

PACE = 0.2
HEARTBEAT = 15.0


async def changes(version: Callable[[], str], pace: float = PACE, heartbeat: float = HEARTBEAT) -> AsyncIterator[bytes]:
    """The version at once and after each change; in between signs of life, by which a page that has gone is noticed."""
    told, quiet = "", 0.0
    while True:
        current = version()
        if current != told:
            told, quiet = current, 0.0
            yield f"data: {told}\n\n".encode()
        elif quiet >= heartbeat:
            quiet = 0.0
            yield b": alive\n\n"
        await asyncio.sleep(pace)
        quiet += pace

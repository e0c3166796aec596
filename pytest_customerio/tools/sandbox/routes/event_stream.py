"""Announces changes to a page as Server-Sent Events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

INTERVAL = 0.2  # seconds between two looks at the version
HEARTBEAT = 15.0  # seconds without a change until a comment is sent


async def changes(
    version: Callable[[], str], interval: float = INTERVAL, heartbeat: float = HEARTBEAT
) -> AsyncIterator[bytes]:
    """The version at once and after each change, and comments in between.

    A comment makes the server notice a page that has closed its connection.
    """
    sent, quiet = "", 0.0
    while True:
        current = version()
        if current != sent:
            sent, quiet = current, 0.0
            yield f"data: {sent}\n\n".encode()
        elif quiet >= heartbeat:
            quiet = 0.0
            yield b": alive\n\n"
        await asyncio.sleep(interval)
        quiet += interval

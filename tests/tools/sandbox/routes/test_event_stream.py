"""The stream that announces changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from pytest_customerio.tools.sandbox.routes.event_stream import changes


async def first(stream: AsyncIterator[bytes], number: int) -> list[bytes]:
    """The first events of a stream."""
    return [await anext(stream) for _ in range(number)]


def test_the_version_is_sent_at_once_and_after_each_change() -> None:
    """The version is sent at once and after each change, and not repeated in between."""
    versions = iter(["1", "1", "1", "2", "2", "3"])
    events = asyncio.run(first(changes(lambda: next(versions), interval=0), 3))
    assert events == [b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n"]


def test_a_comment_is_sent_without_changes() -> None:
    """Without changes a comment is sent after each heartbeat."""
    calls = []
    events = asyncio.run(first(changes(lambda: calls.append(1) or "1", interval=0.001, heartbeat=0.002), 3))
    assert events == [b"data: 1\n\n", b": alive\n\n", b": alive\n\n"]
    assert len(calls) >= 5

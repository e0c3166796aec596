"""Where a cassette of the user's is known to record."""

from __future__ import annotations

import asyncio

import pytest

from pytest_customerio.clients.recording import recorded, recording


def test_it_is_known_while_something_is_sent() -> None:
    """And no longer, even where sending fails."""

    def send(*, fails: bool) -> bool:
        if fails:
            raise KeyError
        return recording()

    assert not recording()
    assert recorded(send)(fails=False)
    with pytest.raises(KeyError):
        recorded(send)(fails=True)
    assert not recording()


def test_it_is_known_in_the_task_that_sends() -> None:
    """Others beside it are not recorded."""

    async def send() -> bool:
        await asyncio.sleep(0)
        return recording()

    async def both() -> list[bool]:
        return await asyncio.gather(asyncio.create_task(recorded(send)()), asyncio.create_task(send()))

    assert asyncio.iscoroutinefunction(recorded(send))
    assert asyncio.run(both()) == [True, False]

"""It is known which requests pass through, because a cassette of the user's records them."""

from __future__ import annotations

import asyncio

import pytest

from pytest_customerio.clients.passthrough import passed_through, passes_through, passing_through


def test_what_a_recorder_sends_passes_through() -> None:
    """It is so while the function runs, and ends with it, even where it raises."""

    def send(*, fails: bool) -> bool:
        if fails:
            raise KeyError
        return passes_through()

    assert not passes_through()
    assert passed_through(send)(fails=False)
    with pytest.raises(KeyError):
        passed_through(send)(fails=True)
    assert not passes_through()


def test_only_the_task_that_records_passes_through() -> None:
    """Two tasks send at the same time, and one of them records: the requests of the other one do not pass through."""

    async def send() -> bool:
        await asyncio.sleep(0)
        return passes_through()

    async def both() -> list[bool]:
        return await asyncio.gather(asyncio.create_task(passed_through(send)()), asyncio.create_task(send()))

    assert asyncio.iscoroutinefunction(passed_through(send))
    assert asyncio.run(both()) == [True, False]


def test_blocks_that_pass_through_may_be_nested() -> None:
    """The end of the inner block does not end the outer one."""
    with passing_through():
        with passing_through():
            pass
        assert passes_through()
    assert not passes_through()

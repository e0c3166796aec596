"""It is known which requests pass through to a target, and which a cassette of the user's would record."""

from __future__ import annotations

import asyncio

import pytest

from pytest_customerio.clients.passthrough import is_recorded, passes_through, passing_through, recorded, recording


def test_what_a_recorder_sends_is_known() -> None:
    """It is so while the function runs, and ends with it, even where it raises; the check is called first."""
    checked: list[bool] = []

    def send(*, fails: bool) -> bool:
        if fails:
            raise KeyError
        return is_recorded() and not passes_through()

    assert not is_recorded()
    assert recorded(send, lambda fails: checked.append(fails))(fails=False)
    with pytest.raises(KeyError):
        recorded(send, lambda fails: checked.append(fails))(fails=True)
    assert not is_recorded()
    assert checked == [False, True]


def test_a_check_may_refuse() -> None:
    """A check that raises keeps the function from being called."""

    def check() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        recorded(pytest.fail, check)()


def test_only_the_task_that_records_is_recorded() -> None:
    """Two tasks send at the same time, and one of them records: the requests of the other one are not recorded."""

    async def send() -> bool:
        await asyncio.sleep(0)
        return is_recorded()

    async def both() -> list[bool]:
        recorder = recorded(send, lambda: None)
        assert asyncio.iscoroutinefunction(recorder)
        return await asyncio.gather(asyncio.create_task(recorder()), asyncio.create_task(send()))

    assert asyncio.run(both()) == [True, False]


@pytest.mark.parametrize(("block", "holds"), [(passing_through, passes_through), (recording, is_recorded)])
def test_blocks_may_be_nested(block, holds) -> None:  # type: ignore[no-untyped-def]
    """The end of the inner block does not end the outer one."""
    with block():
        with block():
            pass
        assert holds()
    assert not holds()

"""Tasks that the application does not await, under pytest-asyncio and under anyio."""

import pytest
from crm import Crm, sign_up

KEYS = ("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.mark.asyncio
async def test_a_sign_up_is_identified(cio):
    async with Crm(*KEYS) as crm:
        await sign_up(crm, "42", "ada@example.com")
        assert not cio.sent
    assert [call.operation.id for call in cio.sent] == ["track.identify"]


@pytest.mark.asyncio
@pytest.mark.cio_errors(must_recover=True)
async def test_no_sign_up_is_lost(cio):
    async with Crm(*KEYS) as crm:  # leaving the block waits for the tasks, as a shutdown does
        await sign_up(crm, "42", "ada@example.com")
    cio.pending(crm.undelivered)


@pytest.mark.asyncio
@pytest.mark.cio_errors("429-rate-limited-recovers", "503-unavailable-recovers", "read-timeout-recovers")
async def test_a_sign_up_is_delivered_later():
    await sign_up(Crm(*KEYS), "42", "ada@example.com")  # the plugin waits for the task before it judges


@pytest.mark.anyio
@pytest.mark.cio_errors("401-unauthorized", "429", "connection-reset", must_recover=True)
async def test_no_sign_up_is_lost_under_anyio(cio):
    async with Crm(*KEYS) as crm:
        await sign_up(crm, "42", "ada@example.com")
    cio.pending(crm.undelivered)

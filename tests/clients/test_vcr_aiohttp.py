"""A user who records aiohttp gets what the service says, not what we say."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from stage import REAL, installed, served

vcr = pytest.importorskip("vcr")


def test_a_recording_goes_past_us(tmp_path: Any) -> None:
    """Though the session holds a connection in memory; what was recorded is played, and ours comes back."""
    own = str(tmp_path / "own.yaml")

    async def text(session: aiohttp.ClientSession, url: str) -> str:
        async with session.get(url) as response:
            return await response.text()

    async def use(url: str) -> list[str]:
        async with aiohttp.ClientSession() as session:
            texts = [await text(session, url)]
            for mode in ("once", "none"):
                with vcr.use_cassette(own, record_mode=mode):
                    texts.append(await text(session, url))
        async with aiohttp.ClientSession() as session:
            return [*texts, await text(session, url)]

    with served(REAL) as server, installed("aiohttp_server", "vcr_aiohttp") as line:
        line.hosts = {"127.0.0.1"}
        assert asyncio.run(use(server.url)) == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(line.asked)) == (1, 2)

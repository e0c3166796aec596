"""A user who records httpx gets what the service says, not what we say."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest
from stage import CORES, HTTPX, REAL, installed, served

vcr = pytest.importorskip("vcr")


@pytest.mark.parametrize("module", HTTPX)
def test_a_recording_goes_past_us(module: str, tmp_path: Any) -> None:
    """Though the client holds a connection in memory; what was recorded is played, and ours comes back."""
    httpx, own = import_module(module), str(tmp_path / "own.yaml")
    with served(REAL) as server, installed(*CORES, "vcr_httpx") as line, httpx.Client() as client:
        line.hosts = {"127.0.0.1"}
        texts = [client.get(server.url).text]
        for mode in ("once", "none"):
            with vcr.use_cassette(own, record_mode=mode):
                texts.append(client.get(server.url).text)
        texts.append(httpx.get(server.url).text)
    assert texts == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(line.asked)) == (1, 2)


@pytest.mark.parametrize("module", HTTPX)
def test_an_asynchronous_recording_goes_past_us(module: str, tmp_path: Any) -> None:
    """The same for the other kind of client."""
    httpx, own = import_module(module), str(tmp_path / "own.yaml")

    async def ask(url: str) -> list[str]:
        async with httpx.AsyncClient() as client:
            texts = [(await client.get(url)).text]
            with vcr.use_cassette(own, record_mode="once"):
                texts.append((await client.get(url)).text)
            return texts

    with served(REAL) as server, installed(*CORES, "vcr_httpx") as line:
        line.hosts = {"127.0.0.1"}
        assert asyncio.run(ask(server.url)) == ['{"ok": true}', "real"]

"""Users' own vcrpy cassettes: no race, no hang, and what they record is the real answer."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import requests
import vcr
from requests.adapters import HTTPAdapter
from stage import CORES, HTTPX, REAL, installed, served
from tapping import TRACK, FakeTraffic
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.retry import Retry

from pytest_customerio.clients.passthrough import passes_through

CASSETTE = f"""\
interactions:
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 503, message: Later}}, headers: {{}}, body: {{string: later}}}}
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 200, message: Fine}}, headers: {{}}, body: {{string: tea}}}}
version: 1
"""


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    """A cassette: 503, then 200."""
    (tmp_path / "c.yaml").write_text(CASSETTE)
    return str(tmp_path / "c.yaml")


def test_a_blocking_pool_survives_a_status_retry(tapped: FakeTraffic, cassette: str) -> None:
    """Given a pool of one connection that blocks, a retry of a 503 finds a free connection. Without our patch urllib3
    waits for ever."""
    session = requests.Session()
    retry = Retry(2, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    session.mount("https://", HTTPAdapter(max_retries=retry, pool_maxsize=1, pool_block=True))
    done: list[str] = []
    with vcr.use_cassette(cassette, record_mode="none"):
        thread = threading.Thread(target=lambda: done.append(session.post(TRACK, data=b"{}").text), daemon=True)
        thread.start()
        thread.join(10)
    assert done == ["tea"]
    assert (tapped.only.status, tapped.attempts) == (200, [])


def test_an_older_vcrpy_gets_its_connection_back() -> None:
    """A response without `release_conn` gives its connection back to the pool, once."""
    from pytest_customerio.clients import vcr as tap

    returned: list[object] = []
    drain = tap._drain_conn(lambda _: None)
    response = SimpleNamespace(_pool=SimpleNamespace(_put_conn=returned.append), _connection="conn")
    drain(response)
    drain(response)
    drain(SimpleNamespace())
    assert returned == ["conn"]


def test_the_real_classes_are_back_for_one_thread_at_a_time(tapped: FakeTraffic, cassette: str) -> None:
    """A thread that asks for a connection while another one resets must wait, and gets one of the cassette."""
    import vcr.patch

    made: list[type] = []
    asked = threading.Event()

    def make() -> None:
        asked.set()
        made.append(type(HTTPSConnectionPool("track.customer.io")._new_conn()))

    with vcr.use_cassette(cassette, record_mode="none"):
        thread = threading.Thread(target=make)
        with vcr.patch.force_reset():
            assert passes_through()
            thread.start()
            asked.wait()
            thread.join(0.05)
            assert made == []
        thread.join()
        assert not passes_through()
    assert issubclass(made[0], vcr.stubs.VCRConnection)


def test_recording_ends_with_an_error() -> None:
    """A reset that ends with an error leaves no request passing through."""
    from pytest_customerio.clients import vcr as tap

    @contextlib.contextmanager
    def reset() -> Iterator[None]:
        yield

    with pytest.raises(LookupError), tap._alone(threading.RLock(), reset)():
        raise LookupError
    assert not passes_through()


@pytest.mark.parametrize("module", HTTPX)
def test_a_recording_of_httpx_passes_through(module: str, tmp_path: Any) -> None:
    """A cassette records the real answer, though the client holds a connection in memory; afterwards ours comes back."""
    httpx, own = import_module(module), str(tmp_path / "own.yaml")
    with served(REAL) as server, installed(*CORES, "vcr.stubs.httpx_stubs") as traffic, httpx.Client() as client:
        traffic.hosts = {"127.0.0.1"}
        texts = [client.get(server.url).text]
        for mode in ("once", "none"):
            with vcr.use_cassette(own, record_mode=mode):
                texts.append(client.get(server.url).text)
        texts.append(httpx.get(server.url).text)
    assert texts == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(traffic.asked)) == (1, 2)


@pytest.mark.parametrize("module", HTTPX)
def test_an_asynchronous_recording_of_httpx_passes_through(module: str, tmp_path: Any) -> None:
    """The same holds for the asynchronous client."""
    httpx, own = import_module(module), str(tmp_path / "own.yaml")

    async def ask(url: str) -> list[str]:
        async with httpx.AsyncClient() as client:
            texts = [(await client.get(url)).text]
            with vcr.use_cassette(own, record_mode="once"):
                texts.append((await client.get(url)).text)
            return texts

    with served(REAL) as server, installed(*CORES, "vcr.stubs.httpx_stubs") as traffic:
        traffic.hosts = {"127.0.0.1"}
        assert asyncio.run(ask(server.url)) == ['{"ok": true}', "real"]


def test_a_recording_of_aiohttp_passes_through(tmp_path: Any) -> None:
    """A cassette records the real answer, though the session holds a connection in memory; then ours comes back."""
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

    with served(REAL) as server, installed("aiohttp_server", "vcr.stubs.aiohttp_stubs") as traffic:
        traffic.hosts = {"127.0.0.1"}
        assert asyncio.run(use(server.url)) == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(traffic.asked)) == (1, 2)

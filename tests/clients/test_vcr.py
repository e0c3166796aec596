"""Users' own vcrpy cassettes: no race, no hang, and what would be recorded from Customer.io is refused."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import urllib.request
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import requests
import urllib3
import vcr
from requests.adapters import HTTPAdapter
from stage import CORES, HTTPX, REAL, Refused, Server, installed, served
from tapping import TRACK, FakeTraffic
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.retry import Retry

from pytest_customerio.clients.passthrough import is_recorded
from pytest_customerio.process.guard import RefusedError

CASSETTE = f"""\
interactions:
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 503, message: Later}}, headers: {{}}, body: {{string: later}}}}
- request: {{method: POST, uri: "{TRACK}", body: "", headers: {{}}}}
  response: {{status: {{code: 200, message: Fine}}, headers: {{}}, body: {{string: tea}}}}
version: 1
"""


def _by_urllib3(url: str) -> object:
    return urllib3.PoolManager().request("POST", url, body=b"{}")


def _by_urllib(url: str) -> object:
    return urllib.request.urlopen(url, data=b"{}")


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
            assert is_recorded()
            thread.start()
            asked.wait()
            thread.join(0.05)
            assert made == []
        thread.join()
        assert not is_recorded()
    assert issubclass(made[0], vcr.stubs.VCRConnection)


def test_recording_ends_with_an_error() -> None:
    """A reset that ends with an error leaves no request passing through."""
    from pytest_customerio.clients import vcr as tap

    @contextlib.contextmanager
    def reset() -> Iterator[None]:
        yield

    with pytest.raises(LookupError), tap._alone(threading.RLock(), reset)():
        raise LookupError
    assert not is_recorded()


def _elsewhere(server: Server) -> str:
    """The address of a server as one of another host."""
    return server.url.replace("127.0.0.1", "localhost")


@pytest.mark.parametrize("module", HTTPX)
def test_a_recording_of_httpx_is_refused(module: str, tmp_path: Any) -> None:
    """A cassette would record Customer.io: the request is refused, and no file is written. Before and after the
    cassette our answer comes, and the cassette records other hosts."""
    httpx, own = import_module(module), tmp_path / "own.yaml"
    with served(REAL) as server, served(REAL) as other, installed(*CORES, "vcr.stubs.httpx_stubs") as traffic:
        traffic.hosts = {"127.0.0.1"}
        with httpx.Client() as client:
            texts = [client.get(server.url).text]
            with vcr.use_cassette(str(own), record_mode="once"), pytest.raises(Refused):
                client.get(server.url)
            assert not own.exists()
            for mode in ("once", "none"):
                with vcr.use_cassette(str(own), record_mode=mode):
                    texts.append(client.get(_elsewhere(other)).text)
            texts.append(httpx.get(server.url).text)
    assert texts == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(other.seen), len(traffic.asked)) == (0, 1, 2)


@pytest.mark.parametrize("module", HTTPX)
def test_an_asynchronous_recording_of_httpx_is_refused(module: str, tmp_path: Any) -> None:
    """The same holds for the asynchronous client."""
    httpx, own = import_module(module), tmp_path / "own.yaml"

    async def ask(url: str) -> str:
        async with httpx.AsyncClient() as client:
            text = (await client.get(url)).text
            with vcr.use_cassette(str(own), record_mode="once"), pytest.raises(Refused):
                await client.get(url)
            return text

    with served(REAL) as server, installed(*CORES, "vcr.stubs.httpx_stubs") as traffic:
        traffic.hosts = {"127.0.0.1"}
        assert asyncio.run(ask(server.url)) == '{"ok": true}'
        assert server.seen == []
    assert not own.exists()


def test_a_recording_of_aiohttp_is_refused(tmp_path: Any) -> None:
    """The same holds for aiohttp, by a base URL of the session too; then ours comes back."""
    own = tmp_path / "own.yaml"

    async def text(session: aiohttp.ClientSession, url: str) -> str:
        async with session.get(url) as response:
            return await response.text()

    async def use(url: str, other: str) -> list[str]:
        async with aiohttp.ClientSession(url.partition("/api")[0]) as session:
            texts = [await text(session, "/")]
            for mode in ("once", "new_episodes", "all"):
                with vcr.use_cassette(str(own), record_mode=mode), pytest.raises(Refused):
                    await text(session, "/")
            assert not own.exists()
            for mode in ("once", "none"):
                with vcr.use_cassette(str(own), record_mode=mode):
                    texts.append(await text(session, other))
        async with aiohttp.ClientSession() as session:
            return [*texts, await text(session, url)]

    parts = ("http.aiohttp_server", "vcr.stubs.aiohttp_stubs")
    with served(REAL) as server, served(REAL) as other, installed(*parts) as traffic:
        traffic.hosts = {"127.0.0.1"}
        assert asyncio.run(use(server.url, _elsewhere(other))) == ['{"ok": true}', "real", "real", '{"ok": true}']
    assert (len(server.seen), len(other.seen)) == (0, 1)


@pytest.mark.parametrize("url", [TRACK, TRACK.replace("https", "http")])
@pytest.mark.parametrize("send", [requests.post, _by_urllib3, _by_urllib], ids=["requests", "urllib3", "urllib"])
def test_a_recording_of_a_blocking_client_is_refused(
    tapped: FakeTraffic, tmp_path: Path, send: Callable[[str], object], url: str
) -> None:
    """The same holds for the clients that are built on `http.client`."""
    with vcr.use_cassette(str(tmp_path / "own.yaml"), record_mode="once"), pytest.raises(RefusedError):
        send(url)
    assert (tapped.attempts, list(tmp_path.iterdir())) == ([], [])


def test_what_a_growing_cassette_has_is_played(tapped: FakeTraffic, cassette: str) -> None:
    """A cassette that may grow connects to nothing for a request that it has the answer to."""
    with vcr.use_cassette(cassette, record_mode="new_episodes"):
        assert requests.post(TRACK, data=b"").status_code == 503
    assert (tapped.only.status, tapped.attempts) == (503, [])

"""Users' own vcrpy cassettes beside us: no race, no hang."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
import vcr
from requests.adapters import HTTPAdapter
from tapping import TRACK, Line
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.util.retry import Retry

from pytest_customerio.clients.recording import recording

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


def test_a_blocking_pool_survives_a_status_retry(tapped: Line, cassette: str) -> None:
    """vcrpy alone keeps the only connection, and urllib3 waits for it for ever."""
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
    """Its responses have no `release_conn`."""
    from pytest_customerio.clients import vcr as tap

    returned: list[object] = []
    drain = tap._drain_conn(lambda _: None)
    response = SimpleNamespace(_pool=SimpleNamespace(_put_conn=returned.append), _connection="conn")
    drain(response)
    drain(response)
    drain(SimpleNamespace())
    assert returned == ["conn"]


def test_the_real_classes_are_back_for_one_thread_at_a_time(tapped: Line, cassette: str) -> None:
    """A connection asked for while another thread resets waits, and is the cassette's."""
    import vcr.patch

    made: list[type] = []
    asked = threading.Event()

    def make() -> None:
        asked.set()
        made.append(type(HTTPSConnectionPool("track.customer.io")._new_conn()))

    with vcr.use_cassette(cassette, record_mode="none"):
        thread = threading.Thread(target=make)
        with vcr.patch.force_reset():
            assert recording()
            thread.start()
            asked.wait()
            thread.join(0.05)
            assert made == []
        thread.join()
        assert not recording()
    assert issubclass(made[0], vcr.stubs.VCRConnection)


def test_recording_ends_with_an_error() -> None:
    """However the reset ends."""
    from pytest_customerio.clients import vcr as tap

    @contextlib.contextmanager
    def reset() -> Iterator[None]:
        yield

    with pytest.raises(LookupError), tap._alone(threading.RLock(), reset)():
        raise LookupError
    assert not recording()

"""Taps are installed for the clients that are imported, now or later, and are taken away whole."""

from __future__ import annotations

import http.client
import importlib
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import httpx
import pytest
import requests
import urllib3
from tapping import TRACK, FakeTraffic

from pytest_customerio.clients import registry

WATCHED = {
    requests.Session: ["send"],
    urllib3.PoolManager: ["urlopen"],
    urllib3.HTTPConnectionPool: ["urlopen", "_make_request", "_new_conn"],
    urllib3.HTTPSConnectionPool: ["_prepare_proxy", "_new_conn"],
    http.client.HTTPConnection: ["request", "endheaders", "send", "getresponse", "connect"],
    http.client.HTTPSConnection: ["connect"],
}


def _now() -> dict[tuple[type, str], object]:
    return {(owner, name): vars(owner)[name] for owner, names in WATCHED.items() for name in names}


def test_uninstalled_nothing_is_left(traffic: FakeTraffic) -> None:
    """After uninstalling, each attribute is the very object that it was, and the finder of modules is gone."""
    importlib.import_module("vcr")
    before, finders = _now(), list(sys.meta_path)
    uninstall = registry.install(traffic)
    assert all(vars(owner)[name] is not original for (owner, name), original in before.items())
    uninstall()
    assert all(vars(owner)[name] is original for (owner, name), original in before.items())
    assert sys.meta_path == finders


def test_two_sessions_in_one_process(traffic: FakeTraffic) -> None:
    """A test that runs pytest in its own process has two sessions: both hear a request, the inner one answers it."""
    inner = FakeTraffic()
    outside = registry.install(traffic)
    inside = registry.install(inner)
    assert requests.post(TRACK).ok
    inside()
    assert requests.post(TRACK).ok
    outside()
    assert (len(traffic.heard), len(inner.heard), len(traffic.attempts), len(inner.attempts)) == (2, 1, 1, 1)


def test_mocks_are_put_aside_and_back(traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch) -> None:
    """vcrpy takes what stands in a client's class when it is imported: the client's own function, and no mock."""
    taps = registry.install(traffic)
    try:
        real, mock = vars(httpx.HTTPTransport)["handle_request"], Mock()
        monkeypatch.setattr(httpx.HTTPTransport, "handle_request", mock)
        with taps.without_mocks():
            assert vars(httpx.HTTPTransport)["handle_request"] is real
        assert vars(httpx.HTTPTransport)["handle_request"] is mock
    finally:
        taps()


LATE = """
import sys
sys.path[:0] = {paths!r}
from tapping import TRACK, FakeTraffic
from pytest_customerio.clients import registry
traffic = FakeTraffic()
assert not {{"requests", "urllib3", "http.client"}} & set(sys.modules), "imported too early"
uninstall = registry.install(traffic)
import http.client
import pytest
import requests
import pytest
import requests
import importlib.resources
assert requests.__spec__.loader is requests.__loader__, "the loader is put back"
assert type(requests.__loader__).__module__.startswith(("_frozen_importlib", "importlib")), requests.__loader__
requests.post(TRACK, data=b"x", timeout=1)
http.client.HTTPSConnection("track.customer.io").request("GET", "/")
assert [one.client for one in traffic.heard] == ["requests", "http.client"], traffic.heard
before = requests.Session.send
uninstall()
assert requests.Session.send is not before
assert requests.Session.send is requests.Session.send.__globals__["Session"].send
"""


def test_a_client_imported_later_is_tapped_then(tmp_path: Path) -> None:
    """In a process that has imported no client yet, each is heard once it is imported."""
    here = Path(__file__).parents[1] / "support"
    shared = (here / "tapping.py").read_text().replace("from http.server import", "# ")
    (tmp_path / "tapping.py").write_text(shared.replace("type[BaseHTTPRequestHandler]", "type"))
    script = LATE.format(paths=[str(tmp_path), str(here.parents[1])])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_client_that_is_not_imported_is_left_alone(
    traffic: FakeTraffic, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A client that the application does not import is not imported by us, and tapped only when the application imports
    it."""
    (tmp_path / "late_client.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "TAPS", {"late_client": ("http.requests",)})
    before = requests.Session.send
    uninstall = registry.install(traffic)
    assert "late_client" not in sys.modules
    assert requests.Session.send is before
    importlib.import_module("late_client")
    assert requests.Session.send is not before
    uninstall()
    assert requests.Session.send is before
    del sys.modules["late_client"]

"""What is put in, and taken out again."""

from __future__ import annotations

import http.client
import importlib
import importlib.util
import inspect
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests
import urllib3
from tapping import TRACK, Line

from pytest_customerio.clients import registry
from pytest_customerio.clients.memory import socket_is_mocked
from pytest_customerio.clients.traffic import Switch
from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.patching import Patches

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


def test_uninstalled_nothing_is_left(line: Line) -> None:
    """Each attribute is the very object that it was, and the finder is gone."""
    importlib.import_module("vcr")
    before, finders = _now(), list(sys.meta_path)
    uninstall = registry.install(line)
    assert all(vars(owner)[name] is not original for (owner, name), original in before.items())
    uninstall()
    assert all(vars(owner)[name] is original for (owner, name), original in before.items())
    assert sys.meta_path == finders


def test_two_lines_at_once(line: Line) -> None:
    """As when a test runs pytest in this process: both hear, the inner one answers."""
    inner = Line()
    outside = registry.install(line)
    inside = registry.install(inner)
    assert requests.post(TRACK).ok
    inside()
    assert requests.post(TRACK).ok
    outside()
    assert (len(line.heard), len(inner.heard), len(line.attempts), len(inner.attempts)) == (2, 1, 1, 1)


def test_a_wrapper_that_somebody_kept_is_silent(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the line is off."""
    switch = Switch(line)
    hearing = switch.hear("x", "GET", TRACK)
    assert switch.concerns("track.customer.io", None)
    assert hearing is not None
    switch.turn_off()
    assert not switch.concerns("track.customer.io", None)
    assert switch.hear("x", "GET", TRACK) is None


def test_what_somebody_replaced_since_is_theirs() -> None:
    """They put back what they found."""

    class Owner:
        def one(self) -> int:
            """Say one."""
            return 1

        two = one

    original, patches = Owner.one, Patches()
    for name in ("one", "two"):
        patches.wrap(Owner, name, lambda original: lambda self: original(self) + 1)
    assert (Owner().one(), Owner.one.__name__, Owner.one.__doc__) == (2, "one", "Say one.")
    assert inspect.signature(Owner.one) == inspect.signature(original)
    theirs = lambda self: 9  # noqa: E731
    Owner.two = theirs  # type: ignore[assignment]
    patches.undo()
    patches.undo()
    assert Owner.one is original
    assert Owner.two is theirs


LATE = """
import sys
sys.path[:0] = {paths!r}
from tapping import Line, TRACK
from pytest_customerio.clients import registry
line = Line()
assert not {{"requests", "urllib3", "http.client"}} & set(sys.modules), "imported too early"
uninstall = registry.install(line)
import http.client
import requests
import requests
import importlib.resources
assert requests.__spec__.loader is requests.__loader__, "the loader is put back"
assert type(requests.__loader__).__module__.startswith(("_frozen_importlib", "importlib")), requests.__loader__
requests.post(TRACK, data=b"x", timeout=1)
http.client.HTTPSConnection("track.customer.io").request("GET", "/")
assert [one.client for one in line.heard] == ["requests", "http.client"], line.heard
before = requests.Session.send
uninstall()
assert requests.Session.send is not before
assert requests.Session.send is requests.Session.send.__globals__["Session"].send
"""


def test_a_client_imported_later_is_tapped_then(tmp_path: Path) -> None:
    """In a process where nothing is imported yet."""
    here = Path(__file__).parents[1] / "support"
    shared = (here / "tapping.py").read_text().replace("from http.server import", "# ")
    (tmp_path / "tapping.py").write_text(shared.replace("type[BaseHTTPRequestHandler]", "type"))
    script = LATE.format(paths=[str(tmp_path), str(here.parents[1])])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_failed_import_is_awaited_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second try is tapped."""
    (tmp_path / "late_client.py").write_text("import os\nif 'LATE' not in os.environ: raise LookupError\n")
    monkeypatch.syspath_prepend(tmp_path)
    imported: list[str] = []
    late = LateImports({"late_client", "no_such_client"}, imported.append)
    monkeypatch.setattr(sys, "meta_path", [late, *sys.meta_path])
    with pytest.raises(LookupError):
        importlib.import_module("late_client")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("no_such_client")
    assert imported == []
    monkeypatch.setenv("LATE", "1")
    importlib.import_module("late_client")
    assert imported == ["late_client"]
    spec = importlib.util.find_spec("late_client")
    assert spec is not None
    del sys.modules["late_client"]


def test_a_package_without_a_loader_and_a_loader_with_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found as ever, and asked as ever."""
    (tmp_path / "empty_client").mkdir()
    (tmp_path / "rich_client.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    late = LateImports({"empty_client", "rich_client", "bare_client"}, pytest.fail)
    monkeypatch.setattr(sys, "meta_path", [late, _Bare(), *sys.meta_path])
    assert importlib.util.find_spec("empty_client") is not None
    rich, bare = importlib.util.find_spec("rich_client"), importlib.util.find_spec("bare_client")
    assert rich is not None
    assert rich.loader is not None
    assert rich.loader.get_source("rich_client") == "x = 1\n"  # type: ignore[attr-defined]
    assert bare is not None
    assert bare.loader is None


class _Bare:
    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, None) if name == "bare_client" else None


def test_mocks_of_sockets_are_told_from_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest-socket forbids sockets and answers nothing; httpretty and mocket answer."""
    assert not socket_is_mocked()
    for module, mocked in (("pytest_socket", False), ("httpretty.core", True), ("mocket.socket", True)):
        monkeypatch.setattr(socket, "socket", type("socket", (), {"__module__": module}))
        assert socket_is_mocked() is mocked

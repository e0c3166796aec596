"""The programs of docs/sandbox-sdks.md reach a sandbox with the real SDKs, with nothing but its variables."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from analytics import needed
from pages import blocks

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

PAGE = Path(__file__).resolve().parents[3] / "docs" / "sandbox-sdks.md"
NODE = shutil.which("node")
SENT = [("track.identify", 200), ("track.event", 200), ("app.send_email", 200)]


@pytest.fixture(scope="module")
def shared_server() -> Iterator[SandboxServer]:
    """One sandbox over http and https for all programs."""
    with SandboxServer(Settings(tls=True)) as server:
        yield server


@pytest.fixture
def server(shared_server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The sandbox, emptied, with its variables set."""
    shared_server.service.reset()
    for name, value in shared_server.environ.items():
        monkeypatch.setenv(name, value)
    return shared_server


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with the programs of the page."""
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.caption:
            (tmp_path / block.caption).write_text(block.text, encoding="utf-8")
    return tmp_path


def received(server: SandboxServer) -> list[tuple[str | None, int]]:
    """The operations that were called, and the status of each; none breaks its contract."""
    assert not any(each.severity != "info" for one in server.service.log for each in one.violations)
    return [(one.operation, one.status) for one in server.service.log]


@pytest.mark.parametrize(("name", "library"), [("send.py", "customerio"), ("send_async.py", "async_customerio")])
def test_python(server: SandboxServer, programs: Path, name: str, library: str) -> None:
    """The synchronous and the asynchronous SDK."""
    pytest.importorskip(library)
    runpy.run_path(str(programs / name))
    assert received(server) == SENT


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the SDK's own
@needed
def test_pipelines(server: SandboxServer, programs: Path) -> None:
    """The SDK of Pipelines."""
    runpy.run_path(str(programs / "send_pipelines.py"))
    assert [status for _, status in received(server)] == [200, 200]


def test_node(server: SandboxServer, programs: Path) -> None:
    """The SDK for Node.js, where node and the package are."""
    modules = Path(sys.prefix) / "node" / "node_modules"
    if NODE is None or not (modules / "customerio-node").is_dir():
        pytest.skip("customerio-node is not here: `make test` installs it where node and npm are")
    environ = os.environ | {"NODE_PATH": str(modules)}
    subprocess.run([NODE, str(programs / "send.js")], env=environ, check=True, timeout=60)
    assert received(server) == SENT

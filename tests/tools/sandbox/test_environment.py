"""The environment of an application that uses a sandbox."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from receiving import receiving

from pytest_customerio.tools.sandbox.environment import VariablesError, environ_of, exports, write_env_file
from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings


def test_exports() -> None:
    """A shell that reads the lines has the variables, also where a value has spaces and quotes."""
    lines = exports({"A": "1", "B": "it's $HOME"})
    command = "\n".join([*lines, 'printf %s "$A|$B"'])
    assert subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout == "1|it's $HOME"


def test_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows the variables are set with `set`."""
    monkeypatch.setattr(sys, "platform", "win32")
    assert exports({"A": "1"}) == ["set A=1"]


def test_a_file(tmp_path: Path) -> None:
    """One variable a line, for Docker and dotenv; only the user can read it. A later run replaces it."""
    path = tmp_path / "sandbox.env"
    write_env_file(path, {"A": "1", "B": "2"})
    write_env_file(path, {"A": "3"})
    assert path.read_text(encoding="utf-8") == "A=3\n"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(VariablesError, match="x cannot be written: there is no folder .*missing; make it first"):
        write_env_file(tmp_path / "missing" / "x", {})
    with pytest.raises(VariablesError, match="cannot be written: "):
        write_env_file(tmp_path, {})


def test_a_sandbox_that_listens() -> None:
    """It is asked for its variables; all addresses of this machine lead to it."""
    with SandboxServer(Settings(), "0.0.0.0") as server:
        port = int(server.url.rpartition(":")[2])
        assert environ_of("0.0.0.0", port) == environ_of("127.0.0.1", port) == dict(server.environ)


def test_no_sandbox() -> None:
    """Where nothing listens, or something else does, the message says so."""
    with receiving() as receiver:
        port = int(receiver.url.rpartition(":")[2].partition("/")[0])
        with pytest.raises(VariablesError, match="is no sandbox: name the --port of one"):
            environ_of("127.0.0.1", port)
    with pytest.raises(
        VariablesError, match=f"no sandbox listens on http://127.0.0.1:{port}: start one with python -m"
    ):
        environ_of("127.0.0.1", port)

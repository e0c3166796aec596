"""The sockets of the sandbox."""

from __future__ import annotations

import sys

import pytest

from pytest_customerio.tools.sandbox.server.sockets import raise_connection_limit


def test_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit of open files is raised to what the system permits; where there is none, nothing is done."""
    raise_connection_limit()
    if sys.platform != "win32":
        import resource

        current, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        assert current == most
    monkeypatch.setitem(sys.modules, "resource", None)
    raise_connection_limit()

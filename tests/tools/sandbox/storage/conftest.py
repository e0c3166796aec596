"""Fixtures of the tests of what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.settings import Settings

Start = Callable[..., SandboxClient]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The path of a data file that does not exist yet."""
    return tmp_path / "sandbox.db"


@pytest.fixture
def start(data: Path) -> Iterator[Start]:
    """Starts a sandbox with the data file; what it started is closed at the end."""
    started: list[Service] = []

    def start(**settings: object) -> SandboxClient:
        client = SandboxClient.__new__(SandboxClient)
        client._clock = [float(NOW)]
        client.service = Service(Settings(data=data, **settings), now=lambda: client._clock[0])
        started.append(client.service)
        return client

    yield start
    for each in started:
        each.close()

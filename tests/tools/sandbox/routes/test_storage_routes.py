"""The sandbox's own JSON API of snapshots and seeds."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient
from starlette.testclient import TestClient

from pytest_customerio.tools.sandbox.routes import storage_routes
from pytest_customerio.tools.sandbox.routes.admin import admin


@pytest.fixture
def client(ask: SandboxClient) -> TestClient:
    """A client of the sandbox's own API; one person is known."""
    for name in ask.service.snapshots.names:
        ask.service.snapshots.remove(name)
    ask.identify("42", plan="pro")
    return TestClient(admin(ask.service, {}), "http://127.0.0.1:8025")


def test_snapshots(ask: SandboxClient, client: TestClient) -> None:
    """A snapshot is taken, brought back and removed by its name."""
    assert client.put("/_sandbox/snapshots/start").status_code == 204
    ask.identify("43")
    assert client.get("/_sandbox/snapshots").json() == {"snapshots": ["start"]}
    assert client.post("/_sandbox/snapshots/start/restore").status_code == 204
    assert len(ask.service.workspace.people) == 1
    assert client.delete("/_sandbox/snapshots/start").status_code == 204
    answer = client.post("/_sandbox/snapshots/start/restore")
    assert (answer.status_code, answer.json()) == (400, {"error": "there is no snapshot 'start'; there are none"})


def test_seeds(ask: SandboxClient, client: TestClient) -> None:
    """What is written can be read again."""
    seed = client.get("/_sandbox/seed").json()
    assert seed["people"][0]["identifiers"] == {"id": "42"}
    ask.service.reset()
    assert client.post("/_sandbox/seed", json=seed).status_code == 204
    assert ask.person("id", "42").attributes == {"plan": "pro"}


def test_what_is_no_seed(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """It draws 400 and the reason."""
    assert client.post("/_sandbox/seed", content=b"x").json() == {"error": "a seed is JSON"}
    assert client.post("/_sandbox/seed", json=[{}]).status_code == 400
    monkeypatch.setattr(storage_routes, "LARGEST_SEED", 5)
    assert client.post("/_sandbox/seed", json=[{"id": "1"}]).json() == {"error": "a seed has 64 MB at most"}

"""What the App API reads is the same after a snapshot was brought back, and after a restart with a data file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.answering.service import Service
from pytest_customerio.tools.sandbox.requests.request import HttpRequest
from pytest_customerio.tools.sandbox.settings import Settings

READ = (
    "/v1/messages",
    "/v1/activities?limit=100",
    "/v1/customers/42/messages",
    "/v1/customers/42/activities",
    "/v1/customers/42/attributes",
    "/v1/optouts",
    "/v1/collections/2/content",
    "/v1/transactional",
    "/v1/broadcasts/12/triggers",
)


def write(ask: SandboxClient) -> None:
    """Write what an application writes."""
    ask.body("POST", "/v1/collections", {"name": "shops", "data": [{"city": "Oslo"}]})
    ask("PUT", "/v1/customers/42/optouts", {"optouts": [{"from": "+12025550123", "optout": True}]})
    ask("DELETE", "/v1/newsletters/1")
    ask.notes("POST", "/api/v1/merge_customers", {"primary": {"id": "42"}, "secondary": {"id": "43"}})


def answers(ask: SandboxClient) -> list[Any]:
    """What is read."""
    return [ask.body("GET", target) for target in READ]


def test_a_snapshot(shop: SandboxClient) -> None:
    """It has messages with their index, activities, opt-outs and the inventory."""
    write(shop)
    before = answers(shop)
    point = shop.service.snapshot()
    shop.service.reset()
    assert shop("GET", "/v1/newsletters/1").answer.status == 200
    shop.service.restore(point)
    assert answers(shop) == before
    assert shop("GET", "/v1/newsletters/1").answer.status == 404
    shop.body(
        "POST", "/v1/send/email", {"transactional_message_id": "1", "to": "a@example.com", "identifiers": {"id": "42"}}
    )
    assert len(shop.body("GET", "/v1/customers/42/messages")["messages"]) == 4


def test_a_data_file(tmp_path: Path) -> None:
    """A new process reads what the last one wrote, and keeps what a file described."""
    path = tmp_path / "inventory.json"
    path.write_text('{"version": 1, "snippets": [{"name": "a", "value": "b"}]}', encoding="utf-8")
    for turn in range(2):
        service = Service(Settings(data=tmp_path / "data.db"))
        headers = {"authorization": f"Bearer {service.keys.app}", "content-type": "application/json"}
        if turn == 0:
            service.describe(path)
            service.answer(HttpRequest("POST", "/v1/snippets", headers, b'{"name": "c", "value": "d"}'))
        answer = service.answer(HttpRequest("GET", "/v1/snippets", headers))
        assert b'"name":"a"' in answer.answer.body
        assert b'"name":"c"' in answer.answer.body
        assert service.answer(HttpRequest("GET", "/v1/campaigns/1", headers)).answer.status == 404
        service.close()

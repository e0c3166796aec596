"""The file that describes an inventory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.settings import Settings
from pytest_customerio.tools.sandbox.user_files.inventory_file import InventoryError, fill, read_inventory
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

DESCRIBED: dict[str, Any] = {
    "version": 1,
    "newsletters": [{"id": 3, "name": "June", "recipient_segment_ids": [7], "contents": [{"id": 5}, {"id": 6}]}],
    "transactional": [{"id": "4", "name": "Receipt", "trigger_name": "order_receipt"}],
    "segments": [{"id": 7, "name": "VIPs", "description": "by hand"}],
    "snippets": [{"name": "greeting", "value": "Hello"}],
    "collections": [{"id": 2, "name": "shops", "data": [{"city": "Oslo"}]}],
}


def described_by(path: Path, content: Any) -> Path:
    """A file with this content."""
    path = path / "inventory.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_file(tmp_path: Path) -> None:
    """What it names exists, with made-up values for members that it leaves out; nothing else exists."""
    ask = SandboxClient(Settings(inventory=described_by(tmp_path, DESCRIBED)))
    newsletter = ask.body("GET", "/v1/newsletters/3")["newsletter"]
    assert (newsletter["content_ids"], newsletter["type"]) == ([5, 6], "email")
    assert ask.body("GET", "/v1/newsletters/3/contents/6")["content"]["newsletter_id"] == 3
    assert ask.body("GET", "/v1/transactional/4")["message"]["id"] == 4
    assert ask.body("GET", "/v1/segments/7")["segment"]["description"] == "by hand"
    used = ask.body("GET", "/v1/segments/7/used_by")["used_by"]
    assert used == {"campaigns": [], "sent_newsletters": [3], "draft_newsletters": []}
    assert ask("GET", "/v1/segments/8/used_by").answer.status == 404
    assert ask.body("GET", "/v1/collections/2/content") == [{"city": "Oslo"}]
    assert ask.body("GET", "/v1/campaigns") == {"campaigns": []}
    assert ask("GET", "/v1/newsletters/1").answer.status == 404
    ask.body("PUT", "/v1/snippets", {"name": "greeting", "value": "Hi"})
    ask.service.reset()
    assert ask.body("GET", "/v1/snippets")["snippets"][0]["value"] == "Hello"


def test_without_a_file() -> None:
    """A new sandbox has one of each kind."""
    workspace = Workspace()
    fill(workspace, read_inventory(None), own=False)
    kinds = [kind for kind, _, _ in workspace.inventory]
    assert len(kinds) == len(set(kinds)) == 15
    assert not workspace.inventory.described
    assert workspace.segments == {}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "is not JSON: "),
        ("[" * 100_000, "is not JSON: "),
        ([], 'is no inventory: it must be an object, of "version": 1 if it has one'),
        ({"version": 2}, 'is no inventory: it must be an object, of "version": 1 if it has one'),
        ({"version": 1, "campaign": []}, 'there is no "campaign"; did you mean campaigns?'),
        ({"xyz": []}, 'there is no "xyz"; campaigns, broadcasts, newsletters, '),
        ({"version": 1, "campaigns": {}}, '"campaigns" must be a list of objects'),
        ({"version": 1, "campaigns": [1]}, '"campaigns" must be a list of objects'),
        ({"version": 1, "campaigns": [{"name": "a"}]}, 'campaigns[0]: "id" must be a number from 1'),
        ({"version": 1, "campaigns": [{"id": 0, "name": "a"}]}, 'campaigns[0]: "id" must be a number from 1'),
        ({"version": 1, "campaigns": [{"id": True, "name": "a"}]}, 'campaigns[0]: "id" must be a number from 1'),
        ({"version": 1, "campaigns": [{"id": 1}]}, 'campaigns[0]: "name" is missing'),
        ({"version": 1, "snippets": [{"value": "a"}]}, 'snippets[0]: "name" must be a text'),
        ({"version": 1, "segments": [{"id": 1, "name": "a"}, {"id": "1", "name": "b"}]}, '"segments" has a id twice'),
        ({"version": 1, "campaigns": [{"id": 1, "name": "a", "actions": 1}]}, "campaigns[0].actions must be a list"),
        ({"version": 1, "campaigns": [{"id": 1, "name": "a", "actions": [{}]}]}, 'campaigns[0].actions[0]: "id" must'),
        ({"version": 1, "collections": [{"id": 1, "name": "a", "data": 1}]}, 'collections[0]: "data" must be a list'),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, content: Any, problem: str) -> None:
    """The error says what is wrong, and where."""
    path = described_by(tmp_path, content)
    with pytest.raises(InventoryError) as raised:
        read_inventory(path)
    assert str(raised.value).startswith(f"{path} ")
    assert problem in str(raised.value)


def test_no_file(tmp_path: Path) -> None:
    """A file that is not there."""
    with pytest.raises(InventoryError, match="cannot be read: No such file"):
        read_inventory(tmp_path / "missing.json")

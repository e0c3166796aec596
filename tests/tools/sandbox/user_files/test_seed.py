"""People, objects and segments as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sandbox_client import NOW, SandboxClient

from pytest_customerio.tools.sandbox.user_files.seed import checked_seed, dump, read_seed
from pytest_customerio.tools.sandbox.user_files.seed_check import SeedError

SEED: dict[str, Any] = {
    "version": 1,
    "segments": [{"id": 4, "name": "VIPs", "description": "by hand"}, {"name": "New"}],
    "people": [
        {"id": "42", "email": "ada@example.com", "plan": "pro", "segments": [4]},
        {
            "identifiers": {"email": "bob@example.com"},
            "attributes": {"unsubscribed": True, "plan": "free"},
            "devices": [{"token": "t1", "platform": "ios"}],
            "events": [{"name": "bought", "timestamp": 5, "data": {"total": 1}}],
            "relationships": [{"identifiers": {"object_type_id": "1", "object_id": "acme"}}],
        },
    ],
    "objects": [
        {"object_type_id": "1", "object_id": "acme", "attributes": {"name": "Acme"}, "people": [{"id": "42"}]},
        {"cio_object_id": "ob99", "object_id": "x"},
    ],
}


def test_what_it_adds(ask: SandboxClient) -> None:
    """Members that are none of a person's own are attributes; segments and objects have their people."""
    ask.service.load(SEED)
    ada, bob = ask.person("id", "42"), ask.person("email", "bob@example.com")
    assert (ada.attributes, bob.unsubscribed) == ({"plan": "pro"}, True)
    (device,) = bob.devices.items()
    assert (device[0], device[1]["id"], device[1]["platform"]) == ("t1", "t1", "ios")
    assert [(each.name, each.timestamp, each.data) for each in bob.events] == [("bought", 5, {"total": 1})]
    workspace = ask.service.workspace
    assert (workspace.segments[4].name, list(workspace.segments[4].members)) == ("VIPs", [ada.cio_id])
    acme = workspace.objects.find(("1", "acme"))
    assert acme is not None
    assert (acme.attributes, sorted(acme.people)) == ({"name": "Acme"}, sorted([ada.cio_id, bob.cio_id]))
    assert "New" in [each.name for each in workspace.segments.values()]


def test_it_updates_people(ask: SandboxClient) -> None:
    """A person who is there already is updated; one who is suppressed is left out."""
    ask.identify("42", plan="free", team="a")
    ask.notes("POST", "/api/v1/customers/43/suppress")
    ask.service.load([{"id": "42", "plan": "pro"}, {"id": "43"}])
    assert ask.person("id", "42").attributes == {"plan": "pro", "team": "a"}
    assert len(ask.service.workspace.people) == 1


def test_there_and_back(ask: SandboxClient) -> None:
    """What is written as a seed makes the same people again."""
    ask.service.load(SEED)
    ask.notes("POST", "/api/v1/customers/42/events", {"name": "seen", "timestamp": NOW})
    written = dump(ask.service.workspace)
    ask.service.reset()
    ask.service.load(json.loads(json.dumps(written)))
    assert dump(ask.service.workspace) == written


@pytest.mark.parametrize(
    ("seed", "text"),
    [
        (5, "a seed is a list of people, or an object such as"),
        ({"version": 2}, "the seed has version 2, and this is a sandbox that reads 1"),
        ({"persons": []}, "there is no 'persons' in a seed; known are people, objects, segments"),
        ({"people": {}}, r"\$\.people: expected a list"),
        ([5], r"\$\.people\[0\]: expected an object"),
        ([{"id": "1"}, {"plan": "pro"}], r"\$\.people\[1\]: expected an id, an email or a phone"),
        ({"objects": [{}]}, r"\$\.objects\[0\]: expected an object_id"),
        ([{"id": "1", "total": float("inf")}], "the seed cannot be stored: a number is out of range"),
    ],
)
def test_no_seed(ask: SandboxClient, seed: Any, text: str) -> None:
    """What is no seed is refused as a whole, with the place."""
    with pytest.raises(SeedError, match=text):
        ask.service.load(seed)
    assert len(ask.service.workspace.people) == 0


def test_files(tmp_path: Path) -> None:
    """A file is read as JSON; each problem names it."""
    path = tmp_path / "people.json"
    path.write_text('[{"id": "1"}]', encoding="utf-8")
    assert read_seed(path) == checked_seed([{"id": "1"}])
    path.write_text("[{]", encoding="utf-8")
    with pytest.raises(SeedError, match=f"{path}:1: not JSON"):
        read_seed(path)
    path.write_text("5", encoding="utf-8")
    with pytest.raises(SeedError, match=f"{path}: a seed is a list of people"):
        read_seed(path)
    with pytest.raises(SeedError, match="cannot be read"):
        read_seed(tmp_path / "missing.json")

"""The index of the values of people."""

from __future__ import annotations

import pickle
import random
from typing import Any

import pytest

from pytest_customerio.tools.sandbox.json_values import as_text
from pytest_customerio.tools.sandbox.workspace.people import attribute_index
from pytest_customerio.tools.sandbox.workspace.people.attribute_index import ANY, AttributeIndex, attribute_values
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

FIELDS = ("plan", "unsubscribed", "email")


def searched(workspace: Workspace) -> dict[tuple[str, str | None], list[str]]:
    """Everybody by field and value, without an index."""
    found: dict[tuple[str, str | None], list[str]] = {}
    for person in workspace.people:
        known = attribute_values(person)
        for field in FIELDS:
            keys = [(field, ANY)] if field in known else []
            if field == "unsubscribed":
                keys.append((field, as_text(person.unsubscribed)))
            elif field in known:
                keys.append((field, as_text(known[field])))
            for key in keys:
                found.setdefault(key, []).append(person.cio_id)
    return found


def test_it_finds_what_a_search_finds() -> None:
    """After any call that creates, changes, merges or deletes people, the index has the values of now."""
    draw, workspace = random.Random(7), Workspace()
    seen: set[tuple[str, str | None]] = set()
    for at in range(300):
        name, other = (str(draw.randrange(8)) for _ in range(2))
        attributes: dict[str, Any] = {"plan": draw.choice(["pro", "basic", 3, None]), "email": f"{name}@example.com"}
        if draw.random() < 0.2:
            attributes["unsubscribed"] = draw.choice([True, "false", "1"])
        if (what := draw.random()) < 0.8:
            workspace.identify(("id", name), attributes, at)
        elif what < 0.9:
            workspace.merge(("id", name), ("id", other))
        else:
            workspace.delete(("id", name))
        expected = searched(workspace)
        seen |= expected.keys()
        for field, key in seen:
            found = workspace.people.by_attribute.find(workspace.people, field, key)
            assert list(found) == expected.get((field, key), []), (at, field, key)


def test_it_is_not_stored() -> None:
    """A copy of an index is empty, and is filled by the next search."""
    workspace = Workspace()
    person, _ = workspace.identify(("id", "1"), {"plan": "pro"}, 1)
    assert person is not None
    index = workspace.people.by_attribute
    assert list(index.find(workspace.people, "plan", "pro")) == [person.cio_id]
    copy = pickle.loads(pickle.dumps(index))
    assert isinstance(copy, AttributeIndex)
    assert list(copy.find(workspace.people, "plan", "pro")) == [person.cio_id]


def test_the_number_of_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """When too many fields were searched, the oldest is indexed anew at the next search for it."""
    monkeypatch.setattr(attribute_index, "MAX_FIELDS", 2)
    workspace = Workspace()
    workspace.identify(("id", "1"), {"a": 1, "b": 2, "c": 3}, 1)
    for field, value in (("a", "1"), ("b", "2"), ("c", "3"), ("a", "1"), ("a", "2")):
        found = workspace.people.by_attribute.find(workspace.people, field, value)
        assert len(found) == (value != "2" or field == "b")


def test_the_number_of_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """When very many people have changed since the last search, the next one looks at everybody again."""
    monkeypatch.setattr(attribute_index, "MAX_CHANGED", 2)
    workspace = Workspace()
    find = workspace.people.by_attribute.find
    assert list(find(workspace.people, "plan", "pro")) == []
    for number in range(4):
        workspace.identify(("id", str(number)), {"plan": "pro"}, 1)
    assert len(find(workspace.people, "plan", "pro")) == 4

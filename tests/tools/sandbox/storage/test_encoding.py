"""A workspace as bytes."""

from __future__ import annotations

import pickle
from collections import deque
from typing import Any

import pytest

from pytest_customerio.tools.sandbox.storage import encoding
from pytest_customerio.tools.sandbox.storage.encoding import SnapshotError, decode, encode, restore, snapshot
from pytest_customerio.tools.sandbox.workspace.people import people
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace


class Indexed(dict[str, int]):
    """A dictionary of a class of its own, which needs its index before it is filled."""

    def __init__(self) -> None:
        super().__init__()
        self.index: list[int] = []

    def __setitem__(self, key: str, value: int) -> None:
        super().__setitem__(key, value)
        self.index.append(value)


def test_a_workspace() -> None:
    """A person is the same object in each index after reading it; what is no state is not written."""
    workspace = Workspace()
    workspace.templates = lambda name: None
    workspace.identify(("id", "42"), {"email": "ada@example.com"}, 5)
    again = restore(snapshot(workspace))
    ada = again.people.find(("id", "42"))
    assert ada is again.people.find(("email", "ada@example.com"))
    assert "templates" not in vars(again)
    assert again.templates("1") is None


def test_a_dictionary_of_a_class_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made as usual, then filled."""
    monkeypatch.setattr(people, "Indexed", Indexed, raising=False)
    monkeypatch.setattr(Indexed, "__module__", people.__name__)
    value = Indexed()
    value["a"] = 1
    again = decode(encode({"value": value, "queue": deque([1], 3)}))
    assert (again["value"], again["value"].index, again["queue"].maxlen) == ({"a": 1}, [1], 3)


@pytest.mark.parametrize("value", [print, pytest.fail, people.index_key])
def test_what_is_no_state(value: Any) -> None:
    """Bytes that name a function, or a class of elsewhere, are refused before anything is called."""
    with pytest.raises(SnapshotError, match="which is nothing that a sandbox stores"):
        decode(pickle.dumps(value))


@pytest.mark.parametrize("data", [b"", b"\x80", b"x", b"customerio-sandbox\nx", b"customerio-sandbox\na b c d\n"])
def test_no_snapshot(data: bytes) -> None:
    """Bytes that are no snapshot are refused."""
    with pytest.raises(SnapshotError, match="this is no snapshot of a sandbox"):
        restore(data)


def test_a_snapshot_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names both versions, and how to take the people over."""
    monkeypatch.setattr(encoding, "layout", lambda: "other")
    monkeypatch.setattr(encoding, "version", lambda: "9.9")
    data = snapshot({})
    monkeypatch.undo()
    with pytest.raises(SnapshotError) as caught:
        restore(data)
    text = str(caught.value)
    assert text.startswith("the snapshot was written by pytest-customerio 9.9, and this is ")
    assert "Nothing was changed." in text
    assert text.endswith("start this version with --load people.json and another file")

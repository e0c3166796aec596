"""Parts of libraries are found by module and path, and it is known which are missing."""

from __future__ import annotations

import queue
import sys
import threading
import types

import pytest

from pytest_customerio.process.parts import PYTHON, Library, Part, markdown

LIBRARY = Library("crm", "1.0 to 1.2")


@pytest.fixture
def crm(monkeypatch):
    """A module of a library, with a class that has one method."""
    made = types.ModuleType("crm")
    made.Client = type("Client", (), {"send": lambda self: None})
    monkeypatch.setitem(sys.modules, "crm", made)
    return made


def part(path="Client.send", **more):
    return Part(LIBRARY, "crm", path, "requests", "they are not heard", **more)


def test_a_part_is_found(crm) -> None:
    """`find` gives the owner of the attribute, and its name."""
    assert part().find() == (crm.Client, "send")
    assert not part().missing


@pytest.mark.parametrize("path", ["Client.post", "Session.send", "send"])
def test_a_part_that_a_release_has_lost_is_missing(crm, path: str) -> None:
    """A part that its library does not have is missing, unless it is optional."""
    assert part(path).find() is None
    assert part(path).missing
    assert not part(path, optional=True).missing


def test_nothing_is_missing_before_the_import() -> None:
    """A library that was not imported has no part, and none is missing; `needs` names another module to wait for."""
    assert part().find() is None
    assert not part().missing
    assert part(needs="sys").missing


def test_a_class_in_the_place_of_the_original_is_not_genuine(monkeypatch) -> None:
    """gevent replaces `queue.Queue`. Such a class, and a class that only inherits, is passed over."""
    put = Part(PYTHON, "queue", "Queue._put", "", "", genuine=True)
    assert put.find() == (queue.Queue, "_put")
    monkeypatch.setattr(queue, "Queue", type("Queue", (queue.Queue,), {}))
    assert put.missing
    monkeypatch.setattr(queue, "Queue", type("Queue", (), {"_put": lambda self, item: None}))
    assert put.missing


def test_the_owner_may_be_another_class() -> None:
    """`owner` gives the class that defines the attribute."""
    made = Part(PYTHON, "threading", "Timer.start", "", "", owner=lambda kind: kind.__mro__[1])
    assert made.find() == (threading.Thread, "start")


@pytest.mark.parametrize(
    ("module", "path", "private"),
    [
        ("crm", "Client.send", False),
        ("crm", "Client.__init__", False),
        ("crm", "Client._send", True),
        ("crm._core", "Client.send", True),
    ],
)
def test_an_underscore_makes_a_part_private(module: str, path: str, private: bool) -> None:
    """An underscore in any name on the way makes a part private, except for Python's special names."""
    assert Part(LIBRARY, module, path, "", "").private is private


def test_the_table_says_everything_of_a_part() -> None:
    """The table has one row for each part, sorted; a part that is listed twice has one row."""
    parts = [part("Client._post", recognised=True), part(), part()]
    assert markdown(parts) == (
        "| crm | 1.0 to 1.2 | `crm.Client._post` | private, recognised | requests | they are not heard |\n"
        "| crm | 1.0 to 1.2 | `crm.Client.send` | public, replaced | requests | they are not heard |\n"
    )

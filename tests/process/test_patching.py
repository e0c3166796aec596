"""Replacements are put in place of attributes of every kind, and each owner gets its own back."""

from __future__ import annotations

import inspect
import types
from datetime import datetime

import pytest

from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches

FAKE = object()


class Owner:
    def one(self) -> int:
        """Say one."""
        return 1

    two = one


class Child(Owner):
    pass


@pytest.fixture
def patches():
    """Patches that are undone after the test."""
    made = Patches()
    yield made
    made.undo()


def test_a_wrapper_looks_like_the_original(patches) -> None:
    """Name, docstring and signature are those of the original; undone twice, the original is back."""
    original = Owner.one
    patches.wrap(Owner, "one", lambda original: lambda self: original(self) + 1)
    assert (Owner().one(), Owner.one.__name__, Owner.one.__doc__) == (2, "one", "Say one.")
    assert inspect.signature(Owner.one) == inspect.signature(original)
    patches.undo()
    patches.undo()
    assert Owner.one is original


def test_a_replacement_on_top_of_ours_is_left_alone(patches) -> None:
    """A replacement on top of ours is left alone. When it is removed and ours is back, a second undo removes ours."""
    original = Owner.two
    patches.put(Owner, "two", FAKE)
    Owner.two = theirs = lambda self: 9  # type: ignore[method-assign,assignment]
    patches.undo()
    assert Owner.two is theirs
    Owner.two = FAKE  # type: ignore[assignment]
    patches.undo()
    assert Owner.two is original


def _module():
    made = types.ModuleType("patched_of_tests")
    made.name = "original"
    return made


class Instance:
    """An object with an attribute of its own, and one that it inherits."""

    inherited = "original"

    def __init__(self) -> None:
        self.own = "original"


OWNERS = {
    "a class": (lambda: Owner, "one"),
    "a class that inherits": (lambda: Child, "one"),
    "an object": (Instance, "own"),
    "an object that inherits": (Instance, "inherited"),
    "a module": (_module, "name"),
    "a namespace": (lambda: vars(_module()), "name"),
    "a class in C": (lambda: datetime, "now"),
    "a class in C that inherits": (lambda: bool, "bit_length"),
}


@pytest.mark.parametrize("kind", OWNERS)
def test_every_kind_of_owner_gets_its_own_back(kind: str, patches) -> None:
    """The replacement stands there until it is undone; then the namespace is what it was."""
    make, name = OWNERS[kind]
    owner = make()
    namespace = owner if isinstance(owner, dict) else vars(owner)
    before = dict(namespace)
    patches.put(owner, name, FAKE)
    assert namespace[name] is FAKE
    assert patches.standing(owner, name)
    assert list(patches) == [(owner, name, FAKE)]
    patches.undo()
    assert dict(namespace) == before
    assert not patches.standing(owner, name)


def test_the_last_replacement_is_undone_first(patches) -> None:
    """Two replacements of one attribute: the original returns, not the first replacement."""
    owner = Instance()
    patches.put(owner, "own", 1)
    patches.put(owner, "own", 2)
    patches.undo()
    assert owner.own == "original"


def test_undo_may_put_back_something_else_than_was_there(patches) -> None:
    """Where a dead replacement of another clock stands, the real function is put back."""
    namespace = {"sleep": "dead"}
    patches.put(namespace, "sleep", FAKE, original="real")
    patches.undo()
    assert namespace == {"sleep": "real"}


def test_a_part_that_is_missing_is_passed_over(patches) -> None:
    """A part that is there is wrapped; for one that is not nothing is done, and nothing is raised."""
    there = Part(PYTHON, "queue", "Queue.empty", "", "")
    assert patches.patch(there, lambda original: lambda self: original(self))
    for path in ("Queue.no_such_method", "NoSuchClass.empty"):
        assert not patches.patch(Part(PYTHON, "queue", path, "", ""), pytest.fail)
    assert not patches.patch(Part(PYTHON, "no_such_module", "empty", "", ""), pytest.fail)
    assert [name for _, name, _ in patches] == ["empty"]

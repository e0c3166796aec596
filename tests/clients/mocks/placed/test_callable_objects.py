"""Objects of the project that can be called, in the place of a method."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import pytest

from pytest_customerio.clients.mocks.placed.callable_objects import heard_object, is_heard_object


class Recorder(list[Any]):
    """A fake that is called, with state and special methods."""

    total = 0

    def __call__(self, *args: Any) -> Any:
        self.append(args)
        self.total += 1
        return len(self)

    def __enter__(self) -> str:
        return "entered"

    def __exit__(self, *_: object) -> None: ...


@dataclass
class Stub:
    """A fake that is compared by its fields."""

    answer: int = 3

    def __call__(self) -> int:
        return self.answer


class Slotted:
    """A fake without a dict."""

    __slots__ = ("calls",)

    def __call__(self) -> None: ...


def test_it_is_called_and_the_rest_is_the_fake() -> None:
    """Attributes are read and set on the fake; it is an instance of its class, and equal to it."""
    fake, given = Recorder(), []
    made = heard_object(fake, lambda *args: (given.append(args), fake(*args))[1])
    assert made("42") == 1
    assert given == [("42",)]
    assert (len(made), list(made), made[0], made == fake, fake == made, repr(made)) == (
        (1, [("42",)], ("42",), True, True, "[('42',)]")
    )
    made.total += 4
    assert (fake.total, vars(made), isinstance(made, Recorder)) == (5, {"total": 5}, True)
    del made.total
    with made as entered:
        assert (fake.total, entered) == (0, "entered")
    assert is_heard_object(made)
    assert not is_heard_object(fake)
    with pytest.raises(TypeError, match="unhashable"):
        hash(made)


def test_a_class_does_not_bind_it() -> None:
    """It is no function."""
    owner = type("Owner", (), {"track": heard_object(Stub(), lambda *args: args)})
    assert owner().track("42") == ("42",)


def test_copies_are_of_the_fake() -> None:
    """What is copied or pickled is not heard any more."""
    made, fake = heard_object(Stub(4), print), Stub(4)
    for one in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert (type(one), one) == (Stub, fake)
    assert made == fake == made == heard_object(fake, print)


def test_a_fake_without_a_dict() -> None:
    """It has no attribute but its own."""
    fake = Slotted()
    made = heard_object(fake, fake)
    made.calls = 3
    assert (fake.calls, hash(made), made()) == (3, hash(fake), None)
    assert not hasattr(made, "__dict__")

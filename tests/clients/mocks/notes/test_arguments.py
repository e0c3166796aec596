"""Arguments of a mocked call: their copy, their shape, and what is said of an exception."""

from __future__ import annotations

import datetime as dt
import enum
import io
import uuid
from collections import OrderedDict, defaultdict, namedtuple
from typing import Any
from unittest import mock

import pytest
from rude import RudeClass, RudeList

from pytest_customerio.clients.mocks.notes.arguments import (
    DEEPEST,
    MOST_VALUES,
    Arguments,
    copied,
    shape,
)

Region = namedtuple("Region", ["name", "host"])  # noqa: PYI024 - as the SDK makes its own


class Message:
    """As an SDK's request object."""

    def __init__(self, **members: Any) -> None:
        vars(self).update(members)


class UserList(list[int]):
    """A list of the application's own."""


class Colour(enum.StrEnum):
    """A text of a closed set."""

    RED = "red"


def copy_of(value: Any) -> Arguments | None:
    return copied((value,), {}, lambda kind: kind is Message)


@pytest.mark.parametrize(
    "value",
    [
        *("text", 1, 1.5, True, None, b"bytes", Colour.RED, Region("eu", "host")),
        {"a": [1, {"b": (2, 3)}], 4: 5},
        OrderedDict(a=1),
        defaultdict(list, a=[1]),
        UserList([1]),
    ],
    ids=repr,
)
def test_what_json_can_hold_is_copied(value: Any) -> None:
    """The copy is equal, and holds nothing that JSON cannot."""
    assert copy_of(value) == Arguments((value,), {}, opaque=False)


def test_a_copy_is_of_its_own() -> None:
    """What is done to the original later does not reach it, at any depth."""
    original = {"list": [{"deep": 1}], "tuple": ([1],)}
    found = copy_of(original)
    original["list"][0]["deep"] = 2  # type: ignore[index]
    original["tuple"][0].append(2)  # type: ignore[union-attr]
    assert found is not None
    assert found.args == ({"list": [{"deep": 1}], "tuple": ([1],)},)


def test_a_message_is_copied_with_its_attributes() -> None:
    """An object of an SDK's own class, and what it holds."""
    message = Message(to="ada@example.com", data={"a": 1})
    found = copy_of(message)
    message.to, message.data["a"] = "nobody", 2  # type: ignore[attr-defined]
    assert found is not None
    assert vars(found.args[0]) == {"to": "ada@example.com", "data": {"a": 1}}
    assert not found.opaque


@pytest.mark.parametrize(
    "value", [uuid.uuid4(), dt.datetime(2026, 1, 1), {1}, object()], ids=lambda value: type(value).__name__
)
def test_other_objects_are_opaque(value: Any) -> None:
    """They are opaque: whether the real thing can send them is not known."""
    assert copied((), {"a": [value]}, lambda _: False) == Arguments((), {"a": [value]}, opaque=True)


@pytest.mark.parametrize(
    "value",
    [
        *(mock.MagicMock(), mock.AsyncMock(), mock.sentinel.one, mock.ANY, mock.call, mock.call(1)),
        *(
            iter([1]),
            (n for n in "ab"),
            io.BytesIO(b"x"),
            [0] * (MOST_VALUES + 1),
            dict.fromkeys(range(MOST_VALUES + 1)),
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_be_known_later(value: Any) -> None:
    """Mocks, sentinels, what is read once, and what is too large."""
    assert copy_of({"a": [value]}) is None


def test_what_is_too_deep() -> None:
    """Also what holds itself."""
    deep: list[Any] = []
    deep.append(deep)
    assert copy_of(deep) is None
    hash(shape(deep))
    nested: Any = 1
    for _ in range(DEEPEST + 2):
        nested = [nested]
    assert copy_of(nested) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("customer-17", "customer-42"),
        ("ada@example.com", "bob@example.org"),
        (1764000000, 1764000017),
        (1.5, 2.5),
        ({"a": ["x", "y"]}, {"a": ["z", "w"]}),
        (Message(to="ada"), Message(to="bob")),
        (uuid.uuid4(), uuid.uuid4()),
    ],
)
def test_alike(one: Any, other: Any) -> None:
    """Values that every rule treats alike have one shape."""
    assert shape(one) == shape(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("", "x"),
        ("x", " x"),
        ("purchase", "None"),
        ("x" * 100, "x" * 101),
        ("42", "forty"),
        ("a/b", "ab"),
        ("ñ", "n"),
        (1764000000, 1764000000000),
        (1, -1),
        (1, "1"),
        (True, 1),
        (1.5, float("nan")),
        (float("nan"), float("inf")),
        (1.5, 2.0),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": None}),
        ([1], [1, 2]),
        ([1], (1,)),
        ({str(n): n for n in range(1000)}, {str(n): n for n in range(999)}),
        (Message(to="ada"), Message(to="")),
    ],
)
def test_not_alike(one: Any, other: Any) -> None:
    """Values that some rule tells apart have two."""
    assert shape(one) != shape(other)
    hash((shape(one), shape(other)))


@pytest.mark.parametrize("kind", [RudeList, RudeClass])
def test_arguments_whose_methods_raise(kind: type) -> None:
    """They cannot be known later, and the application does not meet the exception."""
    value = kind()
    assert copy_of(value) is None
    assert shape([value]) == shape([value])


def test_the_shape_of_what_python_refuses_to_write() -> None:
    """A number of more than 4300 digits, and a dict in itself."""
    loop: dict[str, Any] = {}
    loop["self"] = loop
    assert (shape(10**5000), shape(loop)) == (int, dict)

"""Tells a fake that answers by itself from an application's own engine around a client's real one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pytest_customerio.process.recognition import is_mock


def held(value: Any, kinds: Any) -> list[Any]:
    """What an object has of these kinds among its attributes, or in lists and mappings there, with which it sends."""
    return [one for each in _attributes(value) for one in _spread(each) if isinstance(one, kinds) and not is_mock(one)]


def _attributes(value: Any) -> Iterable[Any]:
    try:
        return list(vars(value).values())
    except TypeError:  # an object with slots
        names = (name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ()))
        return [getattr(value, name, None) for name in names]


def _spread(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, (list, tuple)) else (value,)


def answers_itself(value: Any, base: type, name: str, sending: frozenset[str]) -> bool:
    """Whether the method of a class derived from `base` can only answer by itself.

    Its code calls neither `super()`, nor another function that sends, nor a method of its own class.
    """
    kinds = type(value).__mro__[: type(value).__mro__.index(base)]
    method = next((vars(kind)[name] for kind in kinds if name in vars(kind)), None)
    if method is None:
        return False
    if is_mock(method):
        return True
    code = getattr(method, "__code__", None)
    if code is None:
        return False
    used = {*code.co_names, *code.co_freevars}
    own = {each for kind in kinds for each, member in vars(kind).items() if callable(member)}
    return not used & ({"super", "__class__"} | sending | own)

"""Copies of real instances, without the mocks and fakes that stand on them."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from pytest_customerio.clients.mocks.placed.fake_functions import FAKE
from pytest_customerio.clients.mocks.placed.mock_state import inner
from pytest_customerio.process.recognition import is_mock

# Takes the place of a mock in the copy of an instance, until it is known what a new instance has there.
LEFT_OUT: Any = object()


def twin(real: Any) -> Any:
    """A copy of a real instance as it is now, with `LEFT_OUT` in the place of the mocks and fakes on it.

    Functions that hide a method of the class are left out: other libraries of mocks put theirs there.
    """
    cls = type(real)
    copied = object.__new__(cls)  # `copy.copy` would leave a `__slotnames__` on the class
    there = {name: value for name, value in vars(real).items() if not _hides_a_method(cls, name, value)}
    vars(copied).update({name: LEFT_OUT if _is_stand_in(value) else value for name, value in there.items()})
    return copied


def _hides_a_method(cls: type, name: str, value: Any) -> bool:
    return type(value) in (FunctionType, MethodType) and type(getattr(cls, name, None)) is FunctionType


def _is_stand_in(value: Any) -> bool:
    return is_mock(inner(value)) or (type(value) is FunctionType and FAKE in vars(value))

"""Reads the private state of a mock: what it is called, whose attribute it is, what its spec is, how it answers.

Private parts of `unittest.mock` that are used here, as they are in CPython 3.11 to 3.14, and in its backport `mock` 5.
Without them no mock is known, and nothing is heard through one.

- `_mock_new_parent` and `_mock_new_name` lead from a mock to the one whose attribute or result it is.
- `_spec_class` and `_spec_signature` are what a spec says; `_mock_side_effect`, `_mock_wraps` and `_mock_return_value`
  are how the mock answers; `_mock_delegate` is the mock to which an autospecced function leaves that.
- An autospecced function is a function: its attribute `mock` is the mock.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import FunctionType, MethodType
from typing import Any

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.process.recognition import is_mock, mock_modules

# Where a mock keeps what it stands for: beside its own state, which has names of this form too.
ROLE = "_mock_cio_role"
# Where a mock keeps the class of messages for which it stands, such as SendEmailRequest: no call of it is a request.
MESSAGE = "_mock_cio_message"
# Where the result of such a mock, which was given to `patch` as `return_value`, keeps the mock that gave it.
MADE_BY = "_mock_cio_made_by"
# A mark on a mock that was put in the place of something else than an SDK: whether that is a plain object.
OTHER = "_mock_cio_other"
# Where a mock keeps the name that it had before it was attached to another one.
ATTACHED = "_mock_cio_name"


def inner(value: Any) -> Any:
    """The mock within an autospecced function; anything else as it is."""
    if type(value) is FunctionType:
        mock = vars(value).get("mock")
        return mock if is_mock(mock) else value
    return value


def name_of(mock: Any) -> str:
    """The name of a mock as a method, before it was attached to another one; nothing where it is none."""
    state = mock.__dict__
    return str((state.get(ATTACHED) if ATTACHED in state else state.get("_mock_new_name")) or "")


def has_spec(mock: Any) -> bool:
    """Whether a mock, or one above it, has a spec. That of a function says nothing of what the function returns."""
    while is_mock(mock):
        if mock.__dict__.get("_spec_class") not in (None, FunctionType):
            return True
        mock = mock.__dict__["_mock_new_parent"]
    return False


def is_placed(mock: Any, *, objects: bool = False) -> bool:
    """Whether a mock, or one above it, was put in the place of something; with `objects`, in that of a plain object."""
    while is_mock(mock):
        if mock.__dict__.get(OTHER, False) or (OTHER in mock.__dict__ and not objects):
            return True
        mock = mock.__dict__["_mock_new_parent"]
    return False


def is_async(mock: Any) -> bool:
    """Whether a mock notes that it is awaited."""
    return any(issubclass(type(mock), module.AsyncMock) for module in mock_modules())


def is_property(mock: Any) -> bool:
    """Whether a mock is called when an attribute is read, as a `PropertyMock`: no other mock has `__get__`."""
    return hasattr(type(mock), "__get__") and is_mock(mock)


def refuses(mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a mock with a spec takes no such arguments."""
    signature = mock.__dict__.get("_spec_signature")
    try:
        if signature is not None:
            signature.bind(*args, **kwargs)
    except TypeError:
        return True
    return False


def calls_through(mock: Any, known: Known) -> bool:
    """Whether a mock calls the real thing, heard by itself: `wraps`, `side_effect=real`, pytest-mock's `spy`."""
    if type(mock) is FunctionType:  # a fake, which was looked at when it was put in place
        return False
    state = mock.__dict__
    # The property `side_effect` reads this, unless the mock has a delegate, as that of an autospecced function has.
    effect = state.get("_mock_side_effect") if state.get("_mock_delegate") is None else mock.side_effect
    if effect is None:
        wraps = state.get("_mock_wraps")
        return wraps is not None and not is_mock(wraps) and _has_no_answer(state)
    if not isinstance(effect, (FunctionType, MethodType)):
        return False
    return any(known.role(one) is not None for one in (effect, getattr(effect, "__wrapped__", None)))


def _has_no_answer(state: Mapping[str, Any]) -> bool:
    return any(state.get("_mock_return_value") is module.DEFAULT for module in mock_modules())

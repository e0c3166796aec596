"""Which tests may make a fake that nothing can be put around."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.clients.mocks.handed_over.suspects import Suspects
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place

NAMES = frozenset({"track", "CustomerIO"})
crm: Any = ModuleType("crm")
flexmock: Any = ModuleType("flexmock")
number = 3


class Recorder:
    def __getattr__(self, name: str) -> Any:
        return name


class Client:
    track: Any = None


def expect(value: Any) -> Any:
    return value


expect.__module__ = "mockito.mockito"


@contextmanager
def replaced() -> Iterator[None]:
    old, Client.track = Client.track, None
    yield
    Client.track = old


def first() -> Any:
    return second()


def second() -> Any:
    return first() or replaced


def a_class() -> None:
    class Fake:
        def track(self) -> None: ...


def a_function() -> Any:
    async def track() -> None: ...

    return track


def a_session() -> Any:
    class Session:
        def post(self) -> None: ...

    return Session


def a_namespace() -> Any:
    return SimpleNamespace(track=None)


def an_attribute() -> None:
    local: Any = SimpleNamespace()
    local.track = None


def of_a_module() -> None:
    crm.client = None


def a_library() -> Any:
    return flexmock.flexmock


def a_function_of_a_library() -> Any:
    return expect(3)


def a_recorder() -> Any:
    return Recorder()


def a_helper() -> None:
    with replaced():
        pass


def far() -> Any:
    return first()


def nothing() -> Any:
    local: Any = SimpleNamespace(name="track")
    local.name = Client, number
    return [crm.__name__, ("name", 1), "track"]


def _label(file: str) -> str | None:
    return "tests/own.py" if file == __file__ else None


@pytest.fixture
def suspects() -> Suspects:
    return Suspects(lambda: NAMES, Place(Notes, lambda: "", float, lambda *_: False, _label))


SUSPECT = [a_class, a_function, a_session, a_namespace, an_attribute, of_a_module, a_library, a_function_of_a_library]
SUSPECT += [a_recorder, a_helper, far]


@pytest.mark.parametrize("function", SUSPECT, ids=lambda one: one.__name__)
def test_suspects(suspects: Suspects, function: FunctionType) -> None:
    """Each of these makes a fake, or uses what does."""
    assert suspects.any([nothing, function])
    assert suspects.any([function])


@pytest.mark.parametrize("function", [nothing, Recorder.__getattr__, _label])
def test_others(suspects: Suspects, function: Callable[..., Any]) -> None:
    """Code that only names something of the kind."""
    assert type(function) is FunctionType
    assert not suspects.any([function])


def test_code_of_a_library(suspects: Suspects, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is not the project's is looked at; a class in a module without a file is no test's."""
    assert not suspects.any([contextmanager])
    monkeypatch.setitem(sys.modules, "made", ModuleType("made"))
    monkeypatch.setattr(Recorder, "__module__", "made")
    assert not suspects.any([a_recorder])

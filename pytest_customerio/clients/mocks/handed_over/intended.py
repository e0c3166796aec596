"""What a mock or a fake stands for that was put nowhere: handed over, assigned, or returned by a mocked function.

Where it is called says it: the object whose method is called, or the code of the project that calls it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from types import CodeType, FrameType, ModuleType
from typing import TYPE_CHECKING, Any

from pytest_customerio.clients.mocks.notes.place import is_test
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.roles import ANY, Role, child
from pytest_customerio.process.recognition import is_mock

if TYPE_CHECKING:
    from pytest_customerio.clients.mocks.source_code.inference import Inference
    from pytest_customerio.clients.mocks.source_code.inferred import Found
    from pytest_customerio.clients.mocks.source_code.sources import Source

_NOTHING = object()


class Intended:
    """Looks at calls of mocks and fakes that stand for nothing known. `role` tells what another mock stands for."""

    def __init__(self, known: Known, role: Callable[[Any], Role | None], is_project: Callable[[str], bool]) -> None:
        self._known = known
        self._role = role
        self._is_project = is_project
        self._places: dict[tuple[CodeType, int, type | None], Found] = {}
        self._passed_on: dict[str, Role | None] = {}

    @cached_property
    def _inference(self) -> Inference:
        """It is loaded with the first call that is looked at: most runs have none."""
        from pytest_customerio.clients.mocks.source_code.inference import Inference

        return Inference(self._known.named, self._is_read)

    def role(self, name: str, frame: FrameType, *, assigned: bool = False) -> Role | None:
        """What the code that runs in this frame means where it calls something of this name.

        `assigned` tells that nothing but an assignment says it, because the mock stands for something else.
        """
        with suppress(Exception):  # code that is read may have any form, and the call must not fail by it
            found = self._assigned(frame)
            return found if found or assigned else self._declared(name, frame) or self._passed(name, frame)
        return None

    def _assigned(self, frame: FrameType) -> Role | None:
        """What a mock stands for that was assigned: `client.track = Mock(name="track")`.

        The client is one of an SDK's, its class, the module of a client, or a mock of one of these.
        """
        call = self.call(frame)
        if call is None or not isinstance(call.func, ast.Attribute):
            return None
        owner, name = _value(call.func.value, frame), call.func.attr
        if isinstance(owner, ModuleType):
            return self._known.named(f"{owner.__name__}.{name}")
        if is_mock(owner):
            role = self._role(owner)
            return role and child(role, name)
        return None if owner is _NOTHING else self._known.attribute(owner, name)

    def _declared(self, name: str, frame: FrameType) -> Role | None:
        """What a mock stands for by the annotations and assignments of the project's code that calls it.

        `name` is that of the mock: code may call any method. What the object of a method has depends on its class.
        """
        found = self._at(frame)
        if not isinstance(found, Role):
            return None
        if found.path[-1:] == (ANY,):
            owner = found.label.rpartition(".")[0]
            return replace(found, label=f"{owner}.{name}", path=(*found.path[:-1], name)) if name else None
        return found

    def is_own(self, frame: FrameType) -> bool:
        """Whether the code says that it calls something of the project's own."""
        from pytest_customerio.clients.mocks.source_code.inferred import Code

        return isinstance(self._at(frame), Code)

    def owner(self, frame: FrameType) -> object:
        """The object whose method is called now, as far as it is known."""
        call = self.call(frame)
        return _value(call.func.value, frame) if call is not None and isinstance(call.func, ast.Attribute) else None

    def _passed(self, name: str, frame: FrameType) -> Role | None:
        """What a mock of this name stands for that a library calls: all code of the project that passes it says so.

        That is `asyncio.to_thread(client.track, …)`, `executor.submit(client.track, …)` and their like.
        """
        if self._is_read(frame.f_code.co_filename):
            return None
        if name not in self._passed_on:
            found = [self._inference.of(source, one) for source, one in self._given(name)]
            agreed = found[0] if found and all(one == found[0] for one in found) else None
            self._passed_on[name] = agreed if isinstance(agreed, Role) else None
        return self._passed_on[name]

    def _at(self, frame: FrameType) -> Found:
        """What is called in a place of the code, as the code says it."""
        this = type(frame.f_locals.get(frame.f_code.co_varnames[0])) if frame.f_code.co_argcount else None
        place = (frame.f_code, frame.f_lasti, this)
        if place not in self._places:
            self._places[place] = self._inferred(frame, this) if self._is_read(frame.f_code.co_filename) else None
        return self._places[place]

    def _given(self, name: str) -> Iterator[tuple[Source, ast.Attribute]]:
        for source in self._inference.project.modules(name):
            for call in source.calls.values():
                for one in (*call.args, *(each.value for each in call.keywords)):
                    if isinstance(one, ast.Attribute) and one.attr == name:
                        yield source, one

    def _is_read(self, file: str) -> bool:
        return self._is_project(file) or self._known.is_sdk(file)

    def _inferred(self, frame: FrameType, this: type | None) -> Found:
        call, source = self.call(frame), self._source(frame)
        is_own = this is not None and not (is_mock(this) or is_test(this.__module__))
        owner = self._inference.project.class_of(this) if this is not None and is_own else None
        self._inference.running = (frame.f_code.co_name, owner) if owner is not None else None
        return self._inference.of(source, call.func) if call is not None and source is not None else None

    def call(self, frame: FrameType) -> ast.Call | None:
        """The call that a frame makes now."""
        source = self._source(frame)
        return source.call(frame) if source is not None else None

    def _source(self, frame: FrameType) -> Any:
        return self._inference.project.source(frame.f_code.co_filename, frame.f_globals.get("__package__") or "")


def _value(node: ast.expr, frame: FrameType) -> Any:
    """The object that a variable or its attributes are, looked up without running any code of the project."""
    match node:
        case ast.Name(id=name):
            return frame.f_locals.get(name, frame.f_globals.get(name, _NOTHING))
        case ast.Attribute(value=value, attr=name):
            owner = _value(value, frame)
            return getattr(owner, "__dict__", {}).get(name, _NOTHING)
    return _NOTHING

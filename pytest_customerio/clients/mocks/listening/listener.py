"""Hears the calls of mocks that stand for something known. They are answered as ever."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from types import FunctionType
from typing import Any

from pytest_customerio.clients.mocks.handed_over.fakes import HandedOverFakes
from pytest_customerio.clients.mocks.handed_over.intended import Intended
from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.handed_over.mocks import HandedOverMocks
from pytest_customerio.clients.mocks.handed_over.suspects import Suspects
from pytest_customerio.clients.mocks.listening import sdk_calls
from pytest_customerio.clients.mocks.listening.answers import Answers, Call, replayed
from pytest_customerio.clients.mocks.listening.note_maker import NoteMaker
from pytest_customerio.clients.mocks.listening.profiler import ProfiledCalls
from pytest_customerio.clients.mocks.listening.unjudged import Unjudged
from pytest_customerio.clients.mocks.notes.arguments import Arguments
from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import is_heard, with_instance
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.placed.assigned import AssignedFakes
from pytest_customerio.clients.mocks.placed.fake_classes import FakeClasses
from pytest_customerio.clients.mocks.placed.fake_functions import function_of, heard_function, is_heard_function
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.placed.mock_state import (
    ATTACHED,
    MADE_BY,
    MESSAGE,
    calls_through,
    inner,
    is_property,
)
from pytest_customerio.clients.mocks.placed.placements import Placements
from pytest_customerio.clients.mocks.real_calls.calling_through import CallsThrough
from pytest_customerio.process.parts import MOCK, PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import MOCKS, is_mock

CALL = {
    name: Part(library, name, "CallableMixin.__call__", "calls of mocks", "calls of mocks are not heard")
    for name, library in zip(MOCKS, (PYTHON, MOCK), strict=True)
}
PARTS = tuple(CALL.values())


class Listener:
    """Listens at `unittest.mock` and its backport while the plugin is active."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._begin()

    def _begin(self) -> None:
        self._patches = Patches()
        self.known = Known()  # what was known before was wrapped by what is undone since
        self._roles = MockRoles(self.known, self._checking, self._faking)
        self._placements = Placements(self.known, self._roles)
        self._lookalikes = Lookalikes(self.known.is_message)
        intended = Intended(self.known, self._roles.role, self._place.is_project)
        self._mocks = HandedOverMocks(self.known, self._roles, self._lookalikes, intended, self._place)
        self._handed_over = HandedOverFakes(self.known, self._lookalikes, intended, self._place)
        self._classes = FakeClasses(self.known, self._hear, self._place.is_project, self._handed_over.role)
        self._calls = NoteMaker(self._place, self.known, self._roles)
        self._unjudged = Unjudged(self._place)
        self._assigned = AssignedFakes(self.known, self._roles, self._place)
        self.through = CallsThrough(self.known, self._place.leads)
        self._answers = Answers(self._place, self._calls, self.through)
        self._suspects = Suspects(lambda: self._lookalikes.telling, self._place)
        self.profiled = ProfiledCalls(
            self.known, self._lookalikes, intended, self._handed_over, self._calls, self._place
        )

    def install(self, modules: Iterable[str]) -> Callable[[], None]:
        """Listen from now on, where no mock is active yet. These modules were imported. Returns what ends it."""
        self._begin()
        for name in modules:
            self.learn(name)
        self._placements.watch_monkeypatch(self._patches)
        sdk_calls.watch_expected(self._place, self._patches)
        patches, through = self._patches, self.through

        def uninstall() -> None:
            self.profiled.stop()
            patches.undo()
            through.close()

        return uninstall

    def learn(self, name: str) -> None:
        """Take in a library, or a module that defines mocks, that was imported."""
        if name in MOCKS:
            self._placements.watch(self._patches, name)
            self._patches.patch(CALL[name], self._calling)
            return
        library = BY_NAME[name]
        if library.sdk and not all(one in sys.modules for one in library.lookups):
            return  # a package of the project with the name of an SDK, or a mock of an SDK that is not imported
        sdk_calls.note_instances(library, self._place, self._patches, self.known.instances.add)
        sdk_calls.install(library, self._place, self._patches)
        sdk_calls.watch_attributes(library, self._patches, self._assigned.setting)
        self.known.learn(library)
        self._lookalikes.learn(library)

    def look(self) -> None:
        """Look for fakes that the project assigned in the place of something known, or that it may hand over."""
        self._assigned.look(self._patches)
        for cls, names in self._handed_over.in_new_modules():
            self._classes.watch(cls, names, self._patches)

    def begin_call(self, values: Iterable[Any], functions: Iterable[FunctionType]) -> None:
        """A test begins, with these values of its fixtures; it and its fixtures are these functions."""
        for cls, names in self._handed_over.in_values(values):
            self._classes.watch(cls, names, self._patches)
        if self._suspects.any(functions):
            self.profiled.start()

    def learn_stand_in(self, name: str, fake: Any) -> None:
        """Something stands for a library in `sys.modules`: its calls are judged by the real one, if there is one."""
        known = self.known
        why = "" if known.module_named(name) is not None else known.real_modules.load(name)
        role = known.module_role(name, known.module_named(name), why)
        if role is not None:
            self._roles.give_module(fake, role)
            if role.kind == "module":
                known.real_modules.note(role.real, fake)

    def _calling(self, original: Wrapper) -> Wrapper:
        roles, lookalikes, handed_over, hear = self._roles, self._lookalikes, self._mocks, self._hear

        def call(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            role = roles.role(mock) if roles.count else None
            if role is None:
                name = mock.__dict__.get(ATTACHED) or mock.__dict__.get("_mock_new_name")
                role = handed_over.role(mock, args, kwargs) if not name or name in lookalikes.names else None
            if role is None:
                result = original(mock, *args, **kwargs)
                if roles.values and MESSAGE in mock.__dict__ and is_mock(result):
                    result.__dict__[MADE_BY] = mock
                return result
            return hear(role, mock, original, args, kwargs)

        return call

    def _hear(self, role: Role, mock: Any, answer: Wrapper, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        if role.kind == "class":
            return self._hear_class(role, mock, answer, args, kwargs)
        given, named = self._calls.given(args, kwargs)
        if role.instance is None and role.kind == "method":
            role, given = with_instance(role, given)
        heard = self._heard(role, mock, given, named)
        if heard is None:
            return answer(mock, *args, **kwargs)
        notes, role = heard
        if notes.replaying():
            if self._unjudged.stays(notes, role, self.known.real_modules):
                return answer(mock, *args, **kwargs)
            real = self._answers.real(role, mock, given, named)
            if real is not None:
                notes.hear(role.label)
                notes.past_fakes = notes.past_fakes or not is_mock(mock)
                return replayed(real, mock, answer, args, kwargs)
        note = self._calls.note(notes, role, given, named, fake=not is_mock(mock))
        return self._answers.answered(Call(role, mock, args, kwargs, notes, note), answer)

    def _heard(self, role: Role, mock: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Notes, Role] | None:
        """The notes of the test that runs and what is called, if the call is to be judged; None if it is not."""
        if self._unjudged.counts(role, mock, lambda: self._calls.located(role, mock, args, kwargs)):
            return None
        if not is_heard(role) or calls_through(mock, self.known) or is_property(mock):
            return None
        notes = self._place.notes()
        located = self._calls.located(role, mock, args, kwargs) if notes is not None else None
        return None if notes is None or located is None else (notes, located)

    def _hear_class(self, role: Role, mock: Any, answer: Wrapper, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        given = self._calls.copied(args, kwargs)
        result = answer(mock, *args, **kwargs)
        built = Built(given.args, given.kwargs) if given is not None else None
        if not is_mock(inner(result)):
            self._hear_object(replace(role, kind="instance", instance=built), result)
            return result
        self._roles.built(result, role, built)
        notes = self._place.notes() if role.library.sdk else None
        if notes is not None:
            notes.built = role.label
        if notes is not None and given is not None:
            sent_from = self._place.sent_from()
            if notes.wants(role.label, sent_from, (args, kwargs), sends=False):
                notes.add(Note(role, Arguments((), {}, given.opaque), sent_from, self._place.now(), built))
        return result

    def _faking(self, role: Role, fake: Any) -> Any:
        """What hears a function of the project in the place of something known; None if it cannot be heard."""
        if is_heard_function(fake):
            return None
        heard = None
        if type(fake) is FunctionType or (role.kind in ("class", "function", "method") and self._is_own(fake)):
            heard = heard_function(fake, self.known, functools.partial(self._hear, role))
        if heard is None:
            self._hear_object(role, fake)
        return heard

    def _is_own(self, fake: Any) -> bool:
        """Whether the project's code runs where this is called."""
        function = function_of(fake)
        return function is not None and self._place.is_project(function.__code__.co_filename)

    def _hear_object(self, role: Role, fake: Any) -> None:
        """Hear a class, or an object, of the project in the place of something known, or count it."""
        heard = self._classes.heard(role, fake, self._patches)
        if not heard and role.library.sdk and self._classes.hides(role, fake):
            self._unjudged.fake(role)
            self.profiled.start()

    def _checking(self, mock: Any, check: Wrapper) -> Wrapper:
        """What checks the arguments of an autospecced function, before its mock is called."""

        def checksig(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            try:
                check(*args, **kwargs)
            except TypeError as error:
                role = self._roles.role(mock)
                notes = self._place.notes()
                if notes is not None and role is not None and role.library.sdk and is_heard(role):
                    notes.refuse(self._place.refusal(role.label, error, args, kwargs, role.operation))
                raise

        return checksig

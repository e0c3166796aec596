"""Hears the calls of mocks that stand for something known. They are answered as ever."""

from __future__ import annotations

import functools
import unittest.mock
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import FunctionType
from typing import Any

from pytest_customerio.clients.mocks import sdk_calls
from pytest_customerio.clients.mocks.arguments import Arguments, copied
from pytest_customerio.clients.mocks.instances import Instances, call_watched, exempt
from pytest_customerio.clients.mocks.known import Built, Known, Role
from pytest_customerio.clients.mocks.libraries import AIOHTTP, BY_NAME, SILENT, VERBS
from pytest_customerio.clients.mocks.notes import Note, Notes, Place
from pytest_customerio.clients.mocks.standins import StandIns, inner, twin
from pytest_customerio.clients.sent import Watched, watched
from pytest_customerio.clients.transport.wire import destination
from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import is_mock

UNKNOWN = "arguments that cannot be known later, such as mocks"
CALL = Part(PYTHON, "unittest.mock", "CallableMixin.__call__", "calls of mocks", "calls of mocks are not heard")
PARTS = (CALL,)


class Listener:
    """Listens at `unittest.mock` while the plugin is active."""

    def __init__(self, place: Place) -> None:
        self.known = Known()
        self._standins = StandIns(self.known, self._checking)
        self._instances = Instances(self.known)
        self._place = place
        self._patches = Patches()

    def install(self, libraries: Iterable[str]) -> Callable[[], None]:
        """Listen from now on, where no mock is active yet. These libraries were imported. Returns what ends it."""
        patches = self._patches = Patches()
        self.known = Known()  # what was known before was wrapped by what is undone since
        self._standins = StandIns(self.known, self._checking)
        self._instances = Instances(self.known)
        for name in libraries:
            self.learn(name)
        self._standins.watch(patches)
        patches.patch(CALL, self._calling)
        sdk_calls.watch_expected(self._place, patches)
        return patches.undo

    def learn(self, name: str) -> None:
        """Take in a library that was imported."""
        sdk_calls.install(BY_NAME[name], self._place, self._patches, self.known.built)
        self.known.learn(BY_NAME[name])

    def _calling(self, original: Wrapper) -> Wrapper:
        standins, hear = self._standins, self._hear

        def call(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            if standins.count == 0:
                return original(mock, *args, **kwargs)
            role = standins.role(mock)
            if role is None:
                return original(mock, *args, **kwargs)
            return hear(role, mock, original, args, kwargs)

        return call

    def _hear(self, role: Role, mock: Any, answer: Wrapper, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        if role.kind == "class":
            return self._hear_class(role, mock, answer, args, kwargs)
        given = args
        if role.instance is None and role.kind == "method":
            role, given = _with_instance(role, args)
        heard = is_heard(role) and not calls_through(mock, self.known) and not _is_property(mock)
        notes = self._place.notes() if heard else None
        if notes is None or not self._concerned(role, given, kwargs):
            return answer(mock, *args, **kwargs)
        through = self._through(role, given, kwargs) if self._place.replaying() else None
        if through is not None:
            mock._mock_check_sig(*args, **kwargs)
            mock._increment_mock_call(*args, **kwargs)
            return through()
        note, refused = self._note(notes, role, given, kwargs), False
        call = Watched(watched.get())
        token = watched.set(call)
        try:
            return answer(mock, *args, **kwargs)
        except TypeError as error:
            refused = refuses(mock, args, kwargs)
            if refused:
                notes.refuse(self._place.refusal(role.label, error, args, kwargs))
            raise
        finally:
            watched.reset(token)
            if note is not None and (call.sent or refused):
                notes.drop(note)
            if not refused:
                if call.outer is not None:
                    call.outer.note_sent()
                notes.recover(role.label, args, kwargs)

    def _through(self, role: Role, given: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Callable[[], Any] | None:
        """The call of the real thing; None where it cannot be made, or has arguments such as mocks."""
        found = self._instances.method(replace(role, instance=self._instance(role)))
        if found is None or copied(given, dict(kwargs), self.known.is_message) is None:
            return None
        real, known = found
        call = Watched(watched.get(), exempt(role, kwargs, known=known))
        return functools.partial(call_watched, call, real, given, kwargs)

    def _hear_class(self, role: Role, mock: Any, answer: Wrapper, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        __tracebackhide__ = True
        given = copied(args, kwargs, self.known.is_message)
        result = answer(mock, *args, **kwargs)
        if not is_mock(inner(result)):
            return result
        built = Built(given.args, given.kwargs) if given is not None else None
        self._standins.built(result, role, built)
        notes = self._place.notes() if role.library.sdk and given is not None else None
        if notes is not None and given is not None:
            sent_from = self._place.sent_from()
            if notes.wants(role.label, sent_from, (args, kwargs), sends=False):
                notes.add(Note(role, Arguments((), {}, given.opaque), sent_from, self._place.now(), built))
        return result

    def _note(self, notes: Notes, role: Role, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Note | None:
        sent_from = self._place.sent_from()
        if not notes.wants(role.label, sent_from, (args, kwargs)):
            return None
        given = copied(args, kwargs, self.known.is_message)
        if given is None:
            notes.skip(UNKNOWN)
            return None
        note = Note(role, given, sent_from, self._place.now(), self._instance(role))
        notes.add(note)
        return note

    def _instance(self, role: Role) -> Any:
        """The instance as it is at the call: afterwards it may be closed. A copied session of aiohttp warns of that."""
        instance = role.instance
        if instance is None and role.on_class and role.library.sdk:
            instance = self.known.only_instance(role.real)
        return instance if type(instance) in (Built, type(None)) or role.library is AIOHTTP else twin(instance)

    def _concerned(self, role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call leads to Customer.io: each of an SDK's does."""
        return role.library.sdk or self._place.concerns(*destination(address(role, args, kwargs)))

    def _checking(self, mock: Any, check: Wrapper) -> Wrapper:
        """What checks the arguments of an autospecced function, before its mock is called."""

        def checksig(*args: Any, **kwargs: Any) -> None:
            __tracebackhide__ = True
            try:
                check(*args, **kwargs)
            except TypeError as error:
                role = self._standins.role(mock)
                notes = self._place.notes()
                if notes is not None and role is not None and role.library.sdk and is_heard(role):
                    notes.refuse(self._place.refusal(role.label, error, args, kwargs))
                raise

        return checksig


def is_heard(role: Role) -> bool:
    """Whether calls of this make a request."""
    return role.kind == "function" or (role.kind == "method" and _sends(role.path, sdk=role.library.sdk))


@functools.lru_cache(maxsize=1024)
def _sends(path: tuple[str, ...], *, sdk: bool) -> bool:
    if not sdk:
        return len(path) == 1 and path[0] in VERBS
    return path[-1] not in SILENT and not any(part.startswith("_") for part in path)


def calls_through(mock: Any, known: Known) -> bool:
    """Whether a mock calls the real thing, which is heard by itself: `wraps`, and pytest-mock's `spy`."""
    state, effect = mock.__dict__, mock.side_effect
    if effect is None:
        wraps = state.get("_mock_wraps")
        return wraps is not None and not is_mock(wraps) and state.get("_mock_return_value") is unittest.mock.DEFAULT
    real = getattr(effect, "__wrapped__", None) if type(effect) is FunctionType else None
    return real is not None and known.role(real) is not None


def _is_property(mock: Any) -> bool:
    """Whether a mock is called when an attribute is read."""
    return issubclass(type(mock), unittest.mock.PropertyMock)


def refuses(mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Whether a mock with a spec takes no such arguments."""
    signature = mock.__dict__.get("_spec_signature")
    try:
        if signature is not None:
            signature.bind(*args, **kwargs)
    except TypeError:
        return True
    return False


def address(role: Role, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The URL that a client's function or method is called with; nothing where there is none."""
    place = 1 if role.name == "request" else 0
    given = args[place] if len(args) > place else kwargs.get("url", kwargs.get("request"))
    url = getattr(given, "full_url", None) or getattr(given, "url", None) or given
    is_object = hasattr(url, "host") and not is_mock(url)  # httpx.URL, yarl.URL
    text = url if isinstance(url, str) else str(url) if is_object else ""
    return text if "://" in text else _base(role.instance) + text


def _base(instance: Any) -> str:
    base = instance.kwargs.get("base_url", "") if isinstance(instance, Built) else getattr(instance, "base_url", "")
    return str(base).rstrip("/") + "/" if base else ""


def _with_instance(role: Role, args: tuple[Any, ...]) -> tuple[Role, tuple[Any, ...]]:
    """An autospecced method on a class is given the instance; a plain mock in its place is not."""
    if args and issubclass(type(args[0]), role.real):
        return replace(role, instance=args[0]), args[1:]
    return role, args

"""Which mocks stand for something known: learnt where `unittest.mock` and pytest's `monkeypatch` put them in place.

Private parts of `unittest.mock` that are used here, as they are in CPython 3.11 to 3.14, and in its backport `mock` 5.
Without them no mock is known, and nothing is heard through one.

- `_patch.__enter__` puts a mock in place and remembers the original as `temp_original`; `start()`, decorators,
  `patch.object`, `patch.multiple` and pytest-mock all call it. `_patch_dict._patch_dict` does so for `patch.dict`.
- `NonCallableMock._mock_add_spec` is given each `spec`.
- An autospecced function is a function: its globals hold `_checksig_`, which checks the arguments.
- The state of a mock is read in `mock_state`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.roles import Built, Role, called, child
from pytest_customerio.clients.mocks.placed.mock_state import ATTACHED, OTHER, ROLE, inner
from pytest_customerio.process.parts import MOCK, PYTEST, PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import MOCKS, is_mock

# Where a mock keeps what it stands for by what its parent stands for.
DERIVED = "_mock_cio_derived"
_CHECK = "_checksig_"

_UNHEARD = "such mocks are not heard"
_WHY = "what a mock stands for"
_LIBRARIES = dict(zip(MOCKS, (PYTHON, MOCK), strict=True))


def _parts(path: str) -> dict[str, Part]:
    """One part for each module that defines mocks."""
    return {name: Part(library, name, path, _WHY, _UNHEARD) for name, library in _LIBRARIES.items()}


ENTER = _parts("_patch.__enter__")
PATCH_DICT = _parts("_patch_dict._patch_dict")
ADD_SPEC = _parts("NonCallableMock._mock_add_spec")
SETATTR = Part(PYTEST, "pytest", "MonkeyPatch.setattr", _WHY, _UNHEARD)
SETITEM = Part(PYTEST, "pytest", "MonkeyPatch.setitem", _WHY, _UNHEARD)
ATTACH = _parts("NonCallableMock.attach_mock")
PARTS = (*ENTER.values(), *PATCH_DICT.values(), *ADD_SPEC.values(), *ATTACH.values(), SETATTR, SETITEM)


class MockRoles:
    """The mocks that stand for something known."""

    def __init__(
        self, known: Known, checking: Callable[[Any, Wrapper], Wrapper], faking: Callable[[Role, Any], Any]
    ) -> None:
        self._known = known
        self._checking = checking
        self._faking = faking
        # How many mocks were given a role: one that had none may be the child of a mock that got one since.
        self.count = 0
        # Whether one of them stands for a whole module, whose classes are mocks too.
        self.modules = False

    def watch(self, patches: Patches, module: str) -> None:
        """Learn of each mock of a module that is put in the place of something, or has something as its spec."""
        patches.patch(ENTER[module], self._entering)
        patches.patch(PATCH_DICT[module], self._patching_dict)
        patches.patch(ADD_SPEC[module], self._adding_spec)
        patches.patch(ATTACH[module], self._attaching)

    def watch_monkeypatch(self, patches: Patches) -> None:
        """Learn of each mock that pytest's `monkeypatch` puts in the place of something."""
        patches.patch(SETATTR, self._setting("_setattr"))
        patches.patch(SETITEM, self._setting("_setitem"))

    def role(self, mock: Any) -> Role | None:
        """What a mock stands for, looked up through those whose attribute or result it is."""
        state = mock.__dict__
        own = state.get(ROLE)
        if type(own) is int:
            if own == self.count:
                return None
            own = None
        if own is not None and own.instance is not None:
            return own if isinstance(own, Role) else None
        found = self._inherited(state) or own
        if found is None:
            state[ROLE] = self.count
        return found

    def give(self, mock: Any, role: Role | None) -> None:
        """Say what a mock, or an autospecced function, stands for."""
        given, mock = mock, inner(mock)
        if role is None or not is_mock(mock):
            return
        mock.__dict__[ROLE] = role
        self.modules |= role.kind == "module"
        self.count += 1
        if given is not mock and _CHECK in given.__globals__:
            given.__globals__[_CHECK] = self._checking(mock, given.__globals__[_CHECK])

    def stands(self, new: Any, role: Role | None, original: Any) -> Any:
        """Say what a mock stands for that was put in the place of an original.

        Returns what is to be put there instead of a fake, None where it is no fake of something known.
        """
        mock = inner(new)
        if not is_mock(mock):
            role = role or self._known.role(original)
            return self._faking(role, new) if role is not None and new is not original else None
        role = role or self._original(original)
        self.give(new, role)
        if role is None and original is not None and not is_mock(inner(original)):
            vars(mock).setdefault(OTHER, _is_object(original))
        return None

    def give_module(self, fake: Any, role: Role) -> None:
        """Say what something in `sys.modules` stands for: a mock, or an object of the project that holds some."""
        if is_mock(fake):
            self.give(fake, role)
        own = getattr(fake, "__dict__", {}) if role.kind == "module" else {}
        for name, new in [(name, own[name]) for name in vars(role.real) if name in own] if own else ():
            known = self._known.role(getattr(role.real, name))
            heard = self.stands(new, known, getattr(role.real, name)) if known is not None else None
            if heard is not None:
                setattr(fake, name, heard)

    def built(self, result: Any, role: Role, built: Built | None) -> None:
        """A class was called: its result stands for an instance that was built like this."""
        self.give(result, replace(role, kind="instance", instance=built))

    def _inherited(self, state: dict[str, Any]) -> Role | None:
        parent = state.get("_mock_new_parent")
        base = self.role(parent) if parent is not None else None
        if base is None:
            return None
        known = state.get(DERIVED)
        if known is not None and known[0] is base:
            return cast("Role | None", known[1])
        name = state["_mock_new_name"]
        found = called(base) if name == "()" else self._child(base, str(name))
        state[DERIVED] = (base, found)
        return found

    def _child(self, base: Role, name: str) -> Role | None:
        if base.kind == "module":
            return self._known.role(getattr(base.real, name, None))
        return None if base.kind == "function" else child(base, name)

    def _original(self, real: Any) -> Role | None:
        real = inner(real)
        return self.role(real) if is_mock(real) else self._known.role(real)

    def _entering(self, original: Wrapper) -> Wrapper:
        def enter(patcher: Any) -> Any:
            __tracebackhide__ = True
            result = original(patcher)
            target, name = patcher.target, patcher.attribute
            new = vars(target).get(name) if hasattr(target, "__dict__") else result
            fake = self.stands(new, self._known.attribute(target, name), patcher.temp_original)
            if fake is not None:
                setattr(target, name, fake)
            return result

        return enter

    def _patching_dict(self, original: Wrapper) -> Wrapper:
        def patch_dict(patcher: Any) -> Any:
            __tracebackhide__ = True
            result = original(patcher)
            given = patcher.values if isinstance(patcher.values, dict) else {}
            for key, value in given.items():
                fake = self.stands(value, None, patcher._original.get(key))
                if fake is not None:
                    patcher.in_dict[key] = fake
            return result

        return patch_dict

    def _adding_spec(self, original: Wrapper) -> Wrapper:
        def add_spec(mock: Any, spec: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(mock, spec, *args, **kwargs)
            if spec is not None and not isinstance(spec, (list, tuple)):
                self.give(mock, self._known.role(spec))
            return result

        return add_spec

    def _attaching(self, original: Wrapper) -> Wrapper:
        """A mock that is attached to another one is a child of that one from then on, and stands for what it did."""

        def attach(manager: Any, mock: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            attached = inner(mock)
            if not is_mock(attached):
                return original(manager, mock, *args, **kwargs)  # it refuses this
            role, name = self.role(attached), attached.__dict__["_mock_new_name"]
            original(manager, mock, *args, **kwargs)
            if role is None:
                attached.__dict__.setdefault(ATTACHED, name)
            return self.give(mock, role)

        return attach

    def _setting(self, undo: str) -> Callable[[Wrapper], Wrapper]:
        """`monkeypatch` keeps what it replaced: target, name and value, in a list for attributes and one for items."""

        def make(original: Wrapper) -> Wrapper:
            def setting(monkeypatch: Any, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                result = original(monkeypatch, *args, **kwargs)
                target, name, old = getattr(monkeypatch, undo)[-1]
                in_dict = undo == "_setitem"
                new = target.get(name) if in_dict else getattr(target, name, None)
                fake = self.stands(new, None if in_dict else self._known.attribute(target, name), old)
                if fake is not None:
                    target.__setitem__(name, fake) if in_dict else setattr(target, name, fake)
                return result

            return setting

        return make


def _is_object(value: Any) -> bool:
    """Whether this is what code meant when it named it.

    No function, class or property, which gives another object, and no lazy proxy, which claims to be of another class.
    """
    kind = type(value)
    lazy = kind is functools.partial or any("__class__" in vars(one) for one in kind.__mro__[:-1])
    return not lazy and not issubclass(kind, type) and not hasattr(kind, "__get__")

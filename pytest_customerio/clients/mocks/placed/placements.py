"""Learns where `unittest.mock` and pytest's `monkeypatch` put mocks and fakes in place, and which specs mocks have.

Private parts of `unittest.mock` that are used here, as they are in CPython 3.11 to 3.14, and in its backport `mock` 5.
Without them no mock is known, and nothing is heard through one.

- `_patch.__enter__` puts a mock in place and remembers the original as `temp_original`; `start()`, decorators,
  `patch.object`, `patch.multiple` and pytest-mock all call it. `_patch_dict._patch_dict` does so for `patch.dict`.
- `NonCallableMock._mock_add_spec` is given each `spec`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.placed.mock_state import ATTACHED, inner
from pytest_customerio.process.parts import MOCK, PYTEST, PYTHON, Part
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import MOCKS, is_mock, mock_modules

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


class Placements:
    """Says of each mock what it stands for when it is put in the place of something."""

    def __init__(self, known: Known, roles: MockRoles) -> None:
        self._known = known
        self._roles = roles

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

    def _entering(self, original: Wrapper) -> Wrapper:
        def enter(patcher: Any) -> Any:
            __tracebackhide__ = True
            result = original(patcher)
            target, name = patcher.target, patcher.attribute
            new = vars(target).get(name) if hasattr(target, "__dict__") else result
            replaced = patcher.temp_original
            if any(replaced is module.DEFAULT for module in mock_modules()):
                replaced = None  # nothing stood there: `create=True`
            fake = self._roles.stands(new, self._known.attribute(target, name), replaced)
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
                fake = self._roles.stands(value, None, patcher._original.get(key))
                if fake is not None:
                    patcher.in_dict[key] = fake
            return result

        return patch_dict

    def _adding_spec(self, original: Wrapper) -> Wrapper:
        def add_spec(mock: Any, spec: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            result = original(mock, spec, *args, **kwargs)
            if spec is not None and not isinstance(spec, (list, tuple)):
                self._roles.give(mock, self._known.role(spec))
            return result

        return add_spec

    def _attaching(self, original: Wrapper) -> Wrapper:
        """A mock that is attached to another one is a child of that one from then on, and stands for what it did."""

        def attach(manager: Any, mock: Any, *args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            attached = inner(mock)
            if not is_mock(attached):
                return original(manager, mock, *args, **kwargs)  # it refuses this
            role, name = self._roles.role(attached), attached.__dict__["_mock_new_name"]
            original(manager, mock, *args, **kwargs)
            if role is None:
                attached.__dict__.setdefault(ATTACHED, name)
            return self._roles.give(mock, role)

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
                fake = self._roles.stands(new, None if in_dict else self._known.attribute(target, name), old)
                if fake is not None:
                    target.__setitem__(name, fake) if in_dict else setattr(target, name, fake)
                return result

            return setting

        return make

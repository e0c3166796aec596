"""What a mock may stand for: the public classes and functions of the SDKs and of the clients, known by identity."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from operator import is_
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any
from weakref import WeakValueDictionary

from pytest_customerio.clients.mocks.originals.libraries import LIBRARIES, Library
from pytest_customerio.clients.mocks.originals.replaced_modules import RealModules
from pytest_customerio.clients.mocks.originals.roles import Role, child

# What the libraries use of the standard library, and tests like to replace.
_STANDARD = ("json", "time", "uuid")

MISSING = object()
_HTTPS = 443


class Known:
    """The objects of the libraries that are imported, by identity."""

    def __init__(self) -> None:
        self._roles: dict[int, Role] = {}
        self._alive: list[Any] = []  # what is known by its id must not be forgotten
        self._classes: dict[type, Role] = {}
        self._messages: set[type] = set()
        self._labels: dict[str, Role] = {}
        self._folders: tuple[str, ...] = ()
        self._names: dict[type, frozenset[str]] = {}
        self._modules: dict[str, Any] = {}
        self._instances: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self._originals: dict[tuple[int, str], tuple[Any, str, Any]] = {}
        self._public: list[tuple[Callable[[str, Any], Any], Any, tuple[str, ...], tuple[Any, ...]]] = []
        self._codes: set[int] = set()
        self._makers: dict[type, FunctionType] = {}
        self.real_modules = RealModules()

    def learn(self, library: Library) -> None:
        """Take in a library that is imported now, while nothing of it is mocked."""
        module = self._modules[library.module] = sys.modules[library.module]
        self._add(module, Role("module", module, library.module, library))
        package = library.module.rpartition(".")[0]
        if package:
            self._add(sys.modules[package], Role("module", sys.modules[package], package, library))
        for name in library.classes:
            cls = getattr(module, name, None)
            if isinstance(cls, type):
                self._classes[cls] = Role("class", cls, f"{library.module}.{name}", library)
                self._names[cls] = frozenset(vars(cls))
                self._add(cls, self._classes[cls])
                self._learn_methods(self._classes[cls])
        for name in library.functions:
            function = getattr(module, name, None)
            if isinstance(function, FunctionType):
                self._add(function, Role("function", function, f"{library.module}.{name}", library))
        for name, maker in library.made_by.items():
            function, cls = getattr(module, maker, None), getattr(module, name, None)
            if isinstance(function, FunctionType) and cls in self._classes:
                self._makers[cls] = function
                self._add(function, self._classes[cls])
                self._labels[f"{library.module}.{maker}"] = self._classes[cls]
        if library.sdk:
            file = getattr(module, "__file__", None)  # a mock may stand for the module
            self._folders += (os.path.join(os.path.dirname(file), ""),) if isinstance(file, str) else ()
            self._messages.update(one for one in vars(module).values() if _is_message(one, library))
        elif library.based and isinstance(getattr(module, "Request", None), type):
            self._messages.add(module.Request)
        self._remember(library)

    def role(self, real: Any) -> Role | None:
        """What a mock in the place of this object stands for; None where it is nothing that is heard."""
        found = self._roles.get(id(real))
        if found is not None:
            return found
        if isinstance(real, (staticmethod, classmethod)):
            return self._roles.get(id(real.__func__))
        if type(real) is MethodType:
            owner = self._instance(real.__self__)
            return owner and child(owner, real.__func__.__name__)
        if isinstance(real, type):
            return self._subclass(real)
        return self._instance(real)

    def named(self, dotted: str) -> Role | None:
        """What code means that imports this name, whatever stands for it now: `customerio.CustomerIO`."""
        return self._labels.get(dotted)

    def module_role(self, name: str, real: Any, why: str) -> Role | None:
        """What something that stands for this whole module stands for; `why` there is no `real` one here."""
        library = next((one for one in LIBRARIES if one.module.partition(".")[0] == name.partition(".")[0]), None)
        if library is None or (real is None and not library.sdk):
            return None
        if real is None:
            return Role("absent", f"{name} {why}", name, library)
        return self.named(name) or Role("module", real, name, library)

    def is_sdk(self, file: str) -> bool:
        """Whether a file is one of an SDK's."""
        return file.startswith(self._folders)

    def attribute(self, target: Any, name: str) -> Role | None:
        """What a mock stands for that was put on a known class or instance of one, in the place of a method.

        A method that a class inherits is put on the class itself by `patch` and `monkeypatch`.
        """
        owner = self._subclass(target) if isinstance(target, type) else self._instance(target)
        if owner is None or name.startswith("_") or self.method(owner.real, name) is None:
            return None
        return replace(child(owner, name), on_class=isinstance(target, type))

    def built(self, instance: Any) -> None:
        """An instance of a class was built."""
        with suppress(TypeError):  # a release whose instances allow no weak reference
            self._instances[id(instance)] = instance

    def only_instance(self, cls: type) -> Any:
        """The instance of a class, where there is one, or all have the same settings; else None."""
        there = [one for one in list(self._instances.values()) if isinstance(one, cls)]
        return there[0] if there and all(_settings(one) == _settings(there[0]) for one in there[1:]) else None

    def based_on(self, cls: type, concerns: Callable[[str], bool]) -> Any:
        """The instance to whose base URL a relative URL belongs; None where that is not certain."""
        bases = {base_url(one): one for one in list(self._instances.values()) if isinstance(one, cls)}
        bases.pop("", None)  # it takes no relative URL
        return next(iter(bases.values())) if len(bases) == 1 and concerns(next(iter(bases))) else None

    def has_base(self, concerns: Callable[[str], bool]) -> bool:
        """Whether there is an instance with such a base URL."""
        return any(concerns(base_url(one)) for one in list(self._instances.values()))

    def originals(self) -> Iterator[tuple[Any, str, Any]]:
        """Where something else stands now than when the library was taken in: owner, name, what stood there.

        `MISSING` stood where a class inherited what was put on it since.
        """
        for owner, name, original in list(self._originals.values()):
            if vars(owner).get(name) is not original:
                yield owner, name, original
        for cls, names in list(self._names.items()):
            yield from ((cls, name, MISSING) for name in set(vars(cls)) - names)

    def replaced(self) -> Iterator[tuple[Any, str, Any]]:
        """The public classes, methods and functions in whose place something else stands: owner, name, original."""
        for get, owner, names, originals in self._public:
            if not all(map(is_, map(get, names, originals), originals)):
                yield from (
                    (owner, name, one) for name, one in zip(names, originals, strict=True) if get(name, one) is not one
                )

    def module_named(self, name: str) -> Any:
        """The real module of this name, if a mock or anything else stands for it and it was imported."""
        return self._modules.get(name) or self.real_modules.get(name)

    def module(self, library: Library) -> Any:
        """The module of a library, whatever stands for it now."""
        return self._modules[library.module]

    def class_of(self, library: Library, name: str) -> Role:
        """A public class of a library."""
        return next(role for role in self._classes.values() if role.library is library and role.name == name)

    def is_real(self, code: CodeType) -> bool:
        """Whether this is the code of one of the real methods and functions."""
        if not self._codes:
            functions = [inspect.unwrap(one) for one in self._alive if type(one) is FunctionType]
            self._codes = {id(one.__code__) for one in functions}
        return id(code) in self._codes

    def is_message(self, cls: type) -> bool:
        """Whether objects of this class are what an SDK's methods are given: a message to send, a limit of time."""
        return any(one in self._messages for one in cls.__mro__)

    def known_class(self, cls: type) -> Role | None:
        """The nearest class of a library that this class is, or is derived from."""
        return next((self._classes[one] for one in cls.__mro__ if one in self._classes), None)

    def maker(self, cls: type) -> Callable[..., Any]:
        """What makes an instance of a class: a function of the library, or the class itself."""
        return self._makers.get(cls, cls)

    def method(self, cls: type, name: str) -> FunctionType | None:
        """The real method of a class, whatever stands for it now."""
        for one in cls.__mro__:
            added = one in self._names and name not in self._names[one]
            _, _, found = self._originals.get((id(one), name)) or (one, name, None if added else vars(one).get(name))
            if type(found) is FunctionType:
                return found
        return None

    def _subclass(self, cls: type) -> Role | None:
        base = self.known_class(cls) if self._classes and cls is not type else None
        if base is None or cls is base.real:
            return base
        return replace(base, real=cls, label=f"{cls.__module__}.{cls.__qualname__}")

    def _instance(self, real: Any) -> Role | None:
        # The type, for a mock may claim to be of another class.
        cls = self._subclass(type(real))
        return cls and replace(cls, kind="instance", instance=real)

    def _add(self, real: Any, role: Role) -> None:
        self._alive.append(real)
        self._codes.clear()
        self._roles.setdefault(id(real), role)
        if role.kind != "method":
            self._labels[role.label] = role
            self._labels.setdefault(f"{real.__module__}.{role.name}" if role.kind != "module" else role.label, role)

    def _learn_methods(self, cls: Role) -> None:
        for name in dir(cls.real):
            method = getattr(cls.real, name)
            if isinstance(method, FunctionType) and not name.startswith("_"):
                self._add(method, child(cls, name))

    def _remember(self, library: Library) -> None:
        names = (library.module, *library.lookups, *_STANDARD)
        modules = [sys.modules[name] for name in names if name in sys.modules]
        classes = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
        own = {one for one in classes for module in modules if one.__module__ == module.__name__}
        own |= {base for cls, role in self._classes.items() if role.library is library for base in cls.__mro__[:-1]}
        own |= {getattr(sys.modules[home], name) for home, name, _ in library.members if home in sys.modules}
        for owner in (*modules, *own):
            public: dict[str, Any] = {}
            for name, value in vars(owner).items():
                if not name.startswith("__") and (callable(value) or isinstance(value, (ModuleType, property))):
                    self._originals.setdefault((id(owner), name), (owner, name, value))
                    role = None if isinstance(value, (ModuleType, property)) else self._roles.get(id(value))
                    if role is not None and role.library is library:
                        public[name] = value
            self._public += [(vars(owner).get, owner, tuple(public), tuple(public.values()))] if public else []


def _is_message(value: Any, library: Library) -> bool:
    return isinstance(value, type) and value.__name__ not in library.classes and not issubclass(value, BaseException)


def base_url(instance: Any) -> str:
    """The base URL of an instance, or nothing. `_base_url` is private in aiohttp 3.12 to 3.14."""
    if isinstance(getattr(instance, "default_port", None), int):  # a connection of `http.client`
        return f"http{'s' * (instance.default_port == _HTTPS)}://{instance.host}:{instance.port}"
    found = getattr(instance, "base_url", getattr(instance, "_base_url", None))
    return "" if found is None else str(found)


def _settings(instance: Any) -> dict[str, Any]:
    return {name: one for name, one in vars(instance).items() if isinstance(one, (str, int, float, tuple))}

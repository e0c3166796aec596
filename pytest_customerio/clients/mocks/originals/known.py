"""What a mock may stand for: the public classes and functions of the SDKs and of the clients, known by identity."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from types import CodeType, FunctionType, MethodType
from typing import Any

from pytest_customerio.clients.mocks.originals.attributes import Attributes
from pytest_customerio.clients.mocks.originals.libraries import LIBRARIES, Library
from pytest_customerio.clients.mocks.originals.live_instances import LiveInstances
from pytest_customerio.clients.mocks.originals.replaced_modules import RealModules
from pytest_customerio.clients.mocks.originals.roles import Role, child


class Known:
    """The objects of the libraries that are imported, by identity."""

    def __init__(self) -> None:
        self._roles: dict[int, Role] = {}
        self._alive: list[Any] = []  # what is known by its id must not be forgotten
        self._classes: dict[type, Role] = {}
        self._messages: set[type] = set()
        self._labels: dict[str, Role] = {}
        self._folders: tuple[str, ...] = ()
        self._modules: dict[str, Any] = {}
        self._codes: set[int] = set()
        self._makers: dict[type, FunctionType] = {}
        self.attributes = Attributes()
        self.instances = LiveInstances()
        self.real_modules = RealModules()

    def learn(self, library: Library) -> None:
        """Take in a library that is imported now, while nothing of it is mocked."""
        module = self._modules[library.module] = sys.modules[library.module]
        self._add(module, Role("module", module, library.module, library))
        package = library.module.rpartition(".")[0]
        if package:
            self._add(sys.modules[package], Role("module", sys.modules[package], package, library))
        classes = {name: cls for name in library.classes if isinstance(cls := getattr(module, name, None), type)}
        for name, cls in classes.items():
            self._learn_class(Role("class", cls, f"{library.module}.{name}", library))
        for name in library.functions:
            function = getattr(module, name, None)
            if isinstance(function, FunctionType):
                self._add(function, Role("function", function, f"{library.module}.{name}", library))
        self._learn_makers(library, module)
        self._learn_messages(library, module)
        self.attributes.learn(library, classes.values(), self._roles.get)

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
        if owner is None or name.startswith("_") or self.attributes.method(owner.real, name) is None:
            return None
        return replace(child(owner, name), on_class=isinstance(target, type))

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

    def _learn_class(self, cls: Role) -> None:
        self._classes[cls.real] = cls
        self._add(cls.real, cls)
        for name in dir(cls.real):
            method = getattr(cls.real, name)
            if isinstance(method, FunctionType) and not name.startswith("_"):
                self._add(method, child(cls, name))

    def _learn_makers(self, library: Library, module: Any) -> None:
        for name, maker in library.made_by.items():
            function, cls = getattr(module, maker, None), getattr(module, name, None)
            if isinstance(function, FunctionType) and cls in self._classes:
                self._makers[cls] = function
                self._add(function, self._classes[cls])
                self._labels[f"{library.module}.{maker}"] = self._classes[cls]

    def _learn_messages(self, library: Library, module: Any) -> None:
        """Note the classes of what the methods of a library are given, and the folder of an SDK."""
        if library.sdk:
            file = getattr(module, "__file__", None)  # a mock may stand for the module
            self._folders += (os.path.join(os.path.dirname(file), ""),) if isinstance(file, str) else ()
            self._messages.update(one for one in vars(module).values() if _is_message(one, library))
        elif library.based and isinstance(getattr(module, "Request", None), type):
            self._messages.add(module.Request)


def _is_message(value: Any, library: Library) -> bool:
    return isinstance(value, type) and value.__name__ not in library.classes and not issubclass(value, BaseException)

"""What a mock stands for, and how the application built the instance: values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pytest_customerio.clients.mocks.originals.libraries import Library

Kind = Literal["module", "class", "instance", "method", "function", "absent"]
ENTERING = ("__enter__", "__aenter__")
# The name of a method that is known only when it is called: `getattr(client, method)(…)`.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Step:
    """What the application did to an instance after it was built: it assigned an attribute, or called a method."""

    path: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    assigned: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """How the application built an instance: the constructor's arguments, and what was done to it since."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """What a mock stands for.

    `real` is the module, the class, or the function; for an instance and its methods it is the class. `path` leads
    from the instance to the method, as `("v2", "send_batch")`. `instance` is a real instance or how one was built.
    `on_class` tells that a mock was put on the class itself, so that real instances have it for a method.
    A role of the kind "absent" is one in an SDK that cannot be imported; `real` says why.
    """

    kind: Kind
    real: Any
    label: str
    library: Library
    path: tuple[str, ...] = ()
    instance: Any = None
    on_class: bool = False
    dotted: str = field(init=False, default="", compare=False)

    def __post_init__(self) -> None:
        """Join the path once: it is asked for at every call."""
        object.__setattr__(self, "dotted", ".".join(self.path))

    def __deepcopy__(self, memo: object) -> Role:
        return self

    @property
    def name(self) -> str:
        """The name of the method or function."""
        return self.path[-1] if self.path else self.label.rpartition(".")[2]

    @property
    def operation(self) -> str | None:
        """The operation of an SDK's method, where the method tells."""
        return self.library.operations.get(self.dotted or self.name)


def child(role: Role, name: str) -> Role:
    """What an attribute of a class, an instance or one of its members stands for."""
    if role.kind == "absent":
        return replace(role, label=f"{role.label}.{name}", path=(*role.path, name))
    return replace(role, kind="method", label=f"{role.label}.{name}", path=(*role.path, name))


def called(role: Role) -> Role | None:
    """What the result of a call stands for, as far as it is known without looking at it."""
    if role.kind == "class":
        return replace(role, kind="instance")
    if role.kind == "absent":
        return replace(role, path=(*role.path, "()"))
    if role.kind == "method" and role.path in [(name,) for name in ENTERING]:
        return replace(role, kind="instance", label=role.label.rpartition(".")[0], path=())
    return None

"""Stands for an object that can be called, in the place of a method: `CustomerIO.track = Recorder()`.

Nothing is put around the object itself, because one object may stand for several methods.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeGuard


class HeardObject:
    """Is called in the place of a fake, and has the class, the attributes and the special methods of that one.

    It is no function, so that a class whose attribute it is does not give it an instance. A copy of it is one of the
    fake. It has no `__dict__` of its own.
    """

    __slots__ = ("__weakref__", "cio_call", "cio_fake")

    cio_call: Callable[..., Any]
    cio_fake: Any

    def __init__(self, fake: Any, call: Callable[..., Any]) -> None:
        object.__setattr__(self, "cio_fake", fake)
        object.__setattr__(self, "cio_call", call)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return self.cio_call(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cio_fake, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.cio_fake, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.cio_fake, name)

    def __eq__(self, other: object) -> bool:
        return bool(self.cio_fake == (other.cio_fake if is_heard_object(other) else other))

    def __hash__(self) -> int:
        return hash(self.cio_fake)

    def __repr__(self) -> str:
        return repr(self.cio_fake)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.cio_fake.__reduce_ex__(protocol)


# Special methods that are not led to the fake: those above, and those that make or look up objects.
_OWN = frozenset(vars(HeardObject)).union(
    ("__class_getitem__", "__del__", "__dict__", "__getattribute__", "__init_subclass__", "__new__")
)


def heard_object(fake: Any, call: Callable[..., Any]) -> Any:
    """What stands for this object, and does `call` where it is called."""
    kind = type(fake)
    special = {name for one in kind.__mro__[:-1] for name in vars(one) if name.startswith("__") and name.endswith("__")}
    forwarded = {name: _forwarding(name) for name in special - _OWN if callable(getattr(kind, name))}
    namespace = {**forwarded, "__class__": property(lambda _: kind), "__slots__": ()}
    return type(kind.__name__, (HeardObject,), namespace)(fake, call)


def is_heard_object(value: object) -> TypeGuard[HeardObject]:
    """Whether `heard_object` gave this: by its type, for it claims to be of another class."""
    return issubclass(type(value), HeardObject)


def _forwarding(name: str) -> Callable[..., Any]:
    def forward(this: Any, *args: Any, **kwargs: Any) -> Any:
        fake = this.cio_fake
        return getattr(type(fake), name)(fake, *args, **kwargs)

    return forward

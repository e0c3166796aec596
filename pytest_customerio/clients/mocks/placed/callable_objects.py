"""Stands for an object that can be called, in the place of a method: `CustomerIO.track = Recorder()`.

Nothing is put around the object itself, because one object may stand for several methods.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_OWN = frozenset(
    {"__call__", "__class__", "__class_getitem__", "__del__", "__delattr__", "__getattr__", "__getattribute__"}
    | {"__init__", "__init_subclass__", "__new__", "__setattr__"}
)


class HeardObject:
    """Is called in the place of a fake, and has the class, the attributes and the special methods of that one.

    It is no function, so that a class whose attribute it is does not give it an instance.
    """

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
        return bool(self.cio_fake == (vars(other)["cio_fake"] if is_heard_object(other) else other))

    def __hash__(self) -> int:
        return hash(self.cio_fake)

    def __repr__(self) -> str:
        return repr(self.cio_fake)


def heard_object(fake: Any, call: Callable[..., Any]) -> Any:
    """What stands for this object, and does `call` where it is called."""
    kind = type(fake)
    special = {name for one in kind.__mro__[:-1] for name in vars(one) if name.startswith("__") and name.endswith("__")}
    forwarded = {name: _forwarding(name) for name in special - _OWN if callable(getattr(kind, name))}
    namespace = {**forwarded, "__class__": property(lambda _: kind)}
    return type(kind.__name__, (HeardObject,), namespace)(fake, call)


def is_heard_object(value: object) -> bool:
    """Whether `heard_object` gave this: by its type, for it claims to be of another class."""
    return issubclass(type(value), HeardObject)


def _forwarding(name: str) -> Callable[..., Any]:
    def forward(this: Any, *args: Any, **kwargs: Any) -> Any:
        fake = this.cio_fake
        return getattr(type(fake), name)(fake, *args, **kwargs)

    return functools.wraps(getattr(object, name, forward))(forward)

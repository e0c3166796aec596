"""Puts replacements in the place of attributes, and takes them out again: the one way in which we patch anything.

Taps, the clock, the observation of output and the ownership of threads all use it. What is patched in other libraries
is listed as `Part`s (`docs/patched.md`).
"""

from __future__ import annotations

import functools
import gc
import types
from collections.abc import Callable, Iterator
from typing import Any

from pytest_customerio.process.parts import Part

Wrapper = Callable[..., Any]

# Py_TPFLAGS_IMMUTABLETYPE, which CPython (3.10 and later) sets for each class that is written in C.
IMMUTABLE = 1 << 8
_NOTHING = object()


class Patches:
    """Replacements that stand together, and the originals that `undo` puts back.

    The owner of an attribute is a class, an object, a module, the namespace of a module (its `dict`), a function (its
    `__defaults__`) or a cell of a closure. The attribute may be inherited: then `undo` removes the replacement.
    """

    def __init__(self) -> None:
        self._done: list[tuple[Any, str, Any, Any]] = []

    def patch(self, part: Part, make: Callable[[Wrapper], Wrapper]) -> bool:
        """Wrap a part of another library, if it is there; returns whether it is.

        Where it is missing nothing is done: the session warns about it once, when it ends.
        """
        found = part.find()
        if found is not None:
            self.wrap(*found, make)
        return found is not None

    def wrap(self, owner: Any, name: str, make: Callable[[Wrapper], Wrapper]) -> None:
        """Replace `owner.name` by `make(original)`, with the name, docstring and signature of the original."""
        own = standing(owner, name)
        original = getattr(owner, name) if own is _NOTHING else own
        self.put(owner, name, functools.wraps(original)(make(original)))

    def put(self, owner: Any, name: str, replacement: Any, *, original: Any = _NOTHING) -> None:
        """Put a replacement there as it is. `original` is what `undo` puts back, unless it is what stands there now."""
        found = standing(owner, name) if original is _NOTHING else original
        _write(owner, name, replacement)
        self._done.append((owner, name, found, replacement))

    def undo(self) -> None:
        """Put back the originals, last first, wherever a replacement of ours still stands.

        A replacement that somebody else put on top is left alone. Its owner may undo it later and so bring ours back:
        then another `undo` removes ours.
        """
        for owner, name, original, replacement in reversed(self._done):
            if standing(owner, name) is replacement:
                _write(owner, name, original)

    def standing(self, owner: Any, name: str) -> bool:
        """Whether a replacement of ours stands there now."""
        value = standing(owner, name)
        return any(one is owner and key == name and value is new for one, key, _, new in self._done)

    def __len__(self) -> int:
        """How many replacements were put somewhere."""
        return len(self._done)

    def __iter__(self) -> Iterator[tuple[Any, str, Any]]:
        """Owner, name and replacement of everything that was put somewhere."""
        return ((owner, name, replacement) for owner, name, _, replacement in self._done)


def standing(owner: Any, name: str) -> Any:
    """What stands there itself: not what is inherited. The defaults of a function and the contents of a cell are in no
    namespace.
    """
    if isinstance(owner, types.CellType) or (isinstance(owner, types.FunctionType) and name == "__defaults__"):
        return getattr(owner, name, _NOTHING)
    return (owner if isinstance(owner, dict) else vars(owner)).get(name, _NOTHING)


def _write(owner: Any, name: str, value: Any) -> None:
    """Set the attribute, or delete it where there is no value."""
    if isinstance(owner, type) and owner.__flags__ & IMMUTABLE:
        _write_into_c(owner, name, value)
    elif isinstance(owner, dict):
        _write_item(owner, name, value)
    elif value is _NOTHING:
        delattr(owner, name)
    else:
        setattr(owner, name, value)


def _write_item(namespace: dict[str, Any], name: str, value: Any) -> None:
    if value is _NOTHING:
        del namespace[name]
    else:
        namespace[name] = value


def _write_into_c(kind: type, name: str, value: Any) -> None:
    """Change a class that is written in C, which `setattr` refuses to do.

    So `datetime` stays the one class that it is, for `isinstance`, subclasses, pickle and modules that imported it
    early; a class of ours in its place would break at least one of them. It relies on two private facts of CPython
    (3.11 to 3.13): the dictionary behind `vars(kind)` is the one object that this read-only view refers to; and
    `PyType_Modified` drops what the interpreter has cached of the class. Without the first the line below raises;
    without the second, old methods are called on.
    """
    import ctypes  # loaded here, where a class of this kind is changed: most runs change none

    (namespace,) = gc.get_referents(vars(kind))
    _write_item(namespace, name, value)
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(kind))

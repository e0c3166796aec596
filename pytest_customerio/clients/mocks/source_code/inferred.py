"""What an expression of the application's code can be: values, and how several of them are one."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.source_code.sources import Source
from pytest_customerio.clients.mocks.source_code.syntax import is_empty

# Methods of collections that give one of their elements, and those that give a collection of the same ones.
_GIVING = frozenset({"get", "pop", "popleft", "setdefault", "__getitem__", "get_nowait"})
_COPYING = frozenset({"values", "copy", "elements"})


@dataclass(frozen=True, slots=True)
class Code:
    """A module, a class or a function of the project; with `made`, an instance of the class."""

    source: Source
    node: ast.AST
    made: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """A list, a dict or their like, a context variable too: what each element is, or the one in each place."""

    each: Found = None
    places: tuple[Found, ...] = ()

    def element(self, place: object) -> Found:
        """The element in a place; where the places are not known apart, each one."""
        known = isinstance(place, int) and -len(self.places) <= place < len(self.places)
        return self.places[place] if known and isinstance(place, int) else self.each or best(self.places)

    def method(self, name: str) -> Found:
        """What a method of the collection is."""
        if name in _GIVING:
            return Giving(self.element(None))
        if name == "items":
            return Giving(numbered(self))
        return Giving(self) if name in _COPYING else None


@dataclass(frozen=True, slots=True)
class Giving:
    """A function of which is known what it gives."""

    result: Found


Found = Role | Code | Collection | Giving | None


def numbered(found: Collection) -> Collection:
    """Pairs of something and an element: what `items()` and `enumerate` give."""
    return Collection(Collection(places=(None, found.element(None))))


def best(found: Iterable[Found]) -> Found:
    """What all of these are that are anything; None where they are several things.

    A class whose methods do nothing, as a protocol or a null object, says nothing beside another one.
    """
    several = [one for one in found if one is not None]
    several = [one for one in several if not is_nothing(one)] or several
    return several[0] if several and all(one == several[0] for one in several) else None


def is_nothing(found: Found) -> bool:
    """Whether this is an instance of a class, or a class, whose methods do nothing, or holds only such."""
    if isinstance(found, Collection):
        return all(one is None or is_nothing(one) for one in (found.each, *found.places))
    return isinstance(found, Code) and isinstance(found.node, ast.ClassDef) and is_empty(found.node)


def collection_of(each: Found) -> Collection | None:
    """A collection of these; None where they are not known."""
    return Collection(each) if each is not None else None

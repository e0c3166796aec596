"""Hand-written fakes that a test hands to the application: as an argument, in a container, in a module's variable.

Where the code that calls such a fake says what it stands for, the call is heard. Where it does not, and the fake has
the methods of an SDK, the call is counted as not judged.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import FrameType, FunctionType
from typing import Any

from pytest_customerio.clients.mocks.handed_over.intended import Intended
from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import is_heard
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import SENDING
from pytest_customerio.clients.mocks.originals.roles import Role, child
from pytest_customerio.clients.traffic import heard_above

HANDED_OVER = (
    "fakes of the tests, called like methods of an SDK by code that does not say what they stand for; "
    "the annotation client: CustomerIO would say it"
)
# Names of classes that stand for another one; those that say for whom.
_FAKE = re.compile(r"fake|stub|dummy|mock|spy|null|noop|in_?memory|loc_?mem|record", re.IGNORECASE)
_CUSTOMERIO = re.compile(r"customer_?\.?io|cio(?![a-z])", re.IGNORECASE)
# Methods of an SDK from which on the names of a fake are no accident.
_ENOUGH = 2


class HandedOverFakes:
    """The fakes that were put in the place of nothing known."""

    def __init__(self, known: Known, lookalikes: Lookalikes, intended: Intended, place: Place) -> None:
        self._known = known
        self._lookalikes = lookalikes
        self._intended = intended
        self._place = place
        self._modules: set[str] = set()
        self._looked_at: set[type] = set()

    def in_new_modules(self) -> Iterator[tuple[type, list[str]]]:
        """The classes that may be fakes in modules which were imported since the last time, with their methods."""
        if len(sys.modules) == len(self._modules):
            return
        new, self._modules = sys.modules.keys() - self._modules, set(sys.modules)
        for name in new:
            module = sys.modules.get(name)
            file = getattr(module, "__file__", None)
            if isinstance(file, str) and self._place.is_project(file):
                for one in list(vars(module).values()):
                    if isinstance(one, type) and one.__module__ == name:
                        yield from self._of_class(one)

    def in_values(self, values: Iterable[Any]) -> Iterator[tuple[type, list[str]]]:
        """The classes that may be fakes of these values and of their attributes, with their methods."""
        for value in values:
            for one in (value, *_attributes(value)):
                # By its type: to ask a lazy proxy for its class would make what it stands for.
                yield from self._of_class(one if issubclass(type(one), type) else type(one))

    def _of_class(self, cls: type) -> Iterator[tuple[type, list[str]]]:
        if cls in self._looked_at:
            return
        self._looked_at.add(cls)
        names = [name for name in self._names(cls) if self._is_method(cls, name)]
        if names and self._may_be_fake(cls):
            yield cls, names

    def role(
        self, fake: Any, name: str, frame: FrameType, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Role | None:
        """What a call of a fake stands for, by its class or by the code that calls it now.

        A call that stays unclear may be counted.
        """
        notes = self._place.notes()
        if notes is None or heard_above() is not None:
            return None
        base = self._known.known_class(type(fake))
        if base is not None:
            own = child(replace(base, kind="instance"), name)
            return own if is_heard(own) else None
        if self._place.is_test(frame.f_globals.get("__name__", ""), frame.f_code.co_filename):
            return None
        found = self._intended.role(name, frame)
        if found is not None:
            return found if is_heard(found) and found.name == name else None
        self._count(notes, fake, name, frame, args, kwargs)
        return None

    def _count(
        self,
        notes: Notes,
        fake: Any,
        name: str,
        frame: FrameType,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> None:
        cls = fake if isinstance(fake, type) else type(fake)
        own = [one for one in self._lookalikes.distinct if self._is_method(cls, one)]
        strong = len(own) >= _ENOUGH or _CUSTOMERIO.search(cls.__qualname__)
        if strong and self._lookalikes.takes(name, args, kwargs) and not self._intended.is_own(frame):
            notes.skip(HANDED_OVER, self._place.sent_from())
            notes.unknown[f"fake ({cls.__name__}.{name})"] += 1

    def _names(self, cls: type) -> Iterable[str]:
        """The methods of a class that an SDK's class has too, or a client's where the class is called a fake."""
        base, own = self._known.known_class(cls), vars(cls)
        if base is not None:
            instance = replace(base, kind="instance")
            return {name for name in own if cls is not base.real and is_heard(child(instance, name))}
        if not self._lookalikes.distinct.isdisjoint(own):
            return {name for name in self._lookalikes.methods if name in own}
        # Not an adapter or a transport, which has a base class of the client's: it is beneath what is heard.
        alone = all(one.__module__ == cls.__module__ for one in cls.__mro__[:-1])
        return SENDING.intersection(own) if alone and _FAKE.search(cls.__qualname__) else set()

    def _is_method(self, cls: type, name: str) -> bool:
        found = vars(cls).get(name)
        return isinstance(found, (FunctionType, staticmethod, classmethod))

    def _may_be_fake(self, cls: type) -> bool:
        file = getattr(sys.modules.get(cls.__module__), "__file__", None) or ""
        return self._place.is_test(cls.__module__, file) or _FAKE.search(cls.__qualname__) is not None


def _attributes(value: Any) -> Iterable[Any]:
    try:
        own = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return ()
    return list(own.values()) if type(own) is dict else ()

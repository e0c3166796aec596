"""Calls of mocks that were put in the place of nothing known: a `MagicMock()` that a test hands to the application.

Where the code that calls one says what it stands for, it is heard as any other. Else the call is counted, not judged.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from types import FrameType
from typing import TYPE_CHECKING, Any

from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import is_heard
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import SENDING, Library
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_state import ATTACHED, has_spec, is_placed, name_of
from pytest_customerio.clients.mocks.placed.mocks import StandIns
from pytest_customerio.clients.traffic import heard_above

if TYPE_CHECKING:
    from pytest_customerio.clients.mocks.handed_over.intended import Intended

BARE = "a mock without a spec, called like a method of an SDK; MagicMock(spec=CustomerIO) would be judged"
BARE_CLIENT = (
    "a mock without a spec, called with an address of Customer.io; MagicMock(spec=requests.Session) would be judged"
)
# A mark on a mock that has no parent and was looked at.
_SEEN = "_mock_cio_seen"


class BareMocks:
    """The mocks that stand for nothing known.

    `methods` are the names of the SDKs' methods and classes, `names` those of all methods that are looked at.
    """

    def __init__(self, known: Known, standins: StandIns, place: Place) -> None:
        self._known = known
        self._standins = standins
        self._place = place
        self.lookalikes = Lookalikes(known.is_message)
        self.methods: frozenset[str] = frozenset()
        self.names: frozenset[str] = frozenset()

    @cached_property
    def intended(self) -> Intended:
        """Reads the code around such a mock. It is loaded with the first of them: most runs have none."""
        from pytest_customerio.clients.mocks.handed_over.intended import Intended

        return Intended(self._known, self._standins.role, self._place.is_project)

    def learn(self, library: Library) -> None:
        """Take in a library that was imported."""
        if library.sdk:
            self.lookalikes.learn(library)
            self.methods |= {path.rpartition(".")[2] for path in library.operations}.union(
                ["send_request"], library.classes
            )
        self.names |= self.lookalikes.names.union(SENDING, self.methods)

    @property
    def telling(self) -> frozenset[str]:
        """The names of methods and classes of SDKs that hardly anything else has."""
        return self.lookalikes.names.union(["send_request"], (name for name in self.methods if not name.islower()))

    def role(self, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Role | None:
        """What a mock stands for by the place where it is called now; a call that stays unclear may be counted."""
        name = name_of(mock)
        leads = self._leads(args, kwargs)
        if not leads and (name not in self.methods if name else _SEEN in mock.__dict__ or not self.names):
            return None
        notes = self._place.notes()
        if notes is None or has_spec(mock) or heard_above() is not None:
            return None
        frame = sys._getframe(2)
        if not name and not leads:
            mock.__dict__[_SEEN] = True
            if self.methods.isdisjoint(frame.f_code.co_names) and not self._is_relative(frame):
                return None
        found: Role | None = None
        with suppress(
            Exception
        ):  # code of the project that is read may have any form, and the call must not fail by it
            found = self._found(mock, name, frame)
        if found is not None and (found.kind == "class" or is_heard(found)) and name in ("", found.name):
            self._give(mock, found)
            return self._standins.role(mock)
        self._count(notes, mock, args, kwargs, leads=leads)
        return None

    def _is_relative(self, frame: FrameType) -> bool:
        """Whether code may call a method of a client whose base URL is one of Customer.io's."""
        return not SENDING.isdisjoint(frame.f_code.co_names) and self._known.instances.has_base(self._place.leads)

    def _found(self, mock: Any, name: str, frame: FrameType) -> Role | None:
        assigned = self.intended.assigned(frame)
        if assigned is not None or is_placed(mock, objects=True):
            return assigned
        return self.intended.declared(name, frame) or self.intended.passed(name, frame)

    def _give(self, mock: Any, role: Role) -> None:
        """Say what a mock stands for; the one that has it as a method is the instance."""
        owner = None if ATTACHED in mock.__dict__ else mock.__dict__["_mock_new_parent"]
        if role.kind == "method" and len(role.path) == 1 and owner is not None:
            mock = owner
            role = replace(role, kind="instance", path=(), label=role.label.rpartition(".")[0])
        self._standins.give(mock, role)

    def _leads(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call is given an address of Customer.io, as a client's methods are."""
        for one in (*args[:2], kwargs.get("url"), kwargs.get("request")) if kwargs else args[:2]:
            text = one if type(one) is str else _address(one)
            if self._place.leads(text):
                return True
        return False

    def _count(self, notes: Notes, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, leads: bool) -> None:
        name = name_of(mock)
        like = name in self.lookalikes.names and self.lookalikes.may_be(mock, args, kwargs)
        if like or (leads and (name or "request") in SENDING):
            notes.skip(BARE if like else BARE_CLIENT, self._place.sent_from())
            notes.unknown[f"mock without a spec ({name})"] += 1


def _address(given: Any) -> str:
    """The address of a request that was made before it is sent."""
    if type(given).__name__ not in ("Request", "PreparedRequest"):
        return ""
    return str(getattr(given, "full_url", None) or getattr(given, "url", ""))

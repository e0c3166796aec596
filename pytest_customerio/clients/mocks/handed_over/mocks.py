"""Calls of mocks that were put in the place of nothing known: a `MagicMock()` that a test hands to the application.

Where the code that calls one says what it stands for, it is heard as any other. Else the call is counted, not judged.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from types import FrameType
from typing import Any

from pytest_customerio.clients.mocks.handed_over.intended import Intended
from pytest_customerio.clients.mocks.handed_over.lookalikes import Lookalikes
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import is_heard
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import SENDING
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.placed.mock_state import ATTACHED, has_spec, is_placed, name_of
from pytest_customerio.clients.traffic import heard_above

BARE = "a mock without a spec, called like a method of an SDK; MagicMock(spec=CustomerIO) would be judged"
BARE_CLIENT = (
    "a mock without a spec, called with an address of Customer.io; MagicMock(spec=requests.Session) would be judged"
)
# A mark on a mock that has no parent and was looked at.
_SEEN = "_mock_cio_seen"


class HandedOverMocks:
    """The mocks that stand for nothing known."""

    def __init__(
        self, known: Known, roles: MockRoles, lookalikes: Lookalikes, intended: Intended, place: Place
    ) -> None:
        self._known = known
        self._roles = roles
        self._lookalikes = lookalikes
        self._intended = intended
        self._place = place

    def role(self, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Role | None:
        """What a mock stands for by the place where it is called now; a call that stays unclear may be counted."""
        name, leads = name_of(mock), self._leads(args, kwargs)
        if not leads and not self._may_be_one(mock, name):
            return None
        notes = self._place.notes()
        if notes is None or has_spec(mock) or heard_above() is not None:
            return None
        frame = sys._getframe(2)
        if not name and not leads:
            mock.__dict__[_SEEN] = True
            if not self._may_call_one(frame):
                return None
        found = self._intended.role(name, frame, assigned=is_placed(mock, objects=True))
        if found is not None and (found.kind == "class" or is_heard(found)) and name in ("", found.name):
            self._give(mock, found)
            return self._roles.role(mock)
        self._count(notes, mock, args, kwargs, leads=leads)
        return None

    def _may_be_one(self, mock: Any, name: str) -> bool:
        """Whether a mock has the name of an SDK's method, or none and was not looked at yet."""
        if name:
            return name in self._lookalikes.methods
        return _SEEN not in mock.__dict__ and bool(self._lookalikes.names)

    def _may_call_one(self, frame: FrameType) -> bool:
        """Whether code names a method of an SDK, or one of a client whose base URL is one of Customer.io's."""
        names = frame.f_code.co_names
        if not self._lookalikes.methods.isdisjoint(names):
            return True
        return not SENDING.isdisjoint(names) and self._known.instances.has_base(self._place.leads)

    def _give(self, mock: Any, role: Role) -> None:
        """Say what a mock stands for; the one that has it as a method is the instance."""
        owner = None if ATTACHED in mock.__dict__ else mock.__dict__["_mock_new_parent"]
        if role.kind == "method" and len(role.path) == 1 and owner is not None:
            mock = owner
            role = replace(role, kind="instance", path=(), label=role.label.rpartition(".")[0])
        self._roles.give(mock, role)

    def _leads(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call is given an address of Customer.io, as a client's methods are."""
        for one in (*args[:2], kwargs.get("url"), kwargs.get("request")) if kwargs else args[:2]:
            text = one if type(one) is str else _address(one)
            if self._place.leads(text):
                return True
        return False

    def _count(self, notes: Notes, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], *, leads: bool) -> None:
        name = name_of(mock)
        like = name in self._lookalikes.distinct and self._lookalikes.may_be(mock, args, kwargs)
        if like or (leads and (name or "request") in SENDING):
            notes.skip(BARE if like else BARE_CLIENT, self._place.sent_from())
            notes.unknown[f"mock without a spec ({name})"] += 1


def _address(given: Any) -> str:
    """The address of a request that was made before it is sent."""
    if type(given).__name__ not in ("Request", "PreparedRequest"):
        return ""
    return str(getattr(given, "full_url", None) or getattr(given, "url", ""))

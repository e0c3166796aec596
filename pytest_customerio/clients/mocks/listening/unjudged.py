"""Counts calls of mocks that cannot be judged, each with the reason that the summary shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.mocks.notes.notes import Notes, double_of
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import is_call
from pytest_customerio.clients.mocks.originals.libraries import HTTP_CLIENT
from pytest_customerio.clients.mocks.originals.replaced_modules import RealModules
from pytest_customerio.clients.mocks.originals.roles import Role
from pytest_customerio.clients.traffic import heard_above
from pytest_customerio.process.recognition import is_mock

FAKE = "fakes of the project's own in the place of an SDK: a mock with a spec is heard"
ABSENT = "calls of a mock of a whole SDK, which nothing can be compared with: {}"
STEPWISE = "requests that are put together step by step (putrequest) on a mock"


class Unjudged:
    """The calls that are counted, and answered by their mock."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def counts(self, role: Role, mock: Any, located: Callable[[], Role | None]) -> bool:
        """Whether a call is only counted, or not even that; `located` tells whether it leads to Customer.io."""
        if role.kind == "absent":
            self._count(ABSENT.format(role.real), f"mock of the module {role.label.partition('.')[0]}", is_call(role))
            return True
        if role.library is not HTTP_CLIENT:
            return False
        above = heard_above() is not None  # a request of a client above, which is heard there
        if not above and role.name == "putrequest":
            self._count(STEPWISE, double_of(role.label, fake=not is_mock(mock)), located() is not None)
        return above or role.name == "putrequest"

    def stays(self, notes: Notes, role: Role, real: RealModules) -> bool:
        """Whether a mock answers although an error case is at work: the application could not catch what is raised."""
        name = real.uncaught() if role.library.sdk else ""
        if name:
            notes.unknown[f"mock of {role.library.module}, whose {name} is a mock that catches nothing,"] += 1
        return bool(name)

    def fake(self, role: Role) -> None:
        """A class, or an object, of the project in the place of something known that cannot be heard."""
        notes = self._place.notes()
        if notes is not None:
            notes.await_calls(role, FAKE, double_of(role.label, fake=True), self._place.sent_from())

    def _count(self, why: str, mock: str, concerned: bool) -> None:  # noqa: FBT001 - by place, for short lines
        notes = self._place.notes() if concerned else None
        if notes is not None:
            notes.skip(why, self._place.sent_from())
            notes.unknown[mock] += 1

"""Fakes that the project assigned in the place of something known: `CustomerIO.track = fake`, without `monkeypatch`.

Nothing tells of an assignment to a class or a module, so these are looked at before each phase of a test. An assignment
to an object of an SDK's class is seen at once.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any

from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.placed.fake_functions import FAKE
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.placed.mock_state import inner
from pytest_customerio.process.patching import Patches, Wrapper
from pytest_customerio.process.recognition import is_mock


class AssignedFakes:
    """Has what was assigned heard. What stands there since does the same."""

    def __init__(self, known: Known, roles: MockRoles, place: Place) -> None:
        self._known = known
        self._roles = roles
        self._place = place

    def look(self, patches: Patches) -> None:
        """Look at the public classes, methods and functions of the libraries."""
        for owner, name, original in self._known.attributes.replaced():
            there = vars(owner)[name]
            if is_mock(inner(there)) or self._is_own(there):
                fake = self._roles.stands(there, self._known.attribute(owner, name), original)
                if fake is not None:
                    patches.put(owner, name, fake)

    def setting(self, original: Wrapper) -> Wrapper:
        """An attribute of an SDK's object is assigned: it may be a fake of one of its methods."""

        def setting(instance: Any, name: str, value: Any) -> None:
            __tracebackhide__ = True
            original(instance, name, value)
            if type(value) is FunctionType and self._is_own(value):
                fake = self._roles.stands(value, self._known.attribute(instance, name), None)
                if fake is not None:
                    original(instance, name, fake)

        return setting

    def _is_own(self, value: Any) -> bool:
        """Whether this is a function of the project, or a class of it, or an object of one."""
        if isinstance(value, FunctionType):
            return FAKE not in vars(value) and self._place.is_project(value.__code__.co_filename)
        cls = value if isinstance(value, type) else type(value)
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        return isinstance(file, str) and self._place.is_project(file)

"""Notes the calls of mocks and fakes: their arguments, the instance behind them, and where they lead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pytest_customerio.clients.mocks.notes.arguments import Arguments, copied
from pytest_customerio.clients.mocks.notes.notes import Note, Notes, double_of
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.calls import address, url_of
from pytest_customerio.clients.mocks.originals.known import Known
from pytest_customerio.clients.mocks.originals.libraries import AIOHTTP
from pytest_customerio.clients.mocks.originals.roles import Built, Role
from pytest_customerio.clients.mocks.placed.mock_roles import MockRoles
from pytest_customerio.clients.mocks.real_calls.client_setup import steps_of
from pytest_customerio.clients.mocks.real_calls.instances import snapshot
from pytest_customerio.clients.mocks.real_calls.real_values import RealValues

UNKNOWN = "arguments that cannot be known later, such as mocks"


class NoteMaker:
    """Makes notes of calls. In them, mocks of messages, and of the classes of a whole mocked module, are real."""

    def __init__(self, place: Place, known: Known, roles: MockRoles) -> None:
        self._place = place
        self._known = known
        self._roles = roles
        self._values = RealValues(known)

    def given(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call, with the real values behind mocks of a whole module's classes."""
        return self._values.given(args, kwargs) if self._roles.values else (args, kwargs)

    def note(
        self,
        notes: Notes,
        role: Role,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        fake: bool,
        sent_from: str | None = None,
    ) -> Note | None:
        """Note one call of a mock or a fake; None where those before are like it, or it cannot be known later."""
        sent_from = sent_from or self._place.sent_from()
        if not notes.wants(role.label, sent_from, (args, kwargs)):
            return None
        given = self.copied(args, kwargs)
        if given is None:
            notes.skip(UNKNOWN, sent_from)
            notes.unknown[double_of(role.label, fake=fake)] += 1
            return None
        note = Note(role, given, sent_from, self._place.now(), self.instance(role), fake)
        notes.add(note)
        return note

    def copied(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Arguments | None:
        """The arguments as they are now; None where they cannot be known later."""
        return copied(args, kwargs, self._known.is_message, self._values.or_real if self._roles.values else None)

    def instance(self, role: Role) -> Any:
        """The instance as it is at the call: afterwards it may be closed. A copied session of aiohttp warns of that."""
        instance = role.instance
        if instance is None and role.on_class and role.library.sdk:
            instance = self._known.instances.only(role.real)
        return instance if type(instance) in (Built, type(None)) or role.library is AIOHTTP else snapshot(instance)

    def located(self, role: Role, mock: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Role | None:
        """The role, with all that is known of its instance; None where the call leads elsewhere than to Customer.io."""
        if role.library.sdk:
            return role
        url = url_of(role, args, kwargs)
        absolute = "://" in url
        if absolute and not self._place.leads(url):
            return None
        if type(role.instance) is Built:
            role = replace(role, instance=replace(role.instance, steps=steps_of(mock) if mock is not None else ()))
        elif not absolute and role.instance is None and role.on_class and role.library.based:
            role = replace(role, instance=self._known.instances.based_on(role.real, self._place.leads))
        return role if absolute or self._place.leads(address(role, args, kwargs)) else None

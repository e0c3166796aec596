"""A listener at mocks, with the notes of one test, beneath which everything is tapped."""

from __future__ import annotations

import sys
from typing import Any

from tapping import FakeTraffic

from pytest_customerio.clients.mocks.listening.listener import Listener
from pytest_customerio.clients.mocks.notes.notes import Note, Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.real_calls.reenacting import Reenacted, reenact
from pytest_customerio.clients.mocks.real_calls.unsent import at_work
from pytest_customerio.core.model import PendingInteraction
from pytest_customerio.process.recognition import MOCKS


def imported() -> list[str]:
    """The libraries and the modules of mocks that are imported."""
    return [name for name in (*BY_NAME, *MOCKS) if name in sys.modules]


class Traffic(FakeTraffic):
    """A traffic that also hears calls which are made again."""

    def hear(self, client: str, method: str, url: str) -> Any:
        again = at_work.get()
        return again.begin(client, method, url) if again is not None else super().hear(client, method, url)


class Listening:
    """A listener, with the notes of one test."""

    def __init__(self, traffic: Traffic) -> None:
        self.traffic = traffic
        self.notes: Notes | None = Notes()
        place = Place(lambda: self.notes, traffic.sent_from, lambda: 5.0, traffic.concerns, lambda _: None)
        self.listener = Listener(place)

    def taken(self) -> list[Note]:
        assert self.notes is not None
        return self.notes.take()[0]

    def judged(self) -> list[Reenacted]:
        return reenact(self.listener.known, self.taken())

    def sent(self) -> list[PendingInteraction]:
        found = self.judged()
        assert [(one.error, one.why) for one in found] == [("", "")] * len(found)
        return [request for one in found for request in one.requests]

"""An application of the SDK in a file of its own, and a listener for which it is the project."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from tapping import FakeTraffic

from pytest_customerio.clients.mocks.listening.listener import Listener
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.process.recognition import MOCKS

APPLICATION = """
import requests
from customerio import CustomerIO

URL = "https://track.customer.io/api/v1/customers/42/events"
client = CustomerIO("site-1234", "key-12345")


def buy(crm: CustomerIO, *args, **kwargs):
    return crm.track(*args, **kwargs)


def identify(crm: CustomerIO, **data):
    return crm.identify("42", plan="pro", **data)


def name(crm: CustomerIO):
    return crm.track("42", name="purchase")


async def buy_later(crm: CustomerIO):
    return await crm.track("42", "purchase")


def buy_here():
    return client.track("42", "purchase")


def unclear(crm, *args, **kwargs):
    return crm.track(*args, **kwargs)


def save(session: requests.Session, url=URL):
    return session.post(url, json={"name": "purchase"})


def pages(crm: CustomerIO):
    return crm.pages("42")


class Own:
    def track(self, *args):
        return args


def own(crm: Own):
    return crm.track("42", "purchase")
"""


class Listening:
    """A listener, the notes of the test that runs, and the application."""

    def __init__(self, folder: Path, tests: str) -> None:
        self.notes: Notes | None = Notes()
        traffic = FakeTraffic()
        files = {tests: "tests/own.py", str(folder / "shop_app.py"): "shop_app.py"}
        place = Place(lambda: self.notes, lambda: "own", lambda: 5.0, traffic.concerns, files.get)
        self.listener = Listener(place)
        (folder / "shop_app.py").write_text(APPLICATION)

    def taken(self) -> list[tuple[str, Any, Any]]:
        """The calls that were noted: what each stands for, and its arguments."""
        assert self.notes is not None
        notes, _ = self.notes.take()
        return [(one.role.label, one.given.args, dict(one.given.kwargs)) for one in notes]

    @property
    def app(self) -> Any:
        return sys.modules["shop_app"]


@contextmanager
def listening(folder: Path, tests: str) -> Iterator[Listening]:
    """A listener that is installed; `tests` is the file of the tests."""
    made = Listening(folder, tests)
    stop = made.listener.install([name for name in (*BY_NAME, *MOCKS) if name in sys.modules])
    try:
        sys.modules["shop_app"] = _imported(folder / "shop_app.py")
        yield made
    finally:
        sys.modules.pop("shop_app", None)
        stop()


def _imported(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("shop_app", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module

"""Calls of mocks without a spec, which stand for what the code that calls them says."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import MagicMock, call, patch

import pytest
from tapping import FakeTraffic

from pytest_customerio.clients.mocks.handed_over.mocks import BARE, BARE_CLIENT
from pytest_customerio.clients.mocks.listening.listener import Listener
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.source_code.inference import Inference
from pytest_customerio.clients.traffic import being_heard
from pytest_customerio.process.recognition import MOCKS

if TYPE_CHECKING:
    from customerio import CustomerIO

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")
httpx = pytest.importorskip("httpx")

URL = "https://track.customer.io/api/v1/customers/42/events"
REQUEST = requests.Request("POST", URL).prepare()
IMPORTED = [name for name in (*BY_NAME, *MOCKS) if name in sys.modules]


def _label(file: str) -> str | None:
    return "shop.py" if file == __file__ or file.endswith("wired_shop.py") else None


@pytest.fixture
def notes() -> Iterator[Notes]:
    """The notes of a test, while mocks are listened to; this file is the project's."""
    noted, traffic = Notes(), FakeTraffic()
    place = Place(lambda: noted, lambda: "app.py:1 in buy", lambda: 5.0, traffic.concerns, _label)
    stop = Listener(place).install(IMPORTED)
    yield noted
    stop()


def _of(client: CustomerIO) -> None:
    client.track("42", "purchase")


def _unclear(client: Any, *args: Any, **kwargs: Any) -> Any:
    return client.post(*args, **kwargs)


def test_what_is_heard(notes: Notes) -> None:
    """A call whose receiver is annotated; the mock stands for an instance from then on."""
    fake = MagicMock()
    _of(fake)
    fake.track("43", "purchase")
    fake.identify("43", plan="pro")
    heard = ["track", "track", "identify"]
    assert [one.role.label for one in notes.take()[0]] == [f"customerio.CustomerIO.{name}" for name in heard]
    assert notes.counts()["unjudged"] == {}


@pytest.mark.parametrize(
    "given", [((URL,), {}), ((), {"url": URL}), ((REQUEST,), {}), ((httpx.Request("POST", URL),), {})]
)
def test_an_address_of_customer_io(notes: Notes, given: Any) -> None:
    """Where it is called says nothing: a call with such an address is counted, whatever the client may be."""
    args, kwargs = given
    _unclear(MagicMock(), *args, **kwargs)
    assert notes.counts()["unjudged"] == {BARE_CLIENT: 1}


@pytest.mark.parametrize("url", ["https://example.com/", "post", 42, MagicMock(), None])
def test_any_other_address(notes: Notes, url: object) -> None:
    """A call of something else is none of ours."""
    _unclear(MagicMock(), url)
    assert notes.counts()["unjudged"] == {}


def test_what_is_not_looked_at(notes: Notes) -> None:
    """A mock with a spec of its own, one beneath a client that is heard, and methods that send nothing."""
    _unclear(MagicMock(spec=list, post=MagicMock()), URL)
    with patch.object(
        sys.modules["pytest_customerio.clients.mocks.handed_over.mocks"], "heard_above", lambda: "a request"
    ):
        _unclear(MagicMock(), URL)
    MagicMock().note(URL)
    assert notes.counts()["unjudged"] == {}
    assert being_heard.get() is None


def test_an_object_of_another_kind(notes: Notes) -> None:
    """A mock in its place is none of an SDK, whatever the annotation says; one in the place of a function may be."""
    home = SimpleNamespace(client=SimpleNamespace(), make=lambda: None)
    with patch.object(home, "client"), patch.object(home, "make"):
        _of(home.client)
        assert notes.take()[0] == []
        _of(home.make())
    assert [one.role.label for one in notes.take()[0]] == ["customerio.CustomerIO.track"]


def test_a_mock_that_is_attached(notes: Notes) -> None:
    """It is looked at by the name that it had before; what it is attached to stands for nothing."""
    fake, manager = MagicMock(), MagicMock()
    manager.attach_mock(fake.track, "tracked")
    _of(fake)
    assert manager.mock_calls == [call.tracked("42", "purchase")]
    manager.identify("42")
    assert [one.role.label for one in notes.take()[0]] == ["customerio.CustomerIO.track"]
    other = MagicMock()
    manager.attach_mock(other.track, "other")
    with pytest.raises(AttributeError, match="'int' object has no attribute '_mock_parent'"):
        manager.attach_mock(42, "number")
    list(map(other.track, ["42"], ["purchase"]))
    assert notes.counts()["unjudged"] == {BARE: 2}


def test_code_that_cannot_be_read(notes: Notes) -> None:
    """The call is answered as ever, whatever becomes of the look at the code around it."""
    fake = MagicMock()
    with patch.object(Inference, "of", side_effect=RecursionError):
        _of(fake)
    fake.track.assert_called_once_with("42", "purchase")
    assert notes.counts()["unjudged"] == {BARE: 1}


def test_a_mock_of_its_own_name(notes: Notes) -> None:
    """What is passed to something else than the method that is called stands for nothing: `send` is not `track`."""
    client = customerio.CustomerIO("site-1234", "key-12345")
    fake = MagicMock()
    client.track = fake.identify
    client.track("42", name="ada")
    assert notes.counts()["unjudged"] == {BARE: 1}


def test_a_mock_that_is_called_by_something_else(notes: Notes) -> None:
    """A call that the code does not show, as one by `map`, is counted where its arguments are those of the SDK."""
    fake = MagicMock()
    list(map(fake.track, ["42"], ["purchase"]))
    assert notes.counts()["unjudged"] == {BARE: 1}


@pytest.mark.parametrize(("more", "found"), [("", True), ("pool.submit(other.track)\n", False)])
def test_a_method_that_is_passed_to_a_library(notes: Notes, tmp_path: Path, more: str, found: bool) -> None:
    """A library calls it: it stands for what all code of the project that passes such a method says."""
    file = tmp_path / "wired_shop.py"
    file.write_text(
        f"from customerio import CustomerIO\ndef buy(pool, client: CustomerIO):\n    pool.submit(client.track)\n{more}"
    )
    module = ModuleType("wired_shop")
    module.__file__ = str(file)
    fake = MagicMock()
    with patch.dict(sys.modules, wired_shop=module):
        list(ThreadPoolExecutor(1).map(fake.track, ["42", "43"], ["purchase", ""]))
    assert [one.role.label for one in notes.take()[0]] == ["customerio.CustomerIO.track"] * 2 * found
    assert notes.counts()["unjudged"] == ({} if found else {BARE: 2})

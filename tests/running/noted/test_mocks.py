"""What mocks were called with, judged with what a test sends."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import MagicMock, patch

import pytest

from pytest_customerio.clients.mocks import CLIENTS, SDKS
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.core.settings import Settings
from pytest_customerio.process.recognition import MOCKS
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.planning.plan import Plan
from pytest_customerio.running.session import Session

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")


@pytest.fixture
def session() -> Iterator[Session]:
    """An open session."""
    opened = Session(Settings(contract=True, rootdir=Path(__file__).parent))
    opened.open()
    yield opened
    opened.end()
    opened.close()


def _begun(session: Session, *, checked: bool = True) -> CheckedTest:
    test = session.begin(Plan("test_it", checked=checked))
    session.begin_call(test)
    return test


def test_the_names_of_the_libraries() -> None:
    """The names that are loaded early are those of the libraries that are known."""
    assert {*SDKS, *CLIENTS} == set(BY_NAME)
    assert {name for name, library in BY_NAME.items() if library.sdk} == set(SDKS)


def test_a_test_without_mocks_has_no_notes(session: Session) -> None:
    """Nothing is noted, and nothing is made, before a mock that is known was called."""
    test = _begun(session)
    assert session.end_call(test, None).text == ""
    assert test.mocked is None


def test_notes_are_those_of_the_running_test(session: Session) -> None:
    """None where no test runs, where the test is not checked, and after its end."""
    mocks = session._mocks
    assert mocks.notes() is None
    _begun(session, checked=False)
    assert mocks.notes() is None
    test = _begun(session)
    assert isinstance(mocks.notes(), Notes)
    assert mocks.notes() is test.mocked
    test.close()
    assert mocks.notes() is None


def test_calls_join_what_the_test_sent(session: Session) -> None:
    """A call of a mock is judged, counted and shown as a request, from the line that made it."""
    test = _begun(session)
    with patch("customerio.CustomerIO"):
        customerio.CustomerIO("site-1234", "key-12345").track("42", "purchase", {"timestamp": "now"})
    session.end_call(test, None)
    assert test.record.heard == 1
    assert list(test.record.tallies) == ["track.event"]
    assert test.mocked is not None
    assert test.mocked.counts() == {"calls": 1, "unjudged": {}, "places": {}, "without_keys": 0}
    assert test.mocked.answered == {"mock of customerio.CustomerIO.track": 1}


def test_a_thread_that_is_still_at_work(session: Session) -> None:
    """Calls are made again beside it: it goes on to meet the mocks."""
    test, end = _begun(session), threading.Event()
    client = customerio.CustomerIO("site-1234", "key-12345")
    met = set()

    def work() -> None:
        while not end.is_set():
            met.update((requests.get(), client.is_valid_id_type("id"), customerio.Regions))

    with (
        patch("customerio.CustomerIO.track"),
        patch("customerio.CustomerIO.is_valid_id_type", return_value="mock"),
        patch("requests.get", return_value="mock"),
        patch("customerio.Regions", "a value"),
    ):
        client.track("", "purchase")
        thread = threading.Thread(target=work)
        thread.start()
        conclusion = session.end_call(test, None)
        end.set()
        thread.join()
    assert "customerio.CustomerIO.track: expected a call that the real one takes" in conclusion.text
    assert met == {"mock", "a value"}


@pytest.mark.parametrize(
    ("imported", "listens"),
    [
        ((), False),
        (("unittest.mock",), False),
        (("requests",), False),
        (("unittest.mock", "requests"), True),
        (("mock.mock", "requests"), True),
        (("customerio",), True),
    ],
)
def test_when_it_listens(imported: tuple[str, ...], listens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """When an SDK is imported, or a module of mocks and a client."""
    pytest.importorskip("mock")
    own = Session(Settings(rootdir=Path(__file__).parent))._mocks
    for name in (*SDKS, *CLIENTS, *MOCKS):
        if name not in imported:
            monkeypatch.delitem(sys.modules, name, raising=False)
    uninstall = own.install()
    try:
        assert (own._stop is not None) is listens
    finally:
        uninstall()


def test_a_library_that_is_imported_later(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known as soon as it is imported, and so are its mocks."""
    pytest.importorskip("httpx2")
    session.close()
    for name in [name for name in sys.modules if name.partition(".")[0] == "httpx2"]:
        monkeypatch.delitem(sys.modules, name)
    session.open()
    import httpx2

    listener = session._mocks._listener
    assert listener is not None
    assert listener.known.role(httpx2.post) is not None


def test_an_sdk_that_is_the_first_import(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not taken in before it is imported in full, though `unittest.mock` and clients are imported meanwhile."""
    own = Session(Settings(rootdir=Path(__file__).parent))._mocks
    for name in (*SDKS, *CLIENTS, *MOCKS):
        monkeypatch.delitem(sys.modules, name, raising=False)
    uninstall = own.install()
    try:
        for name in ("urllib.request", "requests"):
            own._note_import(name)
        assert own._stop is None
        monkeypatch.undo()
        own._note_import("customerio")
        assert own._stop is not None
        own._note_import("unittest.mock")
        own._note_import("requests")
        assert own._listener is not None
        assert own._listener.known.role(sys.modules["requests"].post) is not None
    finally:
        uninstall()


def test_a_request_that_is_made_again_is_heard_apart(session: Session) -> None:
    """What is noted of it does not join the test before the call is judged; another thread is heard as ever."""
    from pytest_customerio.clients.mocks.real_calls.unsent import Heard, at_work

    test, again = _begun(session), Heard()
    session._traffic.unsent = at_work
    assert session._traffic.hear("requests", "post", "https://track.customer.io/api/v1/events") is not again
    token = at_work.set(again)
    try:
        assert session._traffic.hear("requests", "post", "https://track.customer.io/api/v1/events") is again
    finally:
        at_work.reset(token)
        session._traffic.unsent = None
    assert test.record.heard == 0


def test_what_monkeypatch_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a client is imported and no mock, it listens from the first use of `monkeypatch` on."""
    own, first = Session(Settings(rootdir=Path(__file__).parent))._mocks, pytest.MonkeyPatch()
    own.settle(CheckedTest(None, Plan("test_it"), None), None)  # type: ignore[arg-type] # nothing was noted
    for name in (*SDKS, *CLIENTS, *MOCKS):
        if name != "requests":
            monkeypatch.delitem(sys.modules, name, raising=False)
    uninstall, before = own.install(), requests.post
    try:
        assert own._stop is None
        first.setattr(requests, "post", lambda url: url)
        assert own._stop is not None
        assert requests.post("somewhere") == "somewhere"
        first.setattr("requests.post", None)
        first.undo()
        assert requests.post is before
    finally:
        uninstall()


def test_a_whole_module_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """It listens from then on, and takes in each stand-in once; a module of mocks without `patch.dict` is no mistake."""
    own = Session(Settings(rootdir=Path(__file__).parent))._mocks
    for name in (*SDKS, *CLIENTS, *MOCKS):
        monkeypatch.delitem(sys.modules, name, raising=False)
    uninstall = own.install()
    try:
        assert own._stop is None
        monkeypatch.setitem(sys.modules, "unittest.mock", SimpleNamespace())
        own._watch_dicts("unittest.mock")
        monkeypatch.undo()
        with patch.dict(sys.modules, {"customerio": MagicMock()}):
            own.look()
            assert own._stop is not None
            with patch.dict(sys.modules, {"requests": MagicMock()}):
                own.look()
            assert {"customerio", "requests"} <= set(own._stand_ins)
    finally:
        uninstall()

"""The real module is imported beside what stands for it, and everything is put back."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from pytest_customerio.clients.mocks.listening.unjudged import Unjudged
from pytest_customerio.clients.mocks.notes.notes import Notes
from pytest_customerio.clients.mocks.notes.place import Place
from pytest_customerio.clients.mocks.originals.libraries import BY_NAME
from pytest_customerio.clients.mocks.originals.replaced_modules import RealModules, stand_ins
from pytest_customerio.clients.mocks.originals.roles import Role, called, child

pytest.importorskip("customerio")


@pytest.fixture
def real() -> RealModules:
    """Nothing was imported beside anything yet."""
    return RealModules()


def test_the_real_module_is_imported_beside_a_mock(real: RealModules, monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands there stays, also where it is a module of a real package."""
    before = sys.modules["customerio"] if "customerio" in sys.modules else __import__("customerio")
    fake, inner = mock.MagicMock(), mock.MagicMock()
    monkeypatch.setitem(sys.modules, "customerio", fake)
    monkeypatch.setitem(sys.modules, "http.client", inner)
    bound = vars(sys.modules["http"]).get("client")
    assert {"customerio", "http.client"} <= set(stand_ins())
    assert real.load("customerio") == ""
    assert (sys.modules["customerio"], sys.modules["http.client"]) == (fake, inner)
    assert vars(sys.modules["http"]).get("client") is bound
    assert real.get("customerio").__file__ == before.__file__
    assert real.load("customerio") == ""


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (None, "is not installed"),
        ("import no_such_module", "needs no_such_module"),
        ("1 / 0", "cannot be imported (ZeroDivisionError)"),
        ("", ""),
    ],
)
def test_whether_a_module_can_be_imported(
    real: RealModules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str | None, why: str
) -> None:
    """The reason is given where it cannot, and what stands there stays; a module of no library stays imported."""
    if code is not None:
        (tmp_path / "cio_of_a_test.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
    assert real.load("cio_of_a_test") == why
    assert (sys.modules.pop("cio_of_a_test", None) is not None) == (why == "")


def test_exceptions(real: RealModules) -> None:
    """What the application catches is a class in the stand-in; a mock catches nothing."""

    class Refused(Exception):
        """The real one."""

    class Own(Exception):
        """The test's."""

    class Odd(Exception):
        """One that cannot be made."""

        def __init__(self) -> None:
            super().__init__()

    module = types.ModuleType("customerio")
    vars(module)["Refused"] = Refused
    error = Refused("text")
    assert real.raised_as(error) is error
    fake = SimpleNamespace(Refused=Own)
    real.note(module, fake)
    assert real.raised_as(error).args == ("text",)
    assert real.uncaught() == ""
    for odd in (Odd, "no class"):
        fake.Refused = odd  # type: ignore[assignment]
        assert real.raised_as(error) is error
    other = mock.MagicMock()
    real.note(module, other)
    assert other.Refused
    assert real.uncaught() == "Refused"


def test_an_sdk_that_is_not_here() -> None:
    """Calls of methods and functions are counted with the reason; those of classes and what sends nothing are not."""
    notes: Notes | None = Notes()
    place = Place(lambda: notes, lambda: "app.py:1 in f", float, lambda *_: True, str)
    unjudged, module = (
        Unjudged(place),
        Role("absent", "customerio is not installed", "customerio", BY_NAME["customerio"]),
    )
    cls = child(module, "CustomerIO")
    made = called(cls)
    assert made is not None
    for role in (
        cls,
        child(made, "track"),
        child(made, "close"),
        child(made, "_private"),
        child(module, "track"),
        module,
    ):
        assert unjudged.counts(role, None, lambda: None)
    assert sum(notes.unjudged.values()) == 2
    assert list(notes.unjudged) == [
        "calls of a mock of a whole SDK, which nothing can be compared with: customerio is not installed"
    ]
    assert notes.in_the_way() == ["mock of the module customerio"]

"""Functions, mocks and test machinery are recognised by what they are."""

from __future__ import annotations

import asyncio
import asyncio.tasks
import functools
import importlib
import queue
import sys
import types
from pathlib import Path
from unittest import mock

import hypothesis
import pluggy
import pytest
from _pytest import timing

from pytest_customerio.process.recognition import (
    Machinery,
    code_of,
    is_defined_in,
    is_machinery,
    is_machinery_module,
    is_mock,
)


def frame(file: str) -> types.FrameType:
    """A frame of code from this file."""
    namespace: dict[str, object] = {"sys": sys}
    exec(compile("frame = sys._getframe()", file, "exec"), namespace)
    return namespace["frame"]  # type: ignore[return-value]


def test_mocks_are_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every kind of mock, also one with a spec; nothing is a mock while `unittest.mock` was not imported."""
    for made in (mock.Mock(), mock.AsyncMock(), mock.NonCallableMock(spec=int)):
        assert is_mock(made)
    assert not is_mock(len)
    made = mock.Mock()
    monkeypatch.delitem(sys.modules, "unittest.mock")
    assert not is_mock(made)


def test_a_function_knows_where_it_was_defined() -> None:
    """A function, also a wrapped one, is recognised by its module. A mock that copies its name is not."""

    @functools.wraps(asyncio.sleep)
    def wrapper(delay: float) -> object:
        return asyncio.sleep(delay)

    assert is_defined_in(asyncio.sleep, asyncio.tasks)
    assert is_defined_in(wrapper, asyncio.tasks)
    assert not is_defined_in(mock.create_autospec(asyncio.sleep), asyncio.tasks)
    assert not is_defined_in(len, asyncio.tasks)


def test_the_code_of_a_function_is_found() -> None:
    """The code is found through wrappers and static methods. A function in C and a mock have none."""
    own = code_of(queue.Queue.get)
    assert own is queue.Queue.get.__code__
    assert code_of(functools.wraps(queue.Queue.get)(lambda self: None)) is own
    assert code_of(staticmethod(queue.Queue.get)) is own
    assert code_of(len) is None
    assert code_of(mock.Mock()) is None


@pytest.mark.parametrize(
    ("name", "machinery"),
    [
        ("_pytest.timing", True),
        ("pytest_asyncio.plugin", True),
        ("hypothesis", True),
        ("pytest_customerio.running.traffic", False),
        ("", False),
    ],
)
def test_modules_of_test_machinery_are_known_by_their_package(name: str, machinery: bool) -> None:
    """Test machinery is every package whose name begins with pytest except ours, and a few more."""
    assert is_machinery_module(name) is machinery


@pytest.mark.parametrize("module", [timing, pluggy, hypothesis, pytest])
def test_frames_of_test_machinery_are_known_by_their_file(module: types.ModuleType) -> None:
    """A frame is recognised by its file in the folder of such a package, whatever its name; files beside the folder are
    not."""
    folder = Path(module.__file__ or "").parent
    assert is_machinery(frame(str(folder / "any.py")))
    assert not is_machinery(frame(str(folder.parent / "crm" / "any.py")))
    assert not is_machinery(frame(str(folder) + "_crm/any.py"))


def test_a_plugin_that_is_imported_later_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin that is a single file, imported later, is recognised. A module without a file has no frames."""
    machinery = Machinery()
    assert not machinery.runs(frame("app/crm.py"))
    (tmp_path / "pytest_of_recognition.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("pytest_of_recognition")
    monkeypatch.setitem(sys.modules, "pytest_bare", types.ModuleType("pytest_bare"))
    assert machinery.runs(frame(str(tmp_path / "pytest_of_recognition.py")))
    assert not machinery.runs(frame(str(tmp_path / "crm.py")))
    del sys.modules["pytest_of_recognition"]

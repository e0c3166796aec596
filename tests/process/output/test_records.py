"""A log record: its text, and whether the application wrote it."""

from __future__ import annotations

import logging
import sys
from types import ModuleType
from typing import Any

import pytest

from pytest_customerio.process.output.records import extras, is_own

APP = "/project/app/crm.py"
LIBRARY = "/usr/lib/site-packages/tenacity/before_sleep.py"


def is_project(file: str) -> bool:
    return file.startswith("/project/")


def record(name: str, pathname: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": name, "pathname": pathname, "msg": "x"})


@pytest.fixture(autouse=True)
def _modules(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the project, a library, a package of the project without a file, and a module without any place."""
    for name, file in (("shop", "/project/shop/__init__.py"), ("ulib", "/usr/lib/site-packages/ulib.py")):
        module = ModuleType(name)
        module.__file__ = file
        monkeypatch.setitem(sys.modules, name, module)
    spread = ModuleType("spread")
    spread.__path__ = ["/project/spread"]
    monkeypatch.setitem(sys.modules, "spread", spread)
    monkeypatch.setitem(sys.modules, "nowhere", ModuleType("nowhere"))


@pytest.mark.parametrize(
    ("name", "pathname", "own"),
    [
        ("urllib3.connectionpool", APP, True),
        ("root", APP, True),
        ("shop.crm", LIBRARY, True),
        ("spread.crm", LIBRARY, True),
        ("a name of one's own", LIBRARY, True),
        ("ulib.pool", LIBRARY, False),
        ("nowhere", LIBRARY, False),
        ("root", LIBRARY, False),
        ("py.warnings", LIBRARY, False),
        ("ulib", None, False),
        ("ulib", "", False),
    ],
)
def test_who_wrote_a_record(monkeypatch, name, pathname, own) -> None:
    """A line of the project did, or a library that was given a logger of the project."""
    monkeypatch.delitem(sys.modules, "py", raising=False)
    assert is_own(record(name, pathname), is_project) is own


def test_what_came_through_extra() -> None:
    """The members of a dictionary are named one by one."""
    made = logging.makeLogRecord({"msg": "x", "data": {"args": [1], "id": "7"}, "who": "ada"})
    assert list(extras(made)) == [("data.args", "[1]"), ("data.id", "'7'"), ("who", "'ada'")]

"""What writes a text: a function of the project, a library by itself, or pytest."""

from __future__ import annotations

import importlib
import logging
import sys
import threading
import unittest
from typing import Any

import pytest

from pytest_customerio.process.authors import author, library_printing, reads_by_itself


def test_who_writes_a_text() -> None:
    """The innermost function of the project; whether unittest called it, and whether a library for logs is between."""
    found: list[Any] = []

    def asked(name: str) -> Any:
        """What a library asks that is, or only seems to be, this package."""
        module = sys.modules.get(name)
        scope = vars(module) if module is not None else {"__name__": name}
        source = "def cio_asks(author, is_project):\n    return author(is_project)\n"
        exec(compile(source, "/opt/site-packages/library.py", "exec"), scope)
        return scope.pop("cio_asks")(author, lambda file: file == __file__)

    def helper(name: str) -> None:
        found.append(asked(name))

    class Case(unittest.TestCase):
        def runTest(self) -> None:
            found.append(author(lambda file: file == __file__))
            for name in ("unheard_of", "structlog", "tenacity"):
                helper(name)

    importlib.import_module("structlog")
    importlib.import_module("tenacity")
    Case().run()
    test, unknown, by_logger, by_itself = found
    assert (test.frame.f_code.co_name, test.logger, test.is_test) == ("runTest", "", True)
    assert (unknown.frame.f_code.co_name, unknown.logger, unknown.is_test) == ("asked", "", False)
    assert (by_logger.logger, by_itself) == ("structlog", None)
    assert author(lambda file: False) is None


@pytest.mark.parametrize(("name", "found"), [("async_customerio.client_base", True), ("customerio.client_base", False)])
def test_an_sdk_that_reads_each_answer(name: str, found: bool) -> None:
    """It counts only below the application's call."""
    scope = vars(importlib.import_module(name))
    exec(compile("def cio_asks(ask, is_project): return ask(is_project)\n", "/opt/site-packages/sdk.py", "exec"), scope)
    asks = scope.pop("cio_asks")
    assert asks(reads_by_itself, lambda file: file == __file__) is found
    assert asks(reads_by_itself, lambda file: False) is found
    assert reads_by_itself(lambda file: file == __file__) is False


@pytest.mark.parametrize(
    ("name", "found", "outside"),
    [
        ("tenacity", "tenacity", "tenacity"),
        ("logging", "", ""),
        ("structlog", "", None),
        ("unheard_of", "", None),
        ("_pytest.config", "", None),
    ],
)
def test_a_library_that_prints_by_itself(name: str, found: str, outside: str | None) -> None:
    """What the project prints through a library, and what `logging` prints, is not printed by the library. Where no
    function of the project is on the way, pytest prints.
    """
    source = "def cio_asks(): return library_printing(is_project)\n"
    for project, expected in ((lambda file: file == __file__, found), (lambda file: False, outside)):
        scope = vars(importlib.import_module(name)) if name != "unheard_of" else {"__name__": name}
        scope.update(library_printing=library_printing, is_project=project)
        exec(compile(source, "/opt/site-packages/library.py", "exec"), scope)
        assert [scope.pop("cio_asks")(), *map(scope.pop, ("library_printing", "is_project"))][0] == expected


def test_pytest_writes_by_itself() -> None:
    """What pytest writes while a test runs, such as the sign of a subtest, is nothing that the application wrote."""
    scope = vars(importlib.import_module("_pytest.config"))
    exec(compile("def cio_asks(ask, is_project): return ask(is_project)\n", pytest.__file__, "exec"), scope)
    assert scope.pop("cio_asks")(author, lambda file: file == __file__) is None


@pytest.mark.parametrize(
    ("library", "local", "value", "level"),
    [
        ("loguru", "level_no", 10, logging.DEBUG),
        ("loguru", "level_no", "10", None),
        ("structlog", "method_name", "exception", logging.ERROR),
        ("structlog", "method_name", "msg", None),
        ("structlog", "method_name", None, None),
    ],
)
def test_the_level_of_a_record(library: str, local: str, value: Any, level: int | None) -> None:
    """A level that is not known counts as loud."""
    scope = vars(importlib.import_module(library))
    source = f"def cio_asks(ask, is_project, {local}): return ask(is_project)\n"
    exec(compile(source, "<library>", "exec"), scope)
    found = scope.pop("cio_asks")(author, lambda file: file == __file__, value)
    assert found is not None
    assert (found.level, found.is_loud) == (level, level != logging.DEBUG)


def test_a_thread_without_a_function_of_the_project() -> None:
    """Nobody of the project writes there."""
    found: list[Any] = []
    source = "def cio_asks(): found.append(author(lambda file: False))\n"
    scope: dict[str, Any] = {"found": found, "author": author}
    exec(compile(source, "<library>", "exec"), scope)
    thread = threading.Thread(target=scope["cio_asks"])
    thread.start()
    thread.join()
    assert found == [None]

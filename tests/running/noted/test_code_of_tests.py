"""The functions of a test."""

from __future__ import annotations

import unittest
from types import ModuleType, SimpleNamespace
from typing import Any

from _pytest.python import get_direct_param_fixture_func

from pytest_customerio.running.noted.code_of_tests import CodeOfTests, functions_of, values_of


def setup() -> None: ...


def given() -> None: ...


class TestIt(unittest.TestCase):
    def setUp(self) -> None: ...

    def test_one(self) -> None: ...


def test_functions_and_values() -> None:
    """Those of the class, of the module's setup, and of the fixtures; not those of `unittest` and pytest."""
    module = ModuleType("tests")
    module.__dict__["setup_module"] = setup
    several = {"given": [len, given], "other": [len], "number": [get_direct_param_fixture_func]}
    fixtures = {name: [SimpleNamespace(func=one) for one in found] for name, found in several.items()}
    item: Any = SimpleNamespace(
        function=TestIt("test_one").test_one,
        cls=TestIt,
        module=module,
        funcargs={"given": 3},
        _fixtureinfo=SimpleNamespace(name2fixturedefs=fixtures),
    )
    assert list(functions_of(item)) == [TestIt.test_one, setup, TestIt.setUp, TestIt.test_one, given]
    assert list(values_of(item)) == [3]
    code = CodeOfTests()
    assert list(code.functions(item)) == list(functions_of(item))
    assert code.functions(item) is code.functions(item), "items of one function share what was read"


def test_an_item_of_another_kind() -> None:
    """A doctest has none of these."""
    item: Any = SimpleNamespace()
    assert [*functions_of(item), *values_of(item), *CodeOfTests().functions(item)] == []
    code = CodeOfTests()
    assert (code.functions(item), code.functions(SimpleNamespace(function=given))) == ((), (given,))  # type: ignore[arg-type]

"""Where calls are noted: which code is the application's, and which is a test's."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from pytest_customerio.clients.mocks.notes.place import Place, is_test


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("shop.tests.factories", True),
        ("test_shop", True),
        ("shop_test", True),
        ("conftest", True),
        ("shop.contest", False),
    ],
)
def test_modules_of_tests(name: str, found: bool) -> None:
    """By the names of the module and its packages."""
    assert is_test(name) == found


def test_the_place_of_a_frame() -> None:
    """The innermost one that is the application's, and no test's; none where all code is the test's."""
    space: dict[str, Any] = {"__name__": "shop", "sys": sys}
    exec(compile("def call(function):\n    return function()", "<shop>", "exec"), space)
    place = Place(lambda: None, lambda: None, float, lambda *_: False, {__file__: "own.py", "<shop>": "shop.py"}.get)
    assert space["call"](lambda: place.at(sys._getframe())) == "shop.py:2 in call"
    assert place.at(sys._getframe()) is None

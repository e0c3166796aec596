"""What leaves a subtest of pytest or unittest is noted, and ends the subtest well where the test declares it."""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pytest_customerio.process.subtests import Subtests


class Declared(Exception):
    """The test declares it."""


@contextmanager
def followed() -> Iterator[tuple[Subtests, list[str]]]:
    """Subtests that are followed, and a list with an entry for each that began."""
    begun: list[str] = []
    with Subtests(lambda: begun.append("part"), lambda error: isinstance(error, Declared)) as subtests:
        yield subtests, begun


def test_subtests_of_unittest() -> None:
    """A failed assertion, a skip and an undeclared exception are reported by unittest as without us."""

    class Case(unittest.TestCase):
        def runTest(self) -> None:
            for error in (None, Declared("a"), ValueError("b"), AssertionError("c"), unittest.SkipTest("d")):
                with self.subTest():
                    if error is not None:
                        raise error

    with followed() as (subtests, begun):
        result = unittest.TestResult()
        Case().run(result)
    assert (len(begun), [repr(one) for one in subtests.left]) == (5, ["Declared('a')", "ValueError('b')"])
    assert (len(result.errors), len(result.failures), len(result.skipped)) == (1, 1, 1)


@pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="pytest 9 brings the fixture")
def test_subtests_of_pytest(subtests: Any) -> None:
    """A declared exception ends a subtest as if there were none."""
    with followed() as (seen, begun):
        with subtests.test("declared"):
            raise Declared("a")
        with subtests.test("well"):
            pass
    assert (len(begun), [repr(one) for one in seen.left]) == (2, ["Declared('a')"])

"""The marks of all tests are read before any runs: which tests are checked, and what they ask for."""

from __future__ import annotations

import pytest

TESTS = """
import pytest

def test_bare(): pass

@pytest.mark.cio_contract
def test_marked(): pass

@pytest.mark.cio_errors("500-server-error")
def test_errors(): pass

@pytest.mark.cio_allow("outcome", reason="x")
def test_fixture(cio): pass
"""


def test_which_tests_are_checked(planned) -> None:
    """Tests with a mark or fixture of ours are checked; with the option all tests are."""
    for everywhere, expected in (False, (False, True, True, True, True)), (True, (True,) * 5):
        run, items = planned(TESTS, everywhere=everywhere)
        plans = [run.planning.plans[item.nodeid] for item in items]
        assert tuple(plan.checked for plan in plans) == expected
        assert [plan.case for plan in plans] == [
            None,
            None,
            "500-server-error-recovers",
            "500-server-error-persists",
            None,
        ]
        assert [plan.keep for plan in plans] == [False, False, True, True, True]
        assert [len(plan.allow) for plan in plans] == [0, 0, 0, 0, 1]
        assert run.planning.wanted


def test_a_mark_that_pytest_cannot_run_per_case(planned) -> None:
    """A mark in pytest.param is refused, because items are made before pytest reads it."""
    tests = 'import pytest\n@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.cio_errors)])\ndef test_x(n): pass'
    with pytest.raises(pytest.UsageError, match="cio_errors: only what is marked in its source runs once per case"):
        planned(tests)


MADE_UP = """
from hypothesis import given, strategies

@given(strategies.integers())
def test_made_up(number): pass

def test_bare(): pass
"""


def test_what_hypothesis_makes_up(planned) -> None:
    """What such a test sends is no example of what the application sends."""
    run, items = planned(MADE_UP)
    assert [run.planning.plans[item.nodeid].made_up for item in items] == [True, False]

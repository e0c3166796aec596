"""Which allowances nothing needed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pytest_customerio.core.allowances import Allowance
from pytest_customerio.running.allowances import NEEDED, UNKNOWN, UNNEEDED, UNNEEDED_HERE, Allowances, states
from pytest_customerio.running.planning.plan import Plan

OWN, SHARED, INI = "t.py::a[429]: cio_allow('outcome')", "t.py: cio_allow('jitter')", "ini cio_allow: jitter: x"
ALLOW = tuple(Allowance(given[-10:], None, "x", given=given) for given in (OWN, SHARED))


def checked(*needed: str, checked: bool = True) -> Any:
    """A test with an allowance of its own and one that it shares; it needed these."""
    plan = Plan("t.py::a[429]", checked, ALLOW, function="t.py::a")
    return SimpleNamespace(plan=plan, record=SimpleNamespace(needed=set(needed)))


@pytest.mark.parametrize(
    ("test", "when", "ended", "said"),
    [
        (checked(), "call", True, {OWN: UNNEEDED, SHARED: UNNEEDED_HERE}),
        (checked(OWN, INI), "call", True, {OWN: NEEDED, SHARED: UNNEEDED_HERE, INI: NEEDED}),
        (checked(OWN), "call", False, {OWN: NEEDED, SHARED: UNKNOWN}),
        (checked(), "setup", False, {OWN: UNKNOWN, SHARED: UNKNOWN}),
        (checked(), "setup", True, {}),
        (checked(OWN), "teardown", True, {OWN: NEEDED}),
        (checked(checked=False), "call", True, {}),
    ],
)
def test_what_a_test_says(test: Any, when: str, *, ended: bool, said: dict[str, str]) -> None:
    """After its call phase a test knows what it needed; one that failed by itself, or in setup, knows less."""
    assert states(test, when, ended=ended) == said


def collected(*said: dict[str, str]) -> Allowances:
    """What these tests say."""
    found = Allowances()
    for one in said:
        found.add(one)
    return found


@pytest.mark.parametrize("other", [NEEDED, UNKNOWN])
def test_one_test_that_may_have_needed_it_is_enough(other: str) -> None:
    """A mark on several tests is unneeded only if each of them says so, in whatever order they say it."""
    assert collected({SHARED: UNNEEDED_HERE}, {SHARED: other}).unneeded([], narrowed=False) == []
    assert collected({SHARED: other}, {SHARED: UNNEEDED_HERE}).unneeded([], narrowed=False) == []


def test_what_nothing_needed() -> None:
    """In a run that leaves tests out, nothing is said of a mark on several items."""
    found = collected({SHARED: UNNEEDED_HERE, OWN: UNNEEDED}, {SHARED: UNNEEDED_HERE})
    assert found.unneeded([], narrowed=False) == [
        f"allowed, but not needed: {SHARED}",
        f"allowed, but not needed: {OWN}",
    ]
    assert found.unneeded([], narrowed=True) == [f"allowed, but not needed: {OWN}"]


def test_lines_of_the_ini() -> None:
    """A line of the ini is unneeded if no test says that it needed it."""
    found = collected({INI: NEEDED})
    assert found.unneeded([" jitter: x "], narrowed=False) == []
    assert found.unneeded(["jitter $.x: y"], narrowed=False) == [
        "allowed, but not needed: ini cio_allow: jitter $.x: y"
    ]

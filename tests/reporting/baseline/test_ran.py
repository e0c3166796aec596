"""Which tests came to their end, and so could have drawn an entry."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.reporting.baseline.entries import Entry
from pytest_customerio.reporting.baseline.ran import Ran

HERE = ("t.py", "other.py")


def ran(collected: dict[str, int], *ended: str, failed: tuple[str, ...] = (), **more: Any) -> Ran:
    """A run in which these functions were collected, with their items, and these items `t.py::a[1]` ended or failed."""
    found = Ran(HERE.__contains__, Counter(collected), **more)
    for item in (*ended, *failed):
        found.note(item, item.partition("[")[0], ended=item not in failed)
    return found


def entry(*tests: str) -> Entry:
    """An entry that these tests drew."""
    return Entry(Fingerprint("crm.py::buy", "track.event", "rule"), tests)


ONE, TWO = {"t.py::a": 1}, {"t.py::a": 2}
BOTH = {"t.py::a": 1, "t.py::b": 1}


@pytest.mark.parametrize(
    ("run", "tests", "expected"),
    [
        (ran(ONE, "t.py::a"), ["t.py::a"], True),
        (ran(TWO, "t.py::a[1]", "t.py::a[2]"), ["t.py::a"], True),
        (ran(TWO, "t.py::a[1]"), ["t.py::a"], False),
        (ran(TWO, "t.py::a[1]", failed=("t.py::a[2]",)), ["t.py::a"], False),
        (ran(ONE), ["t.py::a"], False),
        (ran(ONE, "t.py::a", exact=False), ["t.py::a"], False),
        (ran(BOTH, "t.py::a"), ["t.py::a", "t.py::b"], False),
        (ran(BOTH, "t.py::a", "t.py::b"), ["t.py::a", "t.py::b"], True),
        (ran(ONE, "t.py::a"), ["t.py::gone"], True),
        (ran(ONE, "t.py::a", files=False), ["t.py::gone"], False),
        (ran(ONE, "t.py::a"), ["other.py::b"], False),
        (ran(ONE, "t.py::a", whole=True), ["other.py::b"], True),
        (ran(ONE, "t.py::a", files=False), ["gone.py::b"], True),
        (ran({}), ["t.py::a"], False),
        (ran(ONE, "t.py::a"), ["t.py::a", "…"], True),
        (ran(ONE, "t.py::a", narrowed=True), ["t.py::a", "…"], False),
        (ran(BOTH, "t.py::a"), ["t.py::a", "…"], False),
        (ran(ONE, "t.py::a"), [], True),
        (ran(ONE, "t.py::a", narrowed=True), [], False),
        (ran({}), [], False),
    ],
)
def test_which_run_can_tell(run: Ran, tests: list[str], *, expected: bool) -> None:
    """All items of each test came to their end, or the test is gone. Of tests that are not named, all have to run."""
    assert run.can_tell(entry(*tests)) is expected


def test_the_last_run_of_an_item_counts() -> None:
    """An item that failed may pass when it is run again."""
    found = ran(ONE, failed=("t.py::a",))
    found.note("t.py::a", "t.py::a", ended=True)
    assert found.can_tell(entry("t.py::a"))

"""What a run changes in a baseline."""

from __future__ import annotations

from collections import Counter

import pytest

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.reporting.baseline.entries import Entry
from pytest_customerio.reporting.baseline.ran import Ran
from pytest_customerio.reporting.baseline.update import Draw, updated

AT = Fingerprint("crm.py::buy", "track.event", "event-name-missing", "$.name")
MOVED = AT._replace(at="crm.py::purchase")


def run(*ended: str, collected: tuple[str, ...] = ()) -> Ran:
    """A run of these tests, each with one item, in which these ended."""
    found = Ran(lambda _: True, Counter({*ended, *collected}))
    for test in ended:
        found.note(test, test, ended=True)
    return found


def draw(*tests: str, fails: bool = True) -> Draw:
    """A violation that these tests drew."""
    return Draw(fails, set(tests))


def after(entry: Entry | None, drawn: dict[Fingerprint, Draw], ran: Ran) -> list[Entry]:
    """The entries after a run."""
    return list(updated({entry.fingerprint: entry} if entry else {}, drawn, ran).entries.values())


OLD = Entry(AT, ("t.py::a",), "the importer goes in May")


@pytest.mark.parametrize(
    ("entry", "drawn", "ran", "expected"),
    [
        (None, {AT: draw("t.py::b", "t.py::a")}, run("t.py::a", "t.py::b"), [Entry(AT, ("t.py::a", "t.py::b"))]),
        (None, {AT: draw("t.py::a", fails=False)}, run("t.py::a"), []),
        (OLD, {AT: draw("t.py::a", fails=False)}, run("t.py::a"), [OLD]),
        (OLD, {}, run("t.py::a"), []),
        (OLD, {}, run(collected=("t.py::a",)), [OLD]),
        (OLD, {}, run("t.py::b", collected=("t.py::a",)), [OLD]),
        (OLD, {AT: draw("t.py::b")}, run("t.py::a", "t.py::b"), [OLD._replace(tests=("t.py::b",))]),
        (
            OLD,
            {AT: draw("t.py::b")},
            run("t.py::b", collected=("t.py::a",)),
            [OLD._replace(tests=("t.py::a", "t.py::b"))],
        ),
        (OLD, {MOVED: draw("t.py::a")}, run("t.py::a"), [OLD._replace(fingerprint=MOVED)]),
        (
            OLD,
            {MOVED: draw("t.py::b")},
            run("t.py::b", collected=("t.py::a",)),
            [OLD, Entry(MOVED, ("t.py::b",))],
        ),
        (
            OLD._replace(tests=("t.py::a", "…")),
            {AT: draw("t.py::a")},
            run("t.py::a", collected=("t.py::b",)),
            [OLD._replace(tests=("t.py::a", "…"))],
        ),
        (OLD._replace(tests=("t.py::a", "…")), {AT: draw("t.py::a")}, run("t.py::a"), [OLD]),
    ],
    ids=[
        "new",
        "a new warning",
        "a known warning",
        "mended",
        "not run",
        "another test was run",
        "another test draws it",
        "another test draws it too",
        "renamed",
        "renamed perhaps",
        "many tests, some were run",
        "many tests once, one now",
    ],
)
def test_what_an_update_leaves(
    entry: Entry | None, drawn: dict[Fingerprint, Draw], ran: Ran, expected: list[Entry]
) -> None:
    """New violations are added, mended ones dropped; what a run cannot tell stays, and so does a reason."""
    assert after(entry, drawn, ran) == expected


def test_two_reasons_are_not_mixed_up() -> None:
    """Where two functions were renamed, nobody knows which is which."""
    other = OLD._replace(fingerprint=AT._replace(at="crm.py::sell"), reason="another")
    found = updated({AT: OLD, other.fingerprint: other}, {MOVED: draw("t.py::a")}, run("t.py::a"))
    assert (list(found.entries.values()), found.dropped) == ([Entry(MOVED, ("t.py::a",))], (OLD, other))
    assert found.added == (Entry(MOVED, ("t.py::a",)),)

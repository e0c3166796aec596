"""Tables, facts, counts, and what is cut."""

from __future__ import annotations

from pytest_customerio.reporting.sentences import layout


def test_cells_are_cut_at_80_characters() -> None:
    """A long value is cut, and a line break in a value becomes a space."""
    lines = layout.table(("a", "b"), [("x" * 200, "line\nbreak")])
    assert lines == ["  " + "a".ljust(80) + "   b", "  " + "x" * 79 + "…   line break"]


def test_facts_are_aligned_and_wrapped() -> None:
    """A long value takes several lines, an empty value none."""
    assert layout.facts([("a", "word " * 30), ("none", ""), ("longer", "x")]) == [
        "a       " + " ".join(["word"] * 19),
        "        " + " ".join(["word"] * 11),
        "longer  x",
    ]


def test_counts() -> None:
    """One attempt, two attempts; nothing where there are no more."""
    assert [layout.counted(number, "attempt") for number in (1, 2)] == ["1 attempt", "2 attempts"]
    assert [layout.and_more(0), layout.and_more(2), layout.and_more(2, full=True)] == [
        "",
        " (and 2 more)",
        " (and over 2 more)",
    ]

"""How texts are laid out: tables, facts with aligned names, counts, and what is cut."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

WIDTH = 80
# Facts are wrapped at this width; an address or a mark to paste is never broken.
FACT_WIDTH = 96


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of an aligned table, cells cut at 80 characters."""
    cells = [list(head), *([cut(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return [
        "  " + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    ]


def facts(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Lines of aligned `name  value`; a long value takes several lines, an empty value none."""
    known = [(name, value) for name, value in pairs if value]
    margin = max(len(name) for name, _ in known) + 2
    lines = []
    for name, value in known:
        first, *rest = textwrap.wrap(value, FACT_WIDTH, break_long_words=False, break_on_hyphens=False)
        lines += [name.ljust(margin) + first, *(" " * margin + text for text in rest)]
    return lines


def counted(number: int, noun: str) -> str:
    """`1 attempt`, `2 attempts`."""
    return f"{number} {noun}" + ("" if number == 1 else "s")


def and_more(number: int, *, full: bool = False) -> str:
    """` (and 2 more)`; nothing where there are no more."""
    return f" (and {'over ' if full else ''}{number} more)" if number > 0 else ""


def cut(text: str, limit: int = WIDTH) -> str:
    """The text in one line, cut at a length."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"

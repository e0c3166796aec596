"""A page as a list of blocks, and its two forms: text of 100 columns for a terminal, and Markdown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part; `level` 1 is that of the page."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with one or more values each."""

    pairs: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text that is shown unchanged, such as code or an answer."""

    text: str
    language: str = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells with a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Facts | Prose | Code | Table


def facts(*pairs: tuple[str, str | Iterable[str]]) -> Facts:
    """Facts from texts and lists of texts; empty texts are left out."""
    listed = [(name, (value,) if isinstance(value, str) else tuple(value)) for name, value in pairs]
    filled = [(name, tuple(value for value in values if value)) for name, values in listed]
    return Facts(tuple((name, values) for name, values in filled if values))


def as_text(blocks: Iterable[Block]) -> str:
    """The blocks as text for a terminal. Blocks below a part's heading are indented; addresses are never broken."""
    parts: list[list[str]] = []
    indent = ""
    for block in blocks:
        if isinstance(block, Heading):
            indent = "" if block.level == 1 else "  "
            parts.append(_wrapped(block.text, indent if block.level > 2 else ""))
        else:
            parts.append([f"{indent}{line}".rstrip() for line in _text(block, WIDTH - len(indent))])
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def markdown(blocks: Iterable[Block], level: int = 0) -> str:
    """The blocks as Markdown; `level` is added to that of each heading."""
    parts = ["\n".join(_markdown(block, level)) for block in blocks]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table whose columns are aligned."""
    cells = [head, *rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _text(block: Facts | Prose | Code | Table, width: int) -> Iterator[str]:
    if isinstance(block, Prose):
        yield from _wrapped(block.text, "", width)
    elif isinstance(block, Code):
        for line in block.text.splitlines():
            yield from [line] if len(line) <= width else _wrapped(line, "", width, _depth(line))
    elif isinstance(block, Table):
        yield from table(block.head, block.rows)
    else:
        margin = max((len(name) for name, _ in block.pairs), default=0) + 2
        for name, values in block.pairs:
            hang = "  " if len(values) > 1 else ""
            lines = [line for value in values for line in _wrapped(value, "", width - margin, hang)]
            yield from (f"{label:<{margin}}{line}" for label, line in zip(_once(name), lines, strict=False))


def _markdown(block: Block, level: int) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * (block.level + level)} {escaped(block.text)}"
    elif isinstance(block, Prose):
        yield escaped(block.text)
    elif isinstance(block, Code):
        yield from (f"```{block.language}", *block.text.splitlines(), "```")
    elif isinstance(block, Table):
        rows = [block.head, tuple("---" for _ in block.head), *block.rows]
        yield from ("| " + " | ".join(escaped(cell) for cell in row) + " |" for row in rows)
    else:
        for name, values in block.pairs:
            if len(values) == 1:
                yield f"- **{name}**: {escaped(values[0])}"
            else:
                yield f"- **{name}**:"
                yield from (f"  - {escaped(value)}" for value in values)


def escaped(text: str) -> str:
    """The text with the signs escaped that Markdown would interpret; an address becomes a link."""
    if re.fullmatch(r"https?://\S+", text):
        return f"<{text}>"
    return re.sub(r"([\\*<`|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))", r"\\\1", text)


def _wrapped(text: str, indent: str, width: int = WIDTH, hang: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent + hang,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _depth(line: str) -> str:
    """The indentation for the rest of a line of code that is folded."""
    return " " * (len(line) - len(line.lstrip()) + 4)


def _once(name: str) -> Iterator[str]:
    yield name
    while True:
        yield ""

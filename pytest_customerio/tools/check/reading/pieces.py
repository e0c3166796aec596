"""Cuts files into pieces that are judged by themselves, so that no large file is held in memory as a whole."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Literal

# How a file is read: line by line, element by element of one list, as one document, by vcrpy's shape, or not at all.
Kind = Literal["lines", "list", "document", "cassette", "nothing"]
# The size of a piece of lines. A longer line makes a longer piece.
BLOCK = 1 << 20
CASSETTES = (".yaml", ".yml")
LINES = (".ndjson", ".jsonl")
PACKED = ".gz"
BOM, UTF_16 = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")
_INTERACTIONS = re.compile(rb"""^(?:\xef\xbb\xbf)?(["']?)interactions\1\s*:""", re.MULTILINE)


# What reading a file raises: ValueError for a name that holds a NUL, the others for a packed file that is broken.
BROKEN_FILES = (OSError, EOFError, ValueError, zlib.error)


class UnreadableError(Exception):
    """A file, or the rest of one, cannot be read. The text says why; `line` is where, if that is known."""

    def __init__(self, cause: str, line: int | None = None) -> None:
        super().__init__(cause)
        self.line = line


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file. `name` is the file as it is shown, `path` where it is read.

    `data` are whole lines, from the line with the number `first`; pieces of other kinds stand for a whole file. `size`
    is the number of bytes of the file that it stands for, `at` where these begin, if they can be read there again.
    """

    name: str
    kind: Kind
    path: Path
    data: bytes = b""
    first: int = 1
    size: int = 0
    at: int | None = None

    def sent(self) -> Piece:
        """What another process needs to judge the piece: no data where it can read them itself."""
        return self if self.at is None else replace(self, data=b"")

    def lines(self) -> bytes:
        """The data, read again where they were not sent. Raises `OSError`."""
        if self.data or self.at is None:
            return self.data
        with self.path.open("rb") as file:
            file.seek(self.at)
            return file.read(self.size)


def pieces(name: str, path: Path) -> Iterator[Piece]:
    """The pieces of one file. Raises `UnreadableError`, also after some pieces."""
    try:
        with opened(path) as stream:
            head = beginning(stream)
            kind = kind_of(path, head)
            if kind == "lines":
                yield from blocks(name, path, head, stream, at_path=path.suffix.lower() != PACKED)
            else:
                yield Piece(name, kind, path, size=path.stat().st_size)
    except BROKEN_FILES as error:
        raise UnreadableError(reason(error)) from None


def beginning(stream: BinaryIO) -> bytes:
    """The first bytes of a file: of one that begins with an object the whole first line, and some of what follows."""
    head = stream.read(BLOCK)
    if head.removeprefix(BOM).lstrip()[:1] == b"{" and b"\n" not in head:
        head += stream.readline() + stream.read(BLOCK)
    return head


def reason(error: Exception) -> str:
    """Why a file could not be read."""
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked if its name ends with `.gz`. Raises `OSError`."""
    with path.open("rb") as raw:
        if path.suffix.lower() == PACKED:
            with gzip.GzipFile(fileobj=raw) as unpacked:
                yield unpacked  # type: ignore[misc, unused-ignore]
        else:
            yield raw


def blocks(name: str, path: Path, head: bytes, stream: BinaryIO, *, at_path: bool = False) -> Iterator[Piece]:
    """Whole lines, about a megabyte at a time. `head` is what was read of the stream already.

    `at_path` says that the file at this path holds these very bytes.
    """
    first, at = 1, 0
    while head:
        data = head if head.endswith(b"\n") else head + stream.readline()
        now = position(stream, at + len(data))
        yield Piece(name, "lines", path, data, first, now - at, at if at_path else None)
        first, at = first + data.count(b"\n"), now
        head = stream.read(BLOCK)


def position(stream: BinaryIO, read: int) -> int:
    """How many bytes of the file itself were read: of a packed one fewer than came out of it."""
    raw = getattr(stream, "fileobj", None)
    return int(raw.tell()) if raw is not None else read


def kind_of(path: Path, head: bytes) -> Kind:
    """How a file is read that begins like this. Raises `UnreadableError`."""
    if head.startswith(UTF_16) or json.detect_encoding(head[:4]) not in ("utf-8", "utf-8-sig"):
        raise UnreadableError("UTF-16; save it as UTF-8")
    if not head.strip():
        return "nothing"
    suffix = suffix_of(path)
    if suffix in CASSETTES or (suffix == "" and _INTERACTIONS.search(head)):
        return "cassette" if _INTERACTIONS.search(head) else "nothing"
    if suffix in LINES:
        return "lines"
    return _kind_of_json(head.removeprefix(BOM).lstrip())


def suffix_of(path: Path) -> str:
    """The suffix of a file's name in lower case, without that of its packing."""
    name = path.name.lower()
    return Path(name.removesuffix(PACKED)).suffix


def _kind_of_json(text: bytes) -> Kind:
    """By the first two lines: each line of NDJSON is a value by itself, while a document goes on over many lines."""
    first, _, rest = text.partition(b"\n")
    second = rest.lstrip().partition(b"\n")[0]
    value = _value(first)
    if value is not None and second:
        return "lines"
    if first.startswith(b"["):
        return "list"
    if first.startswith(b"{") and not (second.startswith(b"{") and _value(second) is not None):
        return "document"
    return "lines"


def _value(text: bytes) -> object:
    """The object or list in the text; None where it is none, or goes on."""
    try:
        value = json.loads(text) if text[:1] in (b"{", b"[") else None
    except (ValueError, RecursionError):
        return None
    return value

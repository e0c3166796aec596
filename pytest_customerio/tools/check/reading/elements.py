"""Reads the elements of one JSON list one after the other, however long the list is."""

from __future__ import annotations

import json
import re
from codecs import getincrementaldecoder
from collections.abc import Iterator
from typing import BinaryIO

from pytest_customerio.core.payload import LARGEST
from pytest_customerio.tools.check.reading.pieces import BLOCK, UnreadableError

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def elements(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The line on which each element begins, and its bytes. Raises `UnreadableError` where the list breaks off.

    It is raised too where the list is no JSON, or where more follows it: that is not read.
    """
    text = _Text(stream)
    text.skip("[")
    more = text.next_sign() != "]"
    while more:
        if not text.next_sign():
            raise UnreadableError("the list breaks off", text.line)
        if text.next_sign() == "]":
            raise UnreadableError("a comma stands before the end of the list", text.line)
        yield text.line, text.element().encode("utf-8", "surrogateescape")
        more = text.next_sign() != "]"
        if more and text.next_sign():
            text.skip(",")
    text.skip("]")
    if text.next_sign():
        raise UnreadableError("something follows the list; it is not read", text.line)


class _Text:
    """The text of a stream, of which only what is needed is in memory."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._decode = stream, getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._buffer, self._at, self._ended = "", 0, False
        self.line = 1

    def next_sign(self) -> str:
        """The next sign that is not blank; empty at the end."""
        while True:
            self._go_to(_BLANK.match(self._buffer, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._buffer) or not self._more():
                return self._buffer[self._at : self._at + 1]

    def skip(self, sign: str) -> None:
        """Go past a sign."""
        if self.next_sign() != sign:
            raise UnreadableError(f"not JSON: no {sign}", self.line)
        self._go_to(self._at + 1)

    def element(self) -> str:
        """The text of the value that begins here."""
        while True:
            start = self._at
            try:
                end = _DECODER.raw_decode(self._buffer, start)[1]
                if end == len(self._buffer) and self._more():
                    continue  # a number may go on in what was not read yet
                return self._taken(self._at + end - start)
            except (ValueError, RecursionError) as error:
                too_long = len(self._buffer) - self._at > LARGEST
                if isinstance(error, RecursionError) or too_long or not self._more():
                    raise UnreadableError(
                        "an element of the list is not JSON; what follows it is not read", self.line
                    ) from None

    def _taken(self, end: int) -> str:
        found = self._buffer[self._at : end]
        self._go_to(end)
        return found

    def _go_to(self, end: int) -> None:
        self.line += self._buffer.count("\n", self._at, end)
        self._at = end

    def _more(self) -> bool:
        """Read on; what was used is dropped. False at the end."""
        self._buffer = self._buffer[self._at :]
        self._at = 0
        more = b"" if self._ended else self._stream.read(max(BLOCK, len(self._buffer)))
        self._ended = not more
        self._buffer += self._decode(more, final=self._ended)
        return not self._ended

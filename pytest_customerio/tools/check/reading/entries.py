"""Reads the entries of one piece: JSON values that are requests or payloads, or recorded requests."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from pytest_customerio.core.model import Interaction
from pytest_customerio.core.payload import Payload, decode
from pytest_customerio.tools.check.reading.elements import elements
from pytest_customerio.tools.check.reading.exported import is_har, of_cassette, of_har
from pytest_customerio.tools.check.reading.pieces import PACKED, Piece, UnreadableError, opened
from pytest_customerio.tools.check.tally import Place

Json = Any
# An entry and its place, which is only worked out where it is shown.
Entry = tuple[Payload | Interaction, Callable[[], Place]]
# Stands for an entry of a HAR file that cannot be read.
_NO_REQUEST = Payload(problem="an entry without the method and url of a request")
# How vcrpy and the plugin begin an interaction in YAML.
_INTERACTION = re.compile(r"^ *- (?:request:|\{)", re.MULTILINE)


def of(piece: Piece) -> Iterator[Entry]:
    """The entries of a piece. Raises `UnreadableError` and `DataError`, also after some entries."""
    return _READERS[piece.kind](piece)


def _of_lines(piece: Piece) -> Iterator[Entry]:
    read, name = _reader(), piece.name
    for number, raw in enumerate(piece.lines().split(b"\n"), piece.first):
        if raw and not raw.isspace():
            yield read(raw), partial(Place, name, number)


def _of_list(piece: Piece) -> Iterator[Entry]:
    with opened(piece.path) as stream:
        for line, raw in elements(stream):
            yield decode({}, raw), partial(Place, piece.name, line)


def _of_document(piece: Piece) -> Iterator[Entry]:
    with opened(piece.path) as stream:
        payload = decode({}, stream.read())
    if payload.kind != "json":
        raise _no_json(payload)
    if is_har(payload.value):
        for number, request in enumerate(of_har(payload.value), 1):
            yield request or _NO_REQUEST, partial(Place, piece.name, None, number)
    elif _is_cassette(payload.value):
        yield from _of_cassette(piece)
    else:
        yield payload, partial(Place, piece.name, 1)


def _of_cassette(piece: Piece) -> Iterator[Entry]:
    from pytest_customerio.cassettes.document import Document
    from pytest_customerio.cassettes.exchanges import exchanges

    if piece.path.suffix.lower() == PACKED:
        raise UnreadableError("a packed cassette cannot be read; unpack it")
    found = exchanges(Document(piece.path))
    line_of = cache(partial(_lines_of, piece, len(found)))
    for index, exchange in enumerate(found):
        yield of_cassette(exchange.request), partial(_in_cassette, piece.name, line_of, index)


def _in_cassette(name: str, lines: Callable[[], list[int]], index: int) -> Place:
    return Place(name, lines()[index], None) if lines() else Place(name, None, index + 1)


def _lines_of(piece: Piece, count: int) -> list[int]:
    """The line on which each interaction of a cassette begins; none where that cannot be seen in the text."""
    with opened(piece.path) as stream:
        text = stream.read().decode("utf-8", "replace")
    lines = [text.count("\n", 0, one.start()) + 1 for one in _INTERACTION.finditer(text)]
    return lines if len(lines) == count else []


def _is_cassette(document: Json) -> bool:
    found = document.get("interactions") if isinstance(document, dict) else None
    first = found[0] if isinstance(found, list) and found else None
    return isinstance(first, dict) and {"request", "response"} <= set(first)


def _no_json(payload: Payload) -> UnreadableError:
    try:
        json.loads(payload.value)
    except json.JSONDecodeError as error:
        return UnreadableError(f"not JSON: {error.msg}", error.lineno)
    except (ValueError, RecursionError, TypeError):
        pass
    return UnreadableError(payload.problem or "the file is empty")


def _of_nothing(piece: Piece) -> Iterator[Entry]:
    return iter(())


@cache
def _reader() -> Callable[[bytes], Payload]:
    """What reads one line: orjson where it is installed, which takes a third of the time, else the decoder itself."""
    try:
        import orjson
    except ModuleNotFoundError:
        return partial(decode, {})

    def read(raw: bytes) -> Payload:
        try:
            return Payload("json", orjson.loads(raw), len(raw))
        except ValueError:  # the decoder says why, and reads what orjson does not: NaN, lone surrogates
            return decode({}, raw)

    return read


_READERS: dict[str, Callable[[Piece], Iterator[Entry]]] = {
    "lines": _of_lines,
    "list": _of_list,
    "document": _of_document,
    "cassette": _of_cassette,
    "nothing": _of_nothing,
}

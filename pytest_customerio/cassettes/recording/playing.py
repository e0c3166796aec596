"""The recorded interactions of one test: found by what a request says, played in order, with the test's own values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from json import loads
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zlib import crc32

from pytest_customerio.cassettes.document import Document, load
from pytest_customerio.cassettes.recording.fakes import Names, sub
from pytest_customerio.cassettes.recording.scrub import Scrubber, compact
from pytest_customerio.cassettes.writer import line
from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.model import Answer, WireRequest

# Where a recorded response says how its request is found; vcrpy passes over it.
MARK = "match"
_HEAD = "interactions:\n"
_BEFORE, _BETWEEN = '- {"request": ', ', "response": '
_VERSION = "version: 1\n"


@dataclass(slots=True)
class Entry:
    """One recorded interaction: how its request is found, and the fakes in it, in order."""

    key: str
    names: tuple[str, ...]
    response: Mapping[str, Any]


@dataclass(slots=True)
class _Pool:
    """Entries that answer the same request, in recorded order."""

    entries: list[int] = field(default_factory=list)
    at: int = 0

    def next(self, played: set[int]) -> int:
        """The first that was not played; after the last one that again."""
        while self.at < len(self.entries) - 1 and self.entries[self.at] in played:
            self.at += 1
        return self.entries[self.at]


class Reel:
    """Plays one file. Raises `DataError` where it cannot be used."""

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self._catalog = catalog
        self._entries = _entries(path, catalog)
        self._pools: dict[str, _Pool] = {}
        self._named: dict[tuple[str, tuple[str, ...]], _Pool] = {}
        for index, entry in enumerate(self._entries):
            self._pools.setdefault(entry.key, _Pool()).entries.append(index)
            self._named.setdefault((entry.key, entry.names), _Pool()).entries.append(index)
        self._played: set[int] = set()
        self._fakes: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def answer(self, request: WireRequest) -> Answer | None:
        """What was recorded for a request like this; None where nothing was."""
        key, values = identity(request, self._catalog)
        pool = self._pools.get(key)
        if pool is None:
            return None
        known = tuple(self._fakes.get(value, "") for value in values)
        index = self._named.get((key, known), pool).next(self._played)
        self._played.add(index)
        entry = self._entries[index]
        for value, fake in zip(values, entry.names, strict=False):
            self._fakes.setdefault(value, fake)
            self._real[fake] = value
        return self._revived(entry)

    def _revived(self, entry: Entry) -> Answer:
        """The answer, with the values of the request in the place of their fakes."""
        response = entry.response
        headers = [
            (name, sub(value, lambda fake: quote(self._real.get(fake, fake), safe="@+")))
            for name, value in _pairs(response)
        ]
        text = str(response["body"].get("string") or "")
        try:
            body = compact(self._with_real(loads(text)), text.encode()).decode() if self._real else text
        except (ValueError, RecursionError):
            body = sub(text, self._real_of)
        status = response["status"]
        return Answer(status["code"], str(status.get("message") or ""), tuple(headers), body.encode("utf-8", "replace"))

    def _with_real(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {sub(key, self._real_of): self._with_real(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._with_real(one) for one in value]
        if type(value) is int:
            real = self._real.get(str(value), "")
            return int(real) if real.lstrip("-").isdecimal() else value
        return sub(value, self._real_of) if isinstance(value, str) else value

    def _real_of(self, fake: str) -> str:
        return self._real.get(fake, fake)


def identity(request: WireRequest, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """What two requests share that say the same of other people at another time; and the values that they differ in."""
    names = Names()
    plain = Scrubber(catalog, names).request(request)
    text = f"{plain.method} {plain.url}\n{plain.body.decode()}"
    return _digest(text), tuple(names.values)


def mark(request: Mapping[str, Any], key: str, names: tuple[str, ...]) -> dict[str, Any]:
    """What is written beside a recorded request, so that a thousand of them need not be read to find one."""
    return {"key": key, "names": list(names), "of": crc32(line(request).encode())}


def _entries(path: Path, catalog: Catalog) -> list[Entry]:
    """As we write them, a line each; in any other form through YAML, which tells what is wrong."""
    try:
        head, found, lines = path.read_text(encoding="utf-8").partition(_HEAD)
        if found and _VERSION in head:
            entries = [_quickly(one) for one in lines.splitlines() if one]
            if entries:
                return entries
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    return [_entry(one["request"], one["response"], catalog) for one in _interactions(path)]


def _quickly(text: str) -> Entry:
    """One line of ours; any error where it is none, or was changed."""
    request, _, rest = text.partition(_BETWEEN)
    response = loads(rest[:-1])
    told = response[MARK]
    if not request.startswith(_BEFORE) or told["of"] != crc32(request[len(_BEFORE) :].encode()) or "fault" in response:
        raise ValueError(text)
    texts = (response["status"]["message"], response["body"]["string"])
    headers = [one for values in response["headers"].values() for one in values]
    if type(response["status"]["code"]) is not int or not all(isinstance(one, str) for one in (*texts, *headers)):
        raise ValueError(text)
    return Entry(str(told["key"]), tuple(told["names"]), response)


def _entry(request: Mapping[str, Any], response: Mapping[str, Any], catalog: Catalog) -> Entry:
    """An interaction of any cassette: what its request says is worked out here."""
    body = request["body"]
    raw = body.encode() if isinstance(body, str) else body or b""
    key, names = identity(WireRequest(request["method"], request["uri"], {}, raw), catalog)
    return Entry(key, names, response)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _interactions(path: Path) -> list[Any]:
    document = Document(path, load)
    version = document.data.get("version")
    if version != 1:
        raise document.error(f"version {version!r} of cassettes is not known; accepted: 1", "version")
    entries = document.data["interactions"]
    for index, one in enumerate(entries):
        if one["response"].get("fault"):
            raise document.error("a recording of a test holds no fault", "interactions", index, "response", "fault")
    return list(entries)


def _pairs(response: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in response["headers"].items():
        yield from ((name, value) for value in ([values] if isinstance(values, str) else values))

"""Scrubs JSON values: each text and number stays or gets a fake, decided by its form and by the name of its member."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from pytest_customerio.cassettes.recording import allowlist, sentences
from pytest_customerio.cassettes.recording.fakes import Namer, is_fake
from pytest_customerio.cassettes.recording.positions import LISTED, Position

EMAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_PHONE = re.compile(r"\+\(?\d[\d ().-]{5,}\d")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]{4,20}(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_URL = re.compile(r"https?://\S+")
_SHAPES = (("email", EMAIL), ("uuid", _UUID), ("ulid", _ULID), ("date", _DATE), ("moment", _MOMENT), ("url", _URL))
_SECONDS_AS_TEXT = re.compile(r"[1-9]\d{8,12}", re.ASCII)
_POINTER = re.compile(r"[\w$/]+(?:[./]\w+|\[\d+\])*")
# The number of an item in the path of a member: `batch[3].name` or `/batch/3/name`.
_INDEX = re.compile(r"\[\d{1,3}\]|(?<=batch)[./]\d{1,3}(?![^./])", re.ASCII)
_SHORTEST = 3
_HARMLESS = 10_000
# Times as numbers: seconds since 1973, or milliseconds until 5138.
_EARLIEST, _LATEST = 1e8, 1e14


class Values:
    """Scrubs values. Values in `known` stay; `url` scrubs an address of Customer.io's and gives None for any other."""

    def __init__(self, namer: Namer, known: Collection[str], url: Callable[[str], str | None]) -> None:
        self._namer = namer
        self._words, self._names = allowlist.vocabulary()
        self._known = frozenset(known)
        self._url = url
        self._seen: set[str] = set()
        self._originals: dict[str, str] = {}

    def whole(self, value: Any, position: Position, events: Collection[str] = ()) -> Any:
        """A whole body. `position` is its root; `events` are the members there that hold names of events."""
        self._seen.update(_keys(value))
        return self._value(value, "", position, frozenset(events))

    def text(self, value: str, key: str, position: Position = LISTED) -> str:
        """A text that is the value of a member of this name."""
        kind = position.kind
        if value in self._known or not value:
            return value
        if kind != "own" and self._harmless(value, key):
            return value
        if kind in ("prose", "pointer"):
            return value if kind == "pointer" and self._points(value) else self._prose(value)
        may_be_time = kind == "time" or (kind == "listed" and _names_time(key))
        return self._namer.time(value) if may_be_time and _is_time(value) else self._replaced(value, key)

    def _harmless(self, value: str, key: str) -> bool:
        short = len(value) < _SHORTEST and value.isdigit() and not allowlist.IDS.search(key)
        return short or value in self._words

    def _replaced(self, value: str, key: str) -> str:
        found = EMAIL.findall(value) if key in allowlist.ADDRESSES else ()
        if found and not EMAIL.fullmatch(value):
            return ", ".join(self.named("email", one) for one in found)
        if value.startswith("cio_") and value != "cio_":
            return "cio_" + self.named("id", value[4:])
        address = self._url(value) if _URL.fullmatch(value) and not is_fake(value) else None
        return self.named(_kind(value, key), value) if address is None else address

    def key(self, key: str, *, of_files: bool = False) -> str:
        """The name of a member; a name that is data, such as that of a file, gets a fake."""
        listed = key in self._names or key in self._words or key in self._known
        harmless = key in self._known if of_files else listed or allowlist.MEMBER_NAME.fullmatch(key)
        return key if harmless and not is_fake(key) else self.named("email" if EMAIL.fullmatch(key) else "key", key)

    def named(self, kind: str, value: str) -> str:
        """The fake of a value. It is remembered, since a sentence in the answer may repeat the value."""
        name = self._namer.name(kind, value)
        if len(value) >= _SHORTEST and name != value:
            self._originals[value] = name
        return name

    def _value(self, value: Any, key: str, position: Position, events: frozenset[str]) -> Any:
        if isinstance(value, dict):
            named = events | {"name"} if value.get("action") == "event" and position.kind != "own" else events
            of_files = key in allowlist.OF_FILES
            return {
                self.key(k, of_files=of_files): self._member(v, k, position.member(k), named) for k, v in value.items()
            }
        if isinstance(value, list):
            inner = position.item()
            return [self._value(one, key, inner, events) for one in value]
        if isinstance(value, str):
            return self.text(value, key, position)
        return self._number(value, key, position) if type(value) in (int, float) else value

    def _member(self, value: Any, key: str, position: Position, events: frozenset[str]) -> Any:
        named = key in events and isinstance(value, str) and position.kind != "own"
        if named and allowlist.EVENT_NAME.fullmatch(value):
            return value
        return self._value(value, key, position, events if key == "batch" else frozenset())

    def _number(self, value: float, key: str, position: Position) -> Any:
        text, kind = str(value), position.kind
        if text in self._known or not math.isfinite(value):
            return value
        if kind != "own":
            is_id = bool(allowlist.IDS.search(key))
            if abs(value) < _HARMLESS and not (is_id and value) and len(text.partition(".")[2]) <= 2:
                return value
            if (kind == "time" or _names_time(key)) and _EARLIEST <= value < _LATEST:
                time = self._namer.time(text)
                return value if time == text else time
        half = value == value // 1 + 0.5  # the fake of a number with a fraction ends in .5, by which it is known again
        name = self.named("digits", str(int(value)) if half or value == value // 1 else text)
        if not name.isdigit():
            return f"{name}#"  # when requests are compared, a number is not the same as the text of it
        return int(name) if type(value) is int else int(name) + 0.5

    def _prose(self, value: str) -> str:
        """A sentence of Customer.io's: its words that no recorded answer contains are replaced."""
        for original in sorted(self._originals, key=len, reverse=True):
            if original.casefold() in value.casefold():
                name = self._originals[original]
                pattern = rf"(?<!\w){re.escape(original)}(?!\w)"
                value = re.sub(pattern, lambda _: name, value, flags=re.IGNORECASE)  # noqa: B023 - called at once
        value = EMAIL.sub(lambda match: self.named("email", match[0]), value)
        return sentences.WORD.sub(lambda match: self._word(match[0]), value)

    def _word(self, value: str) -> str:
        known = value in self._known or value in self._words or self._is_member(value)
        if known or value.casefold() in sentences.words():
            return value
        return self.named(_kind(value, "id"), value)

    def _points(self, value: str) -> bool:
        parts = [part for part in re.split(r"[./]", _INDEX.sub("", value)) if part]
        return _POINTER.fullmatch(value) is not None and all(self._is_member(part) for part in parts)

    def _is_member(self, part: str) -> bool:
        return part in self._names or (part in self._seen and allowlist.MEMBER_NAME.fullmatch(part) is not None)


def _kind(value: str, key: str) -> str:
    if value.isascii() and value.isdigit():
        return "digits"
    found = next((kind for kind, pattern in _SHAPES if pattern.fullmatch(value)), "")
    if not found and (_PHONE.fullmatch(value) or (allowlist.PHONES.search(key) and re.search(r"\d{5}", value))):
        return "phone"
    return found or ("id" if allowlist.IDS.search(key) and " " not in value else "text")


def _names_time(key: str) -> bool:
    return allowlist.TIMES.search(key) is not None and not allowlist.BIRTH.search(key)


def _is_time(value: str) -> bool:
    return any(pattern.fullmatch(value) for pattern in (_MOMENT, _DATE, _SECONDS_AS_TEXT))


def _keys(value: Any) -> Iterator[str]:
    """The names of all members but those of files."""
    if isinstance(value, dict):
        yield from value
        value = [inner for name, inner in value.items() if name not in allowlist.OF_FILES]
    for one in value if isinstance(value, list) else ():
        yield from _keys(one)

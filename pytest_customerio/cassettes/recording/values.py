"""Scrubs JSON values: each text and number stays or gets a fake, decided by its form and by the name of its member."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from pytest_customerio.cassettes.recording import allowlist
from pytest_customerio.cassettes.recording.fakes import Namer, is_fake

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
# What a sentence may repeat of a payload that was not seen: long numbers, and words of letters and digits.
_TOKEN = re.compile(r"(?<![\w@.+-])(?=[\w-]*\d[\w-]*\d)[\w-]{10,}(?![\w@])|(?<![\w.+-])\d{7,}(?!\w)")
_SHORTEST = 3
_HARMLESS = 10_000
# A whole number of seconds within these (2017 to 2033) is taken for a time, whatever its member is called.
_SECONDS = (1_500_000_000, 2_000_000_000)


class Values:
    """Scrubs values. Values in `known` stay; `url` scrubs an address of Customer.io's and gives None for any other."""

    def __init__(self, namer: Namer, known: Collection[str], url: Callable[[str], str | None]) -> None:
        self._namer = namer
        self._words, self._names = allowlist.vocabulary()
        self._known = frozenset(known)
        self._url = url
        self._seen: set[str] = set()
        self._originals: dict[str, str] = {}

    def whole(self, value: Any, events: Collection[str] = (), *, prose: bool = False) -> Any:
        """A whole body. `events` are the members that hold names of events; `prose` says that it is an answer."""
        self._seen.update(_keys(value))
        return self._value(value, "", frozenset(events), prose=prose)

    def text(self, value: str, key: str, *, prose: bool = False) -> str:
        """A text that is the value of a member of this name."""
        if self._harmless(value, key) or (prose and key in allowlist.POINTERS and self._points(value)):
            return value
        if allowlist.TIMES.search(key) and not allowlist.BIRTH.search(key) and _is_time(value):
            return self._namer.time(value)
        if prose and key in allowlist.PROSE and " " in value:
            return self._prose(value)
        return self._replaced(value, key)

    def _harmless(self, value: str, key: str) -> bool:
        short = len(value) < _SHORTEST and value.isdigit() and not allowlist.IDS.search(key)
        return short or value in self._known or value in self._words

    def _replaced(self, value: str, key: str) -> str:
        found = EMAIL.findall(value) if key in allowlist.ADDRESSES else ()
        if found and not EMAIL.fullmatch(value):
            return ", ".join(self.named("email", one) for one in found)
        if value.startswith("cio_") and value != "cio_":
            return "cio_" + self.named("id", value[4:])
        address = self._url(value) if _URL.fullmatch(value) and not is_fake(value) else None
        return self.named(_kind(value, key), value) if address is None else address

    def key(self, key: str) -> str:
        """The name of a member; a name that is data gets a fake."""
        listed = key in self._names or key in self._words or key in self._known
        harmless = listed or allowlist.MEMBER_NAME.fullmatch(key)
        return key if harmless and not is_fake(key) else self.named("email" if EMAIL.fullmatch(key) else "key", key)

    def named(self, kind: str, value: str) -> str:
        """The fake of a value. It is remembered, since a sentence in the answer may repeat the value."""
        name = self._namer.name(kind, value)
        if len(value) >= _SHORTEST and name != value:
            self._originals[value] = name
        return name

    def _value(self, value: Any, key: str, events: frozenset[str], *, prose: bool) -> Any:
        if isinstance(value, dict):
            named = events | {"name"} if value.get("action") == "event" else events
            return {self.key(k): self._member(v, k, named, prose=prose) for k, v in value.items()}
        if isinstance(value, list):
            return [self._value(one, key, events, prose=prose) for one in value]
        if isinstance(value, str):
            return self.text(value, key, prose=prose)
        return self._number(value, key) if type(value) in (int, float) else value

    def _member(self, value: Any, key: str, events: frozenset[str], *, prose: bool) -> Any:
        if key in events and isinstance(value, str) and allowlist.EVENT_NAME.fullmatch(value):
            return value
        return self._value(value, key, events if key == "batch" else frozenset(), prose=prose)

    def _number(self, value: float, key: str) -> Any:
        text, is_id = str(value), bool(allowlist.IDS.search(key))
        if text in self._known or not math.isfinite(value):
            return value
        if abs(value) < _HARMLESS and not (is_id and value) and len(text.partition(".")[2]) <= 2:
            return value
        seconds = _SECONDS[0] <= value < _SECONDS[1] and not (is_id or allowlist.PHONES.search(key))
        if seconds or (allowlist.TIMES.search(key) and 1e8 <= value < 1e14):
            time = self._namer.time(text)
            return value if time == text else time
        half = value == value // 1 + 0.5  # the fake of a number with a fraction ends in .5, by which it is known again
        name = self.named("digits", str(int(value)) if half or value == value // 1 else text)
        if not name.isdigit():
            return f"{name}#"  # when requests are compared, a number is not the same as the text of it
        return int(name) if type(value) is int else int(name) + 0.5

    def _prose(self, value: str) -> str:
        """A sentence of Customer.io's, without the values that it repeats."""
        for original in sorted(self._originals, key=len, reverse=True):
            if original.casefold() in value.casefold():
                name = self._originals[original]
                pattern = rf"(?<!\w){re.escape(original)}(?!\w)"
                value = re.sub(pattern, lambda _: name, value, flags=re.IGNORECASE)  # noqa: B023 - called at once
        value = EMAIL.sub(lambda match: self.named("email", match[0]), value)
        return _TOKEN.sub(lambda match: self._token(match[0]), value)

    def _token(self, value: str) -> str:
        return value if value in self._known or value in self._names else self.named(_kind(value, "id"), value)

    def _points(self, value: str) -> bool:
        parts = [part for part in re.split(r"[./\[\]]", value) if part and not part.isdigit()]
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


def _is_time(value: str) -> bool:
    return any(pattern.fullmatch(value) for pattern in (_MOMENT, _DATE, _SECONDS_AS_TEXT))


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _keys(one)

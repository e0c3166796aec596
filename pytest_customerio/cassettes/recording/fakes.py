"""The fakes that take the place of personal values in a recording: the same value gets the same fake."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import unquote

# The form of each kind of fake. No real value has such a form by chance, so a fake can be recognised.
FORMS: Mapping[str, str] = {
    "id": "id-{}",
    "text": "text-{}",
    "key": "key-{}",
    "email": "person-{}@example.com",
    "phone": "+1202555{:04d}",
    "digits": "900000000{:06d}",
    "uuid": "00000000-0000-4000-8000-{:012d}",
    "ulid": "000000000000000000{:08d}",
    "date": "{:04d}-01-01",
    "moment": "1900-01-01T00:00:00.{:06d}Z",
    "url": "https://example.com/page-{}",
}
_PATTERNS: Mapping[str, str] = {
    "id": r"id-(\d+)",
    "text": r"text-(\d+)",
    "key": r"key-(\d+)",
    "email": r"person-(\d+)@example\.com",
    "phone": r"\+1202555(\d{4,})",
    "digits": r"900000000(\d{6,9})",
    "uuid": r"00000000-0000-4000-8000-(\d{12})",
    "ulid": r"000000000000000000(\d{8})",
    "date": r"(0\d{3})-01-01",
    "moment": r"1900-01-01T00:00:00\.(\d{6})Z",
    "url": r"https://example\.com/page-(\d+)",
}
_FAKE = re.compile("|".join(f"(?:{pattern})" for pattern in _PATTERNS.values()))
_ANYWHERE = re.compile("|".join(rf"(?<![\w.+-]){pattern}(?!\w)" for pattern in _PATTERNS.values()))


class Namer(Protocol):
    """Names the values that must not be shown."""

    def name(self, kind: str, value: str) -> str:
        """The name that takes the place of this value."""

    def time(self, value: str) -> str:
        """What takes the place of a time."""


def sub(text: str, instead: Callable[[str], str]) -> str:
    """The text with each fake in it replaced by what `instead` gives for it."""
    return _ANYWHERE.sub(lambda match: instead(match[0]), text)


def is_fake(value: str) -> bool:
    """Whether this value is a fake."""
    return _FAKE.fullmatch(value) is not None


class Fakes:
    """The fakes of one recording.

    A value that looks like a fake stays as it is, because it comes from a recording. Without `trusting` it is replaced
    like any other value, unless it is a fake of these: an application may have such a value.
    """

    def __init__(self, *, trusting: bool = True) -> None:
        self.known: dict[str, str] = {}
        self._trusting = trusting
        self._count: Counter[str] = Counter()
        self._given: set[str] = set()

    def name(self, kind: str, value: str) -> str:
        """The fake of a value, the same each time, whatever the kind; a fake stays as it is."""
        if is_fake(value) and (self._trusting or value in self._given):
            return value
        if value not in self.known:
            self._count[kind] += 1
            self.known[value] = FORMS[kind].format(self._count[kind])
            self._given.add(self.known[value])
        return self.known[value]

    def time(self, value: str) -> str:
        """A time stays as it is."""
        return value

    def reserve(self, text: str) -> None:
        """Give none of the fakes that this text contains to another value."""
        for match in _ANYWHERE.finditer(unquote(text)):
            number = next(int(one) for one in match.groups() if one)
            for kind, pattern in _PATTERNS.items():
                if re.fullmatch(pattern, match[0]):
                    self._count[kind] = max(self._count[kind], number)

    def forget(self, value: str) -> None:
        """Take back the fake of this value, so that the next value of its kind gets it."""
        fake = self.known.pop(value, "")
        for kind, form in FORMS.items():
            if form.format(self._count[kind]) == fake:
                self._count[kind] -= 1


class Names:
    """Names for comparing two requests: a personal value is named by the order of its first appearance, and all times
    alike.

    Two requests that differ only in such values get the same names, as a request and its recording do.
    """

    def __init__(self) -> None:
        self.values: list[str] = []
        self._known: dict[str, str] = {}

    def name(self, kind: str, value: str) -> str:
        """`~1` for the first value, `~2` for the second one, whatever its kind."""
        if value not in self._known:
            self.values.append(value)
            self._known[value] = f"~{len(self.values)}"
        return self._known[value]

    def time(self, value: str) -> str:
        """All times have one name."""
        return "~"

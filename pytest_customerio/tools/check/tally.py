"""What was judged and what is wrong with it, counted by cause: memory is bounded, however much is judged."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pytest_customerio.core.model import Severity, Violation
from pytest_customerio.core.operation import Operation
from pytest_customerio.core.redact import cut
from pytest_customerio.reporting.sentences import causes

T = TypeVar("T")
# The most places that are listed for one cause, and the most causes.
PLACES = 20
CAUSES = 1000
# The most characters that stand for one that cannot be printed, such as `\\U000e0001`.
_ESCAPED = 10


def printable(name: str) -> str:
    """The name of a file as one row of text: its control characters, and bytes that are no text, are escaped."""
    return cut(name, len(name) * _ESCAPED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry is: in this line of the file, or the entry with this number where lines are not known."""

    name: str
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        name = printable(self.name)
        if self.line:
            return f"{name}:{self.line}"
        return f"{name}, entry {self.entry}" if self.entry else name


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What cannot be read, and why."""

    place: Place
    reason: str


@dataclass(slots=True)
class Noted(Generic[T]):
    """How often something was seen, and the first ones."""

    count: int = 0
    first: list[T] = field(default_factory=list)

    def note(self, one: T) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < PLACES:
            self.first.append(one)

    def add(self, other: Noted[T]) -> None:
        """Those of a later piece."""
        self.count += other.count
        self.first += other.first[: PLACES - len(self.first)]


@dataclass(slots=True)
class Cause:
    """One violation, and all entries that have it. `request` is method and URL, where they are known."""

    operation: str
    violation: Violation
    docs: str
    request: str
    places: Noted[Place] = field(default_factory=Noted)


@dataclass(slots=True)
class Tally:
    """What was looked at and found.

    `judged` are payloads and requests, in `files`; `elsewhere` are requests to other hosts, `loaded`
    those of a browser by itself. `unknown` are entries whose
    operation is not known, by file. `bodyless` are requests whose body is not in the file, `packed` those whose body
    cannot be unpacked. `corrupt` are lines and files that cannot be read, `empty` files that hold nothing of
    Customer.io; `overlooked` says that one of these was named itself. `dropped` are violations of causes that are not
    listed because there are too many. `severities` and `allowed` count violations, by severity and by rule.
    """

    judged: int = 0
    elsewhere: int = 0
    loaded: int = 0
    files: set[str] = field(default_factory=set)
    empty: dict[str, None] = field(default_factory=dict)
    overlooked: bool = False
    unknown: dict[str, Noted[Place]] = field(default_factory=dict)
    bodyless: Noted[Place] = field(default_factory=Noted)
    packed: Noted[Place] = field(default_factory=Noted)
    corrupt: Noted[Unreadable] = field(default_factory=Noted)
    causes: dict[str, Cause] = field(default_factory=dict)
    severities: dict[str, int] = field(default_factory=dict)
    allowed: dict[str, int] = field(default_factory=dict)
    dropped: int = 0

    @property
    def has_nothing(self) -> bool:
        """Whether there was no entry at all."""
        return not (self.judged or self.elsewhere or self.loaded or self.unknown or self.corrupt.count)

    def note_unknown(self, place: Place) -> None:
        """An entry whose operation is not known."""
        self.unknown.setdefault(place.name, Noted()).note(place)

    def settle(self, named: Collection[str]) -> None:
        """All is counted. A file in which nothing is known has nothing of Customer.io, unless it was named itself."""
        for name in [one for one in self.unknown if one not in self.files and one not in named]:
            del self.unknown[name]
            self.empty[name] = None
        self.overlooked = any(name in named for name in self.empty)

    def note_corrupt(self, reason: str, place: Place) -> None:
        """A line or a file that cannot be read."""
        self.corrupt.note(Unreadable(place, reason))

    def note(self, operation: Operation | None, surface: str, one: Violation, request: str, place: Place) -> None:
        """A violation of one entry."""
        self.severities[one.severity] = self.severities.get(one.severity, 0) + 1
        name = operation.id if operation else surface
        key = f"{one.severity} {causes.of_contract(name, one)}"
        cause = self._cause(key, Cause(name, one, operation.docs if operation else "", request))
        if cause is not None:
            cause.places.note(place)

    def add(self, other: Tally) -> None:
        """What was looked at and found in a later piece."""
        self.judged += other.judged
        self.elsewhere += other.elsewhere
        self.loaded += other.loaded
        self.dropped += other.dropped
        self.files |= other.files
        self.empty |= other.empty
        for name in ("corrupt", "bodyless", "packed"):
            getattr(self, name).add(getattr(other, name))
        for file, unknown in other.unknown.items():
            self.unknown.setdefault(file, Noted()).add(unknown)
        for counted, more in ((self.severities, other.severities), (self.allowed, other.allowed)):
            for word, number in more.items():
                counted[word] = counted.get(word, 0) + number
        self._add_causes(other)

    def of(self, *severities: Severity) -> list[Cause]:
        """The causes of these severities, in the order of the severities, then in that in which they were found."""
        found = [one for one in self.causes.values() if one.violation.severity in severities]
        return sorted(found, key=lambda one: severities.index(one.violation.severity))

    @property
    def all_unknown(self) -> Noted[Place]:
        """The entries whose operation is not known, of all files."""
        found: Noted[Place] = Noted()
        for one in self.unknown.values():
            found.add(one)
        return found

    def _add_causes(self, other: Tally) -> None:
        for key, cause in other.causes.items():
            known = self._cause(key, Cause(cause.operation, cause.violation, cause.docs, cause.request))
            if known is None:
                self.dropped += cause.places.count - 1  # `_cause` has counted one
            else:
                known.places.add(cause.places)

    def _cause(self, key: str, new: Cause) -> Cause | None:
        """The cause with this key; None, and counted, where there are too many."""
        if key not in self.causes and len(self.causes) >= CAUSES:
            self.dropped += 1
            return None
        return self.causes.setdefault(key, new)

"""The calls of known mocks in one test, in order; bounded, however many there are."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pytest_customerio.clients.mocks.notes.arguments import Arguments, shape
from pytest_customerio.clients.mocks.notes.refusals import Refusal, chain, subject_of
from pytest_customerio.clients.mocks.originals.roles import Role

# Calls of one method at one call site that are kept whatever they hold; after these, one of each shape.
EACH = 100
# Shapes told apart, and calls kept, in one test; what is beyond is counted as not judged.
SHAPES = 400
MOST = 5000


class Note(NamedTuple):
    """One call of a mock or a fake that stands for `role`, with its arguments as they were.

    `instance` is the real instance or how the application built it; None where that is not known. `at` is the unix
    time of the call. `fake` tells a function or class that was written by hand from a mock.
    """

    role: Role
    given: Arguments
    sent_from: str | None
    at: float
    instance: Any = None
    fake: bool = False

    @property
    def through(self) -> str:
        """Through what the call was heard."""
        return double_of(self.role.label, fake=self.fake)


@dataclass(slots=True)
class _Place:
    """The calls of one method at one call site."""

    noted: int = 0
    shapes: set[Any] = field(default_factory=set)


class Notes:
    """What the mocks of one test were called with, what an SDK refused, and what could not be noted.

    `replaying` tells whether an error case is at work. `calls` are those that were heard, `unjudged` those that are not
    judged, by reason; `not_sent` those that the real thing refuses. `answered` are the requests that the real thing
    would have sent, by mock, `unknown` the calls of which nobody can know what they would have sent. `without_keys` are
    calls whose credentials are not judged, because they are not known, or not set in this run. `places` are the first
    call sites, by reason. `built` is the SDK's class of which an instance was made, `used` its method that ended and
    sent nothing; `refused` says that an SDK raised, `past_fakes` that the
    real thing was called in the place of a fake, which then has noted nothing.
    """

    def __init__(self, replaying: Callable[[], bool] = bool) -> None:
        self.replaying = replaying
        self.calls = 0
        self.not_sent = 0
        self.built = ""
        self.used = ""
        self.refused = False
        self.past_fakes = False
        self.answered: Counter[str] = Counter()
        self.unknown: Counter[str] = Counter()
        self.unjudged: Counter[str] = Counter()
        self.places: dict[str, str] = {}
        self.without_keys = 0
        self._fakes: dict[str, tuple[str, str | None, str]] = {}
        self._notes: list[Note] = []
        self._refusals: list[Refusal] = []
        self._places: dict[tuple[str, str | None], _Place] = {}
        self._lock = threading.Lock()

    def wants(self, label: str, sent_from: str | None, given: Any, *, sends: bool = True) -> bool:
        """Whether a call is to be kept; one like those that are kept already is only counted, if it `sends`."""
        with self._lock:
            self.calls += sends
            place = self._places.get((label, sent_from))
            if place is None:
                place = self._places[label, sent_from] = _Place()
            if place.noted < EACH:
                place.noted += 1
                return True
        seen = shape(given)
        with self._lock:
            if seen in place.shapes:
                return False
            if len(place.shapes) >= SHAPES or len(self._notes) >= MOST:
                self._skip("too many different calls", sent_from)
                return False
            place.shapes.add(seen)
            return True

    def add(self, note: Note) -> None:
        """Keep one call."""
        with self._lock:
            self._notes.append(note)
        self.hear(note.role.label)

    def hear(self, label: str) -> None:
        """A call was heard: so are the calls of a fake that stands for its class."""
        with self._lock:
            for one in [one for one in self._fakes if label.startswith(f"{one}.")]:
                del self._fakes[one]

    def drop(self, note: Note) -> None:
        """A call that was heard otherwise: the mock called the real thing."""
        with self._lock:
            self.calls -= 1
            self._notes = [one for one in self._notes if one is not note]

    def refuse(self, refusal: Refusal) -> None:
        """An SDK's method raised before anything was sent."""
        self.refused = True
        with self._lock:
            if len(self._refusals) < MOST and not any(one.error is refusal.error for one in self._refusals[-5:]):
                self._refusals.append(refusal)

    def recover(self, label: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A call was sent: one of the same subject that was refused before is lost no more."""
        if not self._refusals:
            return
        with self._lock:
            if any(one.label == label for one in self._refusals):
                now = subject_of(args, kwargs)
                self._refusals = [one for one in self._refusals if (one.label, one.subject) != (label, now)]

    def declare(self, error: BaseException) -> None:
        """The test expected this exception: what it was made from is no loss."""
        with self._lock:
            if self._refusals:
                known = {id(one) for one in chain(error)}
                self._refusals = [one for one in self._refusals if id(one.error) not in known]

    def skip(self, why: str, sent_from: str | None = None) -> None:
        """A call that cannot be judged."""
        with self._lock:
            self._skip(why, sent_from)

    def _skip(self, why: str, sent_from: str | None) -> None:
        self.unjudged[why] += 1
        if sent_from is not None:
            self.places.setdefault(why, sent_from)

    def await_calls(self, role: Role, why: str, mock: str, sent_from: str | None) -> None:
        """A fake stands for this, and none of its calls was heard yet."""
        with self._lock:
            self._fakes[role.label] = (why, sent_from, mock)

    def in_the_way(self) -> list[str]:
        """The mocks that took calls which the real thing would have sent, or that cannot be known."""
        return list(dict.fromkeys([*self.answered, *self.unknown]))

    def counts(self) -> dict[str, Any]:
        """How many calls were heard, and those that are not judged, by reason, as values that xdist can send.

        `places` is the first call site of each reason.
        """
        return {
            "calls": self.calls,
            "unjudged": dict(self.unjudged),
            "places": dict(self.places),
            "without_keys": self.without_keys,
        }

    @property
    def idle(self) -> str:
        """The SDK's method or class that was used although nothing was sent; nothing where an SDK raised."""
        return "" if self.refused else self.used or self.built

    def take(self) -> tuple[list[Note], list[Refusal]]:
        """What was noted since the last time."""
        with self._lock:
            for why, sent_from, mock in self._fakes.values():
                self._skip(why, sent_from)
                self.unknown[mock] += 1
            self._fakes.clear()
            notes, self._notes = self._notes, []
            refusals, self._refusals = self._refusals, []
        return notes, refusals


def double_of(label: str, *, fake: bool) -> str:
    """How the report names what stands for a class, a method or a function."""
    return f"{'fake' if fake else 'mock'} of {label}"

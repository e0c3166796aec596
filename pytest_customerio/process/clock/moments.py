"""A moment of virtual time, from which the standard library counts how much of a timeout is left."""

from __future__ import annotations

from typing import Self


class Moment(float):
    """The value of `time.monotonic()` and of what was jumped over (`shift`), in seconds.

    `Queue.get(timeout)` computes the end of its wait once, and compares it with the time again and again. A wait may
    begin in virtual time and go on in real time, or the other way round: the difference to a real moment leaves out
    what was jumped over, so that nobody waits longer than the timeout.
    """

    __slots__ = ("shift",)
    shift: float

    def __new__(cls, real: float, shift: float) -> Self:
        """Make a moment from real seconds and from those that were jumped over."""
        made = super().__new__(cls, real + shift)
        made.shift = shift
        return made

    def __add__(self, seconds: float) -> Moment:
        """The moment so many seconds later."""
        return Moment(float(self) - self.shift + seconds, self.shift)

    def __sub__(self, other: float) -> float:
        """The seconds since another moment."""
        return float(self) - float(other) - (0.0 if isinstance(other, Moment) else self.shift)

    def __rsub__(self, other: float) -> float:
        """The seconds from here to a real moment."""
        return float(other) - (float(self) - self.shift)

"""Ask again what was recorded, one request after the other, and note what has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.drift.changes import changes, too_old
from pytest_customerio.tools.drift.recorded import Recording

# Sends the request of a recording to the target, with the target's own address and credentials. Raises
# `CannotAskError`, and `SkipError` where this one cannot be asked there.
Send = Callable[[Recording], Answer]


class SkipError(Exception):
    """The target can be asked, but not for this; its text says why."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One recording, and what has changed since; `skipped` says why nobody could ask."""

    recording: Recording
    violations: tuple[Violation, ...]
    skipped: str = ""

    @property
    def drifted(self) -> bool:
        """Whether anything is different that an application may have read."""
        return any(one.severity != "info" for one in self.violations)


def ask(
    recordings: Iterable[Recording], send: Send, kept: Iterable[str] = (), oldest: tuple[date, int] | None = None
) -> Iterator[Asked]:
    """Each recording, asked again in recorded order; `oldest` is today and how many days a recording is good for."""
    names = tuple(kept)
    for recording in recordings:
        found, skipped = too_old(recording.provenance.date, *oldest) if oldest else [], ""
        try:
            found += changes(recording.answer, send(recording), names)
        except SkipError as error:
            skipped = str(error)
        yield Asked(recording, tuple(found), skipped)

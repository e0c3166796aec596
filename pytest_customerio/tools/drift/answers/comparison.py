"""Compares each recorded answer with the answer that the same request draws now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from pytest_customerio.core.model import Answer, Violation
from pytest_customerio.tools.drift.answers.changes import changes, too_old
from pytest_customerio.tools.drift.answers.recordings import Recording

# Sends the request of a recording to the target, with the target's own address and credentials. Raises `SkipError`
# where this target cannot give the answer, and `UnreachableError`.
Send = Callable[[Recording], Answer]


class SkipError(Exception):
    """The target cannot be asked for this recording; others may follow. The text says why."""


@dataclass(frozen=True, slots=True)
class AnswerDrift:
    """One recording, and what has changed since. `skipped` says why it was not asked again; empty where it was.

    `circular` says that the recording and the new answer are both of a sandbox: it proves nothing about Customer.io
    that they are the same.
    """

    recording: Recording
    violations: tuple[Violation, ...]
    skipped: str = ""
    circular: bool = False

    @property
    def drifted(self) -> bool:
        """Whether anything has changed that an application may have read."""
        return any(one.severity != "info" for one in self.violations)


def compare_answers(
    recordings: Iterable[Recording], send: Send, headers: Iterable[str] = (), oldest: tuple[date, int] | None = None
) -> Iterator[AnswerDrift]:
    """Send the requests in recorded order, and compare the answers.

    `headers` are the names of the headers that recordings contain; `oldest` is today and the greatest age in days.
    """
    names = tuple(headers)
    for recording in recordings:
        found, skipped = too_old(recording.provenance.date, *oldest) if oldest else [], ""
        try:
            found += changes(recording.answer, send(recording), names)
        except SkipError as error:
            skipped = str(error)
        yield AnswerDrift(recording, tuple(found), skipped)

"""Sends the requests of recordings to a target again."""

from __future__ import annotations

from pathlib import Path

from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.model import Answer
from pytest_customerio.tools.drift.answers.comparison import SkipError
from pytest_customerio.tools.drift.answers.recordings import Recording
from pytest_customerio.tools.repeating import obstacle, prepare, repeat
from pytest_customerio.tools.target import Target


class Sender:
    """Sends the requests of one cassette after the other. Resets the target before each cassette, as recording does."""

    def __init__(self, target: Target, catalog: Catalog) -> None:
        self._target = target
        self._catalog = catalog
        self._path = Path()

    def send(self, recording: Recording) -> Answer:
        """The target's answer. Raises `SkipError` where it cannot give this one, and `UnreachableError`."""
        reason = "" if recording.recorded else obstacle(recording.case, recording.family)
        if reason := reason or self._target.missing(recording.operation):
            raise SkipError(reason)
        if recording.path != self._path:
            self._path = recording.path
            prepare(self._target, self._catalog, recording.case)
        return repeat(recording.request, self._target, recording.operation, _key_case(recording))


def _key_case(recording: Recording) -> str:
    """The case that decides which key is sent. A test that was answered 401 had sent no key, or a wrong one."""
    if recording.answer.status == 401 and not recording.case.startswith("401-"):
        return "401-unauthorized"
    return recording.case

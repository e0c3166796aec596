"""Which test has a recording, and the playing of it. `tools/record` makes recordings with the same interface."""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pytest_customerio.contract.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, WireRequest

if TYPE_CHECKING:
    from pytest_customerio.cassettes.recording.answers import RecordedAnswers

_UNSAFE = re.compile(r"[^\w.\[\]-]+")
_LONGEST = 120  # bytes of a name; most file systems accept 255


class RecordingError(Exception):
    """A recording that can be neither made nor played; its text says which, and why."""


class Recording(Protocol):
    """The recording of one test, played or made. `written` is the test and the number of answers, once it was made."""

    written: tuple[str, int] | None

    def answer(self, request: WireRequest) -> Answer | None:
        """The answer to a request; None where the recording has none. Raises `RecordingError`."""

    def save(self, *, passed: bool) -> None:
        """End the recording, because the test is over. Raises `RecordingError`."""


class Recordings(Protocol):
    """The recordings of a run."""

    def opened(self) -> AbstractContextManager[object]:
        """A context in which tests run; it opens what recording or playing needs."""

    def plays(self, nodeid: str) -> bool:
        """Whether the recording of this test would be played."""

    def of(self, nodeid: str) -> Recording | None:
        """The recording of this test, which begins now; None where there is none."""


class PlayedRecordings:
    """The recordings of a project that were made before, one file for each test, below `folder`."""

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._exists = folder.is_dir()
        if self._exists:  # what plays them is loaded now, while no mock of a test is active
            from pytest_customerio.cassettes.recording import answers  # noqa: F401

    def opened(self) -> AbstractContextManager[object]:
        """A context that opens nothing, because playing reads files only."""
        return nullcontext()

    def plays(self, nodeid: str) -> bool:
        """Whether there is a file of this test."""
        return self._exists and path_of(self._folder, nodeid).is_file()

    def of(self, nodeid: str) -> PlayedRecording | None:
        """The recording of this test; None where there is no file."""
        return PlayedRecording(path_of(self._folder, nodeid), self._catalog) if self.plays(nodeid) else None


class PlayedRecording:
    """The recording of one test, read when its first request is sent. Safe between threads."""

    written: tuple[str, int] | None = None

    def __init__(self, path: Path, catalog: Catalog) -> None:
        self._path = path
        self._catalog = catalog
        self._lock = threading.Lock()
        self._answers: RecordedAnswers | None = None

    def answer(self, request: WireRequest) -> Answer | None:
        """What was recorded for this request; None where nothing was. Raises `RecordingError`."""
        from pytest_customerio.cassettes.recording.answers import RecordedAnswers

        with self._lock:
            try:
                self._answers = self._answers or RecordedAnswers(self._path, self._catalog)
            except DataError as error:
                cure = "\n\n  what to do   mend it, or record it anew: pytest --cio-record"
                raise RecordingError(f"{error}{cure}") from None
            return self._answers.answer(request)

    def save(self, *, passed: bool) -> None:
        """Change nothing: a recording that is played stays as it is."""


def path_of(folder: Path, nodeid: str) -> Path:
    """Where the recording of a test is: `cassettes/recorded/tests/test_app/TestX.test_y[us].yaml`."""
    module, _, name = nodeid.partition("::")
    name = re.sub(r"(?<=[\w\]])@[^\]\[:]*$", "", name)  # pytest-xdist appends the group: `test_x@group`
    parts = [_safe(part, part) for part in Path(module).with_suffix("").parts if part not in ("..", "/", "\\")]
    test, bracket, values = name.partition("[")
    return folder.joinpath(*parts, f"{_safe(test.replace('::', '.') + bracket + values, name)}.yaml")


def _safe(name: str, given: str) -> str:
    """The name as every file system accepts it. Two different names stay different, whatever the case of letters is.

    In `given` only the names of classes may have capitals without a checksum: no two of them differ in case alone.
    """
    found = _UNSAFE.sub("-", name).encode()[:_LONGEST].decode("utf-8", "ignore")
    own = re.split(r"::(?=[^\[\]]*(?:\[|$))", given)[-1]
    if found == name and own == own.casefold():
        return found
    return f"{found}-{hashlib.sha256(given.encode('utf-8', 'replace')).hexdigest()[:8]}"

"""Which test has a recording, and the playing of it. `tools/record` makes recordings with the same interface."""

from __future__ import annotations

import hashlib
import re
import stat
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pytest_customerio.cassettes.folders import is_recording_of_test
from pytest_customerio.contract.catalog.catalog import Catalog
from pytest_customerio.core.data import DataError
from pytest_customerio.core.model import Answer, WireRequest

if TYPE_CHECKING:
    from pytest_customerio.cassettes.recording.answers import RecordedAnswers

_UNSAFE = re.compile(r"[^\w.\[\]-]+")
_LONGEST = 120  # bytes of a name; most file systems accept 255


class RecordingError(Exception):
    """A recording that can be neither made nor played; its text says which, and why."""


class Comparison(NamedTuple):
    """How what a test sent differs from its recording, whether the file was edited, and whether its form is older."""

    path: str
    drift: tuple[str, ...] = ()
    is_edited: bool = False
    is_older: bool = False


class Recording(Protocol):
    """The recording of one test, played or made.

    `written` is the test and the number of answers, once it was made; `compared` is how what the test sent differs from
    it, once it was played.
    """

    written: tuple[str, int] | None
    compared: Comparison | None

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
    """The recordings of a project that were made before, one file for each test, below `folder`.

    Those of former releases lie in the folder above it. They are played where there is no newer one.
    """

    def __init__(self, folder: Path, catalog: Catalog) -> None:
        self._folder = folder
        self._catalog = catalog
        self._exists = _may_be(stat.S_ISDIR, folder.parent)
        if _may_be(stat.S_ISDIR, folder):  # what plays them is loaded now, while no mock of a test is active
            from pytest_customerio.cassettes.recording import answers  # noqa: F401

    def opened(self) -> AbstractContextManager[object]:
        """A context that opens nothing, because playing reads files only."""
        return nullcontext()

    def plays(self, nodeid: str) -> bool:
        """Whether there is a file of this test."""
        return self._exists and self._path(nodeid) is not None

    def of(self, nodeid: str) -> PlayedRecording | None:
        """The recording of this test; None where there is no file."""
        path = self._path(nodeid) if self._exists else None
        root = self._folder.parent.parent
        return PlayedRecording(path, self._catalog, str(path.relative_to(root))) if path is not None else None

    def _path(self, nodeid: str) -> Path | None:
        path, former = path_of(self._folder, nodeid), former_path_of(self._folder.parent, nodeid)
        if _may_be(stat.S_ISREG, path):
            return path
        return former if _may_be(stat.S_ISREG, former) and is_recording_of_test(former) else None


class PlayedRecording:
    """The recording of one test, read when its first request is sent, or else when it ends. Safe between threads.

    `name` is its path as it is shown.
    """

    written: tuple[str, int] | None = None

    def __init__(self, path: Path, catalog: Catalog, name: str = "") -> None:
        self.compared: Comparison | None = None
        self._path = path
        self._catalog = catalog
        self._name = name or str(path)
        self._lock = threading.Lock()
        self._answers: RecordedAnswers | None = None

    def answer(self, request: WireRequest) -> Answer | None:
        """What was recorded for this request; None where nothing was. Raises `RecordingError`."""
        with self._lock:
            try:
                return self._opened().answer(request)
            except DataError as error:
                cure = "\n\n  what to do   mend it, or record it anew: pytest --cio-record"
                raise RecordingError(f"{error}{cure}") from None

    def save(self, *, passed: bool) -> None:
        """Compare what was sent with the recording, which stays as it is. A test that failed may not have sent all."""
        if not passed:
            return
        with self._lock:
            try:
                answers = self._opened()
            except DataError:  # the test sent nothing, so that it did not fail because of it
                return
            drift = tuple(answers.drift())
        self.compared = Comparison(self._name, drift, answers.is_edited, answers.is_older)

    def _opened(self) -> RecordedAnswers:
        from pytest_customerio.cassettes.recording.answers import RecordedAnswers

        self._answers = self._answers or RecordedAnswers(self._path, self._catalog)
        return self._answers


def _may_be(is_kind: Callable[[int], bool], path: Path) -> bool:
    """Whether this is there; also where nobody can say, in a folder that may not be searched: reading it says why."""
    try:
        return is_kind(path.stat().st_mode)
    except PermissionError:
        return True
    except OSError:
        return False


def path_of(folder: Path, nodeid: str) -> Path:
    """Where the recording of a test is: `cassettes/recorded/tests/test_app/TestX.test_y[us].yaml`."""
    module, _, name = nodeid.partition("::")
    name = _without_group(name)
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


def former_path_of(folder: Path, nodeid: str) -> Path:
    """Where former releases wrote the recording of a test: `cassettes/tests/test_app/TestX.test_y[us].yaml`."""
    module, _, name = nodeid.partition("::")
    parts = [_formerly(part) for part in Path(module).with_suffix("").parts if part not in ("..", "/", "\\")]
    return folder.joinpath(*parts, f"{_formerly(_without_group(name).replace('::', '.'))}.yaml")


def _formerly(name: str) -> str:
    found = _UNSAFE.sub("-", name)[:_LONGEST]
    return found if found == name else f"{found}-{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}"


def _without_group(name: str) -> str:
    """The name of a test without the group that pytest-xdist appends: `test_x@group`."""
    return re.sub(r"(?<=[\w\]])@[^\]\[:]*$", "", name)

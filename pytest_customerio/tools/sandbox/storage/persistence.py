"""Keeps the state of a service in a data file: a snapshot, then the entries since then, then a snapshot again."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.keys import Keys
from pytest_customerio.tools.sandbox.requests.request_log import LoggedRequest, RequestLog
from pytest_customerio.tools.sandbox.storage.data_file import DataFile, DataFileError
from pytest_customerio.tools.sandbox.storage.encoding import restore, snapshot
from pytest_customerio.tools.sandbox.storage.entries import Entry, read_entry
from pytest_customerio.tools.sandbox.storage.log_rows import read_row, write_row
from pytest_customerio.tools.sandbox.workspace.workspace import Workspace

CURRENT = "current"
# A snapshot takes longer the more is stored. The next one comes after so many entries that each entry's part of it is
# this many seconds, and within these bounds: what is not in a snapshot has to be carried out again at the next start.
COST_PER_ENTRY = 15e-6
FEWEST, MOST = 1000, 20_000
MOST_BYTES = 64 * 1024 * 1024
TRIM_EVERY = 2000  # logged requests; also after so many bytes as lead to a snapshot
SECONDS_BETWEEN_TRIES = 5.0  # after the file could not be written


class Persistence:
    """Writes what happens into a data file, or nowhere if there is none."""

    def __init__(self, file: DataFile | None) -> None:
        self.file = file
        self.problem = ""
        self._entries: list[bytes] = []
        self._pending = self._bytes = 0
        self._logged = self._logged_bytes = 0  # since the log in the file was trimmed
        self._next = FEWEST
        self._gap_since: float | None = None

    def keys(self, created: Keys, *, seeded: bool) -> Keys:
        """The keys in the file; those that were created for a new file, or from a seed."""
        if self.file is None:
            return created
        with self.file.explained():
            stored = self.file.about().get("keys")
            if stored is None or seeded:
                self.file.set_about(keys=json.dumps(asdict(created)))
                return created
        with self.intact():
            return Keys(**json.loads(stored))

    def workspace(self) -> Workspace | None:
        """The workspace of the last snapshot. Raises `DataFileError`."""
        data = self._stored()
        if data is None:
            return None
        with self.intact():
            found = restore(data)
            assert isinstance(found, Workspace)
        return found

    def entries(self) -> Iterator[Entry]:
        """What happened since the last snapshot, oldest first."""
        if self.file is not None:
            with self.file.explained():
                entries = self.file.journal()
            self._pending, self._bytes = len(entries), sum(map(len, entries))
            yield from map(read_entry, entries)

    def log(self) -> RequestLog:
        """The log. Raises `DataFileError`."""
        log = RequestLog()
        if self.file is not None:
            with self.file.explained():
                rows = self.file.log()
            with self.intact():
                for row in rows:
                    log.add(*read_row(row))
        return log

    @contextlib.contextmanager
    def intact(self) -> Iterator[None]:
        """Any error as `DataFileError`: what is read comes from the file, which somebody may have changed."""
        try:
            yield
        except CannotError as error:
            raise DataFileError(f"{self._path}: {error}") from None
        except Exception as error:  # damaged data leads to any exception
            text = f"it is damaged: {type(error).__name__}: {error}. Nothing was changed: move it away"
            raise DataFileError(f"{self._path}: {text}") from None

    @property
    def _path(self) -> str:
        return str(self.file.path) if self.file else "memory"

    def note(self, entry: Callable[[], Entry]) -> None:
        """Note an entry; `commit` writes it."""
        if self.file is not None:
            self._entries.append(entry().written())

    def commit(
        self, workspace: Workspace, logged: LoggedRequest | None = None, weight: int = 0, oldest: int = 0
    ) -> str:
        """Write what was noted, and a logged request. Returns why that was not possible, or nothing.

        `oldest` is the number of the oldest request that the log has.
        """
        if self.file is None:
            return ""
        entries, self._entries = self._entries, []
        try:
            if self._gap_since is None:
                self._append(self.file, entries, logged, weight, oldest)
            if self._is_due():
                self.save(workspace)
        except DataFileError as error:
            self._note_gap(error)
        return "" if self._gap_since is None else self.problem

    def save(self, workspace: Workspace) -> None:
        """Write a snapshot in place of the entries. Raises `DataFileError`."""
        if self.file is None:
            return
        begun = time.perf_counter()
        self.file.save(CURRENT, snapshot(workspace))
        spent = time.perf_counter() - begun
        self._next = int(min(MOST, max(FEWEST, spent / COST_PER_ENTRY)))
        self._pending = self._bytes = 0
        self._gap_since = None

    def replace(self, workspace: Workspace, *, forget: bool = False) -> None:
        """Write a snapshot of another workspace as soon as that is possible; with `forget` without the log."""
        try:
            if forget and self.file is not None:
                self.file.clear_log()
            self.save(workspace)
        except DataFileError as error:
            self._note_gap(error)

    def _note_gap(self, error: DataFileError) -> None:
        self._gap_since, self.problem = time.monotonic(), f"not stored: {error}"

    def _append(
        self, file: DataFile, entries: list[bytes], logged: LoggedRequest | None, weight: int, oldest: int
    ) -> None:
        if logged is None:
            file.append(entries)
        else:
            row = write_row(logged, weight)
            file.append(entries, logged.number, row)
            self._logged += 1
            self._logged_bytes += len(row)
        self._pending += len(entries)
        self._bytes += sum(map(len, entries))
        if self._logged >= TRIM_EVERY or self._logged_bytes >= MOST_BYTES:
            self._logged = self._logged_bytes = 0
            file.trim(oldest - 1)

    def _is_due(self) -> bool:
        """Whether to write a snapshot now. Entries after a gap would lead to another state, so one has to fill it."""
        if self._gap_since is not None:
            return time.monotonic() - self._gap_since > SECONDS_BETWEEN_TRIES
        return self._pending >= self._next or self._bytes >= MOST_BYTES

    def close(self, workspace: Workspace) -> None:
        """Write a last snapshot, and close the file. Raises `DataFileError` if anything is lost.

        A snapshot that cannot be written loses nothing, unless entries before it could not be written either.
        """
        if self.file is not None:
            file, self.file = self.file, None
            try:
                if self._pending or self._gap_since is not None:
                    file.save(CURRENT, snapshot(workspace))
            except DataFileError as error:
                if self._gap_since is not None:
                    raise DataFileError(f"{error}; the file has what came before, and the rest is lost") from None
            finally:
                file.close()

    def abandon(self) -> None:
        """Close the file as it is."""
        if self.file is not None:
            self.file.close()

    def _stored(self) -> bytes | None:
        if self.file is None:
            return None
        with self.file.explained():
            return self.file.snapshot(CURRENT)


def open_persistence(path: Path | None) -> Persistence:
    """The persistence of a data file, or none. Raises `DataFileError`."""
    return Persistence(None if path is None else DataFile(path))

"""One SQLite file: the last snapshot of the workspace, the requests since then, the log, webhook calls, the keys."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pytest_customerio.tools.sandbox.arguments import CannotError
from pytest_customerio.tools.sandbox.storage.encoding import SnapshotError, check_layout
from pytest_customerio.tools.sandbox.storage.layout import layout, version

APPLICATION_ID = 0x43494F53  # "CIOS", in the head of the file
_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS snapshots (name TEXT PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS happened (id INTEGER PRIMARY KEY, number INTEGER, entry BLOB, logged BLOB);
CREATE TABLE IF NOT EXISTS calls (number INTEGER PRIMARY KEY, call BLOB NOT NULL);
"""
WEIGH_CALLS_EVERY = 100
_TOO_HEAVY = """
DELETE FROM calls WHERE number IN (
    SELECT number FROM (SELECT number, sum(length(call)) OVER (ORDER BY number DESC) AS weight FROM calls)
    WHERE weight > ?
)
"""
_ADD = "INSERT INTO happened (entry, number, logged) VALUES (?, ?, ?)"
# What SQLite says, and what it means for the user.
_CAUSES = {
    "locked": "another program uses it, perhaps another sandbox: stop that one, or name another file",
    "readonly": "it is read-only: name a file that can be written, or change its permissions",
    "unable to open": "it cannot be opened: its folder must exist, and be writable",
    "not a database": "it is no data file of a sandbox. Nothing was changed: name another file",
    "malformed": "it is damaged. Nothing was changed: move it away, or name another file",
    "full": "the disk is full",
    "disk I/O": "the disk cannot be read or written",
}


class DataFileError(CannotError):
    """The data file cannot be used. The text says why, and what to do."""


class DataFile:
    """An open data file. While it is open, no other program can open it. Raises `DataFileError`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self.explained():
            _check_access(path)
            self._connection = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
            self._open()

    def _open(self) -> None:
        try:
            self._execute("PRAGMA locking_mode = EXCLUSIVE")
            self._check_kind()
            self._execute("PRAGMA auto_vacuum = INCREMENTAL")
            # A commit is in the file of the operating system before the answer is sent, so it survives `kill -9`.
            self._execute("PRAGMA journal_mode = WAL")
            self._execute("PRAGMA synchronous = NORMAL")
            self._execute("BEGIN IMMEDIATE")
            for statement in _TABLES.strip().split(";\n"):
                self._execute(statement)
            self.set_about(version=version(), layout=layout())
            self._execute(f"PRAGMA application_id = {APPLICATION_ID}")
            self._execute("COMMIT")
        except BaseException:
            self.close()
            raise

    @contextlib.contextmanager
    def explained(self) -> Iterator[None]:
        """Errors of SQLite as `DataFileError`."""
        try:
            yield
        except sqlite3.Error as error:
            cause = next((text for word, text in _CAUSES.items() if word in str(error)), str(error))
            raise DataFileError(f"{self.path}: {cause}") from None
        except SnapshotError as error:
            raise DataFileError(str(error)) from None

    def about(self) -> Mapping[str, str]:
        """What is known of the file: its version, the keys."""
        return dict(self._execute("SELECT name, value FROM about"))

    def set_about(self, **values: str) -> None:
        """Set some of it."""
        self._connection.executemany("INSERT OR REPLACE INTO about VALUES (?, ?)", values.items())

    def snapshot(self, name: str) -> bytes | None:
        """The snapshot of this name."""
        row = self._execute("SELECT data FROM snapshots WHERE name = ?", name).fetchone()
        return None if row is None else row[0]

    def journal(self) -> list[bytes]:
        """The entries since the last snapshot, oldest first."""
        return [entry for (entry,) in self._execute("SELECT entry FROM happened WHERE entry IS NOT NULL ORDER BY id")]

    def log(self) -> list[bytes]:
        """The logged requests, oldest first."""
        return [entry for (entry,) in self._execute("SELECT logged FROM happened WHERE number IS NOT NULL ORDER BY id")]

    def append(self, entries: Sequence[bytes], number: int | None = None, logged: bytes | None = None) -> None:
        """Add entries to the journal, and a request to the log, all or none."""
        last = entries[-1] if entries else None
        with self.explained():
            if len(entries) < 2:  # one statement is a transaction of its own
                self._execute(_ADD, last, number, logged)
                return
            with self._transaction():
                self._connection.executemany(_ADD, [(each, None, None) for each in entries[:-1]])
                self._execute(_ADD, last, number, logged)

    def save(self, name: str, data: bytes) -> None:
        """Replace a snapshot, and the entries of the journal, which it contains."""
        with self.explained(), self._transaction():
            self._execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?)", name, data)
            self._execute("DELETE FROM happened WHERE number IS NULL")
            self._execute("UPDATE happened SET entry = NULL WHERE entry IS NOT NULL")
        self._tidy()

    def save_named(self, name: str, data: bytes | None) -> None:
        """Add, replace or remove a snapshot of the user."""
        with self.explained(), self._transaction():
            self._execute("DELETE FROM snapshots WHERE name = ?", name)
            if data is not None:
                self._execute("INSERT INTO snapshots VALUES (?, ?)", name, data)
        self._tidy()

    def names(self) -> list[str]:
        """The names of all snapshots."""
        with self.explained():
            return [name for (name,) in self._execute("SELECT name FROM snapshots ORDER BY name")]

    def clear_log(self) -> None:
        """Remove all logged requests."""
        with self.explained():
            self._execute("UPDATE happened SET number = NULL, logged = NULL WHERE number IS NOT NULL")

    def trim(self, until: int) -> None:
        """Remove the logged requests up to this number; of those whose entries are in no snapshot yet, only the log."""
        with self.explained():
            self._execute("DELETE FROM happened WHERE number <= ? AND entry IS NULL", until)
            self._execute("UPDATE happened SET number = NULL, logged = NULL WHERE number <= ?", until)

    def calls(self) -> list[bytes]:
        """The calls to webhooks, oldest first."""
        with self.explained():
            return [call for (call,) in self._execute("SELECT call FROM calls ORDER BY number")]

    def add_call(self, number: int, call: bytes, most: int, max_weight: int) -> None:
        """Add a call to a webhook. Of more than `most`, and of more than `max_weight` bytes, the oldest go."""
        with self.explained():
            self._execute("INSERT INTO calls VALUES (?, ?)", number, call)
            self._execute("DELETE FROM calls WHERE number <= ?", number - most)
            if number % WEIGH_CALLS_EVERY == 0:
                self._execute(_TOO_HEAVY, max_weight)

    def change_call(self, number: int, call: bytes) -> None:
        """Replace a call to a webhook, unless it was removed."""
        with self.explained():
            self._execute("UPDATE calls SET call = ? WHERE number = ?", call, number)

    def clear_calls(self) -> None:
        """Remove all calls to webhooks."""
        with self.explained():
            self._execute("DELETE FROM calls")

    def _tidy(self) -> None:
        """Give the space of what was removed back."""
        with self.explained():
            self._execute("PRAGMA incremental_vacuum").fetchall()
            self._execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file: what SQLite keeps beside it is gone then."""
        self._connection.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        self._execute("BEGIN")
        try:
            yield
            self._execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # SQLite may have rolled back by itself
                self._execute("ROLLBACK")
            raise

    def _check_kind(self) -> None:
        """A file that has something in it must be a data file of a sandbox, and of this layout."""
        (kind,) = self._execute("PRAGMA application_id").fetchone()
        (tables,) = self._execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and kind != APPLICATION_ID:
            raise sqlite3.DatabaseError("not a database of a sandbox")
        if tables:
            (found,) = self._execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise sqlite3.DatabaseError("malformed")
            about = self.about()
            check_layout(str(self.path), about.get("version", "?"), about.get("layout", ""))

    def _execute(self, statement: str, *values: object) -> sqlite3.Cursor:
        return self._connection.execute(statement, values)


def _check_access(path: Path) -> None:
    """Raises an error as SQLite does for a file that is read-only. SQLite itself finds that out as it writes first."""
    if path.exists() and not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise sqlite3.OperationalError("readonly")

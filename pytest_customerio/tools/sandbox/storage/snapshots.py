"""Snapshots that the user takes of a workspace, by name: in the data file, or in memory if there is none."""

from __future__ import annotations

from pytest_customerio.core.nearest import nearest
from pytest_customerio.tools.sandbox.storage.data_file import DataFile
from pytest_customerio.tools.sandbox.storage.encoding import SnapshotError

MOST = 20
_OF_USER = "user:"


class Snapshots:
    """Snapshots by name."""

    def __init__(self, file: DataFile | None) -> None:
        self._file = file
        self._in_memory: dict[str, bytes] = {}

    @property
    def names(self) -> list[str]:
        """The names, sorted."""
        if self._file is None:
            return sorted(self._in_memory)
        return [each.removeprefix(_OF_USER) for each in self._file.names() if each.startswith(_OF_USER)]

    def put(self, name: str, data: bytes) -> None:
        """Add or replace one. Raises `SnapshotError` if there are too many."""
        if name not in self.names and len(self.names) >= MOST:
            raise SnapshotError(f"the sandbox keeps {MOST} snapshots at most: remove one")
        self._set(name, data)

    def get(self, name: str) -> bytes:
        """One of them. Raises `SnapshotError`."""
        self._check(name)
        data = self._in_memory.get(name) if self._file is None else self._file.snapshot(_OF_USER + name)
        assert data is not None  # its name is known
        return data

    def remove(self, name: str) -> None:
        """Remove one. Raises `SnapshotError`."""
        self._check(name)
        self._set(name, None)

    def _set(self, name: str, data: bytes | None) -> None:
        if self._file is not None:
            self._file.save_named(_OF_USER + name, data)
        elif data is None:
            del self._in_memory[name]
        else:
            self._in_memory[name] = data

    def _check(self, name: str) -> None:
        if name not in self.names:
            similar = nearest(name, self.names)
            proposal = f"did you mean {similar}?" if similar else f"there are {', '.join(self.names) or 'none'}"
            raise SnapshotError(f"there is no snapshot {name!r}; {proposal}")

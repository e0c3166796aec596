"""Snapshots of the user by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_customerio.tools.sandbox.storage.data_file import DataFile
from pytest_customerio.tools.sandbox.storage.encoding import SnapshotError
from pytest_customerio.tools.sandbox.storage.snapshots import MOST, Snapshots


@pytest.fixture(params=["memory", "file"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Snapshots]:
    """Snapshots in memory and in a file."""
    if request.param == "memory":
        yield Snapshots(None)
        return
    file = DataFile(tmp_path / "x.db")
    file.save("current", b"not of the user")
    yield Snapshots(file)
    file.close()


def test_put_get_remove(snapshots: Snapshots) -> None:
    """A snapshot is there until it is removed; a later one takes its place."""
    snapshots.put("b", b"1")
    snapshots.put("a", b"2")
    snapshots.put("b", b"3")
    assert (snapshots.names, snapshots.get("b")) == (["a", "b"], b"3")
    snapshots.remove("b")
    assert snapshots.names == ["a"]


def test_what_is_not_there(snapshots: Snapshots) -> None:
    """An unknown name is refused with the nearest one, or all."""
    with pytest.raises(SnapshotError, match="there is no snapshot 'start'; there are none"):
        snapshots.get("start")
    snapshots.put("start", b"1")
    with pytest.raises(SnapshotError, match=r"'strat'; did you mean start\?"):
        snapshots.remove("strat")


def test_there_is_a_bound(snapshots: Snapshots) -> None:
    """Beyond a number no more are kept, but each can be replaced."""
    for number in range(MOST):
        snapshots.put(str(number), b"1")
    snapshots.put("0", b"2")
    with pytest.raises(SnapshotError, match="the sandbox keeps 20 snapshots at most: remove one"):
        snapshots.put("more", b"1")

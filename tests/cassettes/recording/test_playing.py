"""Which test has a recording, where the file is, and how threads share the playing of it."""

from __future__ import annotations

import errno
import threading
from pathlib import Path
from unittest.mock import Mock

import pytest
from echo import CATALOG, put, recorded, said

from pytest_customerio.cassettes.recording.playing import (
    Comparison,
    PlayedRecording,
    PlayedRecordings,
    RecordingError,
    former_path_of,
    path_of,
)


def test_threads_share_a_recording(tmp_path: Path) -> None:
    """Forty threads get forty answers, each about the person of its request."""
    playing = PlayedRecording(recorded(tmp_path, *(put(f"a-{number}", n=1) for number in range(40))), CATALOG)
    found: list[str] = []

    def ask(number: int) -> None:
        found.append(said(playing.answer(put(f"b-{number}", n=1)))["who"])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(f"b-{number}" for number in range(40))


@pytest.mark.parametrize(
    ("nodeid", "path"),
    [
        ("test_app.py::test_one", "test_app/test_one.yaml"),
        ("tests/api/test_app.py::TestIt::test_one[us-1.5]", "tests/api/test_app/TestIt.test_one[us-1.5].yaml"),
        ("test_app.py::test_one[a@b]@group", "test_app/test_one[a-b]-44d09564.yaml"),
        ("test_app.py::test_one@group", "test_app/test_one.yaml"),
        ("../test_app.py::test_one", "test_app/test_one.yaml"),
        ("test_app.py::test_one[a/b]", "test_app/test_one[a-b]-"),
        ("test_app.py::test_one[" + "x" * 500 + "]", "test_app/test_one[xxx"),
        ("test_app.py::test_one[" + "ä" * 500 + "]", "test_app/test_one[äää"),
        ("ä" * 500 + ".py::test_one", "ä"),
        ("test_app.py", "test_app/.yaml"),
    ],
)
def test_where_a_recording_lies(tmp_path: Path, nodeid: str, path: str) -> None:
    """The path follows module and test, in names that every file system takes; two tests have two paths."""
    found = path_of(tmp_path, nodeid)
    assert found.relative_to(tmp_path).as_posix().startswith(path.removesuffix("-44d09564.yaml"))
    assert all(len(part.encode()) < 150 for part in found.relative_to(tmp_path).parts)


def test_two_tests_have_two_files(tmp_path: Path) -> None:
    """Tests whose ids differ in the case of a letter, or in a sign that a file cannot have, have files of their own."""
    names = (
        "test_x[a]",
        "test_x[A]",
        "test_X[a]",
        "test_x[a::b]",
        "test_x[a.b]",
        "test_x[a/b]",
        "T::test_x[a]",
        "T::test_x[A]",
    )
    found = [path_of(tmp_path, f"test_app.py::{name}").name.casefold() for name in names]
    assert len(set(found)) == len(names)


def test_the_recordings_of_a_project(tmp_path: Path) -> None:
    """A test has a recording where its file exists; without the folder no test has one."""
    assert PlayedRecordings(tmp_path / "cassettes", CATALOG).of("test_app.py::test_one") is None
    folder = tmp_path / "cassettes" / "test_app"
    folder.mkdir(parents=True)
    recorded(folder, put()).rename(folder / "test_one.yaml")
    recordings = PlayedRecordings(tmp_path / "cassettes", CATALOG)
    with recordings.opened():
        found = recordings.of("test_app.py::test_one")
    assert isinstance(found, PlayedRecording)
    assert said(found.answer(put()))["who"] == "jane"
    assert recordings.of("test_app.py::test_two") is None
    assert [recordings.plays(f"test_app.py::test_{name}") for name in ("one", "two")] == [True, False]


def test_a_folder_that_may_not_be_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a test has a recording there is not known: its first request says why. A name that is too long has none.

    Root may search every folder, so that the refusal is made up.
    """
    (tmp_path / "cassettes").mkdir()
    refused = PermissionError(errno.EACCES, "Permission denied")
    for name in ("stat", "read_bytes"):
        monkeypatch.setattr(Path, name, Mock(side_effect=refused))
    recordings = PlayedRecordings(tmp_path / "cassettes" / "recorded", CATALOG)
    found = recordings.of("test_app.py::test_one")
    assert found is not None
    with pytest.raises(RecordingError, match=r"test_one\.yaml: Permission denied"):
        found.answer(put())
    monkeypatch.setattr(Path, "stat", Mock(side_effect=OSError(errno.ENAMETOOLONG, "File name too long")))
    assert recordings.of("test_app.py::test_one") is None


def test_a_played_recording_stays_as_it_is(tmp_path: Path) -> None:
    """The end of a test changes nothing in a recording that is played."""
    path = recorded(tmp_path, put())
    before = path.read_bytes()
    playing = PlayedRecording(path, CATALOG)
    playing.answer(put())
    playing.save(passed=True)
    assert (playing.written, path.read_bytes()) == (None, before)


@pytest.mark.parametrize(
    ("nodeid", "path"),
    [
        ("tests/test_app.py::TestIt::test_one[us-1.5]@group", "tests/test_app/TestIt.test_one[us-1.5].yaml"),
        ("../test_app.py::test_One", "test_app/test_One.yaml"),
        ("test_app.py::test_one[a/b]", "test_app/test_one[a-b]-d2765ba8.yaml"),
    ],
)
def test_where_former_releases_wrote(tmp_path: Path, nodeid: str, path: str) -> None:
    """The place of a recording of a former release."""
    found = former_path_of(tmp_path, nodeid).relative_to(tmp_path).as_posix()
    assert found == path


def test_a_recording_of_a_former_release(tmp_path: Path) -> None:
    """A recording above the folder is played where there is no newer one; a cassette of anybody else's is not."""
    folder = tmp_path / "cassettes" / "recorded"
    (folder.parent / "test_app").mkdir(parents=True)
    old = folder.parent / "test_app" / "test_one.yaml"
    recorded(tmp_path, put()).rename(old)
    (folder.parent / "test_app" / "test_two.yaml").write_text("interactions: []")
    recordings = PlayedRecordings(folder, CATALOG)
    assert [recordings.plays(f"test_app.py::test_{name}") for name in ("one", "two")] == [True, False]
    playing = recordings.of("test_app.py::test_one")
    assert playing is not None
    playing.answer(put())
    playing.save(passed=True)
    assert playing.compared == Comparison("cassettes/test_app/test_one.yaml")
    new = folder / "test_app" / "test_one.yaml"
    new.parent.mkdir(parents=True)
    new.write_bytes(old.read_bytes().replace(b"4711", b"4712"))
    playing = recordings.of("test_app.py::test_one")
    assert playing is not None
    playing.save(passed=True)
    assert playing.compared == Comparison(
        "cassettes/recorded/test_app/test_one.yaml", ("track.identify: recorded, not sent",), is_edited=True
    )


def test_what_is_compared(tmp_path: Path) -> None:
    """A test that failed is not compared with its recording, and one that sent nothing not with a broken file."""
    playing = PlayedRecording(recorded(tmp_path, put()), CATALOG, "one.yaml")
    playing.save(passed=False)
    assert playing.compared is None
    playing.save(passed=True)
    assert playing.compared == Comparison("one.yaml", ("track.identify: recorded, not sent",))
    (tmp_path / "one.yaml").write_text("")
    playing = PlayedRecording(tmp_path / "one.yaml", CATALOG)
    playing.save(passed=True)
    assert playing.compared is None

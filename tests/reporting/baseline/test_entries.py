"""The file of a baseline: what is written, what can be read, and what a line that cannot be read says."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_customerio.core.baseline import Fingerprint
from pytest_customerio.core.data import DataError
from pytest_customerio.reporting.baseline import entries
from pytest_customerio.reporting.baseline.entries import Entry, named, read, text

NAME = Entry(Fingerprint("crm.py::buy", "track.event", "event-name-missing", "$.name"), ("t.py::a",), "May")
LOST = Entry(Fingerprint("crm.py::buy", "track.event", "outcome", "", "429-rate-limited-persists"), ("t.py::b", "…"))
NOWHERE = Entry(Fingerprint("", "unknown", "unknown-path", "url"))
FILE = """\
{"baseline": "pytest-customerio", "version": 1}
{"at": "", "operation": "unknown", "rule": "unknown-path", "where": "url", "tests": [], "reason": ""}
{"at": "crm.py::buy", "operation": "track.event", "rule": "event-name-missing", "where": "$.name", "tests": ["t.py::a"], "reason": "May"}
{"at": "crm.py::buy", "operation": "track.event", "rule": "outcome", "case": "429-rate-limited-persists", "tests": ["t.py::b", "…"], "reason": ""}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of a baseline, which does not exist yet."""
    return tmp_path / "b.jsonl"


def test_one_violation_a_line(file: Path) -> None:
    """Sorted by call site, in any order of what was found; the same comes back."""
    assert text([LOST, NOWHERE, NAME]) == FILE
    file.write_text(FILE, encoding="utf-8")
    assert list(read(file).values()) == [NOWHERE, NAME, LOST]


@pytest.mark.parametrize("content", ["", "\n\n", '{"baseline": "pytest-customerio", "version": 1}', "\ufeff", " \r\n"])
def test_a_file_without_entries(file: Path, content: str) -> None:
    """An empty file knows nothing."""
    file.write_text(content, encoding="utf-8", newline="")
    assert read(file) == {}


def test_what_a_merge_or_a_person_leaves(file: Path) -> None:
    """Lines in any order, twice, with a head in the middle, other line ends and spaces."""
    head, nowhere, name, lost = FILE.splitlines()
    other = name.replace("t.py::a", "t.py::z").replace("May", " June ")
    lines = (lost, name, head, "  ", other, nowhere, name)
    file.write_text("\r\n".join(lines), encoding="utf-8", newline="")
    both = NAME._replace(tests=("t.py::a", "t.py::z"), reason="May; June")
    assert sorted(read(file).values()) == [NOWHERE, both, LOST]


def test_many_lines_are_read_in_parts(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistake names its line in the file, not in its part."""
    monkeypatch.setattr(entries, "_CHUNK", 2)
    file.write_text(FILE + "no JSON\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"b.jsonl:5: no entry of a baseline; accepted: "):
        read(file)
    file.write_text(FILE, encoding="utf-8")
    assert len(read(file)) == 3


@pytest.mark.parametrize("marker", ["<<<<<<< HEAD", "=======", ">>>>>>> other", "||||||| base"])
def test_a_conflict_of_git(file: Path, marker: str) -> None:
    """It says what to do."""
    file.write_text(f"{FILE}{marker}\n{FILE}", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    assert str(caught.value) == f"{file}:5: {entries.MERGE}"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1, 2]",
        "1",
        '"text"',
        '{"at": "x"}',
        '{"operation": "a", "rule": 3}',
        '{"operation": "a", "rule": "b", "tests": "t.py"}',
        '{"operation": "a", "rule": "b", "tests": 3}',
        '{"operation": "a", "rule": "b", "tests": [3]}',
        '{"operation": "a", "rule": "b", "resaon": "a word that would be lost"}',
        '{"operation": "a", "rule": "b"} {}',
        '{"operation": "a", "rule": "b"},',
        "[" * 100_000,
    ],
)
def test_a_line_that_is_no_entry(file: Path, line: str) -> None:
    """The mistake names the line and what is accepted."""
    file.write_text(f"{FILE}{line}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read(file)
    assert str(caught.value) == f"{file}:5: no entry of a baseline; accepted: {entries.ACCEPTED}"


def test_a_file_of_a_later_release(file: Path) -> None:
    """It is not guessed at."""
    file.write_text(FILE.replace('"version": 1', '"version": 2'), encoding="utf-8")
    with pytest.raises(DataError, match=r"b.jsonl:1: version 2 of a baseline; accepted: 1"):
        read(file)


def test_a_file_that_cannot_be_read(file: Path) -> None:
    """A file in another encoding, and a folder."""
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match="b.jsonl:1: not UTF-8: byte 0xff"):
        read(file)
    with pytest.raises(DataError, match="cannot be read"):
        read(file.parent)


@pytest.mark.parametrize("where", ['$["\u2028"]', '$["\ud800"]', '$["Größe"]', '$["\n"]'])
def test_any_key_of_a_payload_can_be_written(file: Path, where: str) -> None:
    """Half of a surrogate pair and characters that end lines are escaped."""
    one = NOWHERE._replace(fingerprint=NOWHERE.fingerprint._replace(where=where))
    file.write_text(text([one]), encoding="utf-8")
    assert list(read(file).values()) == [one]
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2


@pytest.mark.parametrize(
    ("tests", "first", "expected"),
    [
        (["c", "a"], (), ("a", "c")),
        (["d", "c", "b", "a"], (), ("a", "b", "c", "…")),
        (["d", "c", "b", "a"], ("d", "x"), ("a", "b", "d", "…")),
        (["a", "…"], ("a", "…"), ("a", "…")),
        (["…"], ("…",), ("…",)),
        ([], (), ()),
    ],
)
def test_of_many_tests_three_are_named(tests: list[str], first: tuple[str, ...], expected: tuple[str, ...]) -> None:
    """Those that stood there stay, so that a new test does not change the line."""
    assert named(tests, first) == expected

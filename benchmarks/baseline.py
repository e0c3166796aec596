"""A baseline of 10 000 entries: reading it, matching the violation of each entry, updating and writing it."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from side_by_side import Row, table

from pytest_customerio.core.baseline import Fingerprint, Known
from pytest_customerio.core.model import Violation
from pytest_customerio.reporting.baseline.entries import Entry, read, text
from pytest_customerio.reporting.baseline.places import Places
from pytest_customerio.reporting.baseline.ran import Ran
from pytest_customerio.reporting.baseline.update import Draw, updated

ENTRIES, FILES = 10_000, 50
ROUNDS = 15


def rows() -> list[Row]:
    """Reading, matching, and both; then an update of the same entries with its file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        entries = _entries(folder)
        file = folder / "contract-baseline.jsonl"
        file.write_text(text(entries), encoding="utf-8")
        size = file.stat().st_size
        reads, matches, both = [], [], []
        seen, known = [_violation(one) for one in entries], read(file)
        for _ in range(ROUNDS):
            reads.append(_spent(lambda: read(file)))
            matches.append(_spent(lambda: _match(folder, known, seen)))
            both.append(_spent(lambda: _match(folder, read(file), seen)))
        draws = {one.fingerprint: Draw(fails=True, tests=set(one.tests)) for one in entries}
        updates = [_spent(lambda: text(updated(known, draws, Ran(bool)).entries.values())) for _ in range(ROUNDS)]
    return [
        Row(f"reading {ENTRIES:,} entries ({size / 1e6:.1f} MB)", _milliseconds(reads)),
        Row(f"matching {ENTRIES:,} violations at as many call sites", _milliseconds(matches)),
        Row("both", _milliseconds(both), "< 50 ms"),
        Row("updating all of them, and the text of the file", _milliseconds(updates)),
    ]


def _entries(folder: Path) -> list[Entry]:
    """Entries whose functions stand in files that exist, with a violation at a line of each function."""
    found = []
    per_file = ENTRIES // FILES
    for number in range(FILES):
        for at in range(per_file):
            fingerprint = Fingerprint(
                f"crm_{number}.py::send_{at}", "track.event", "timestamp-milliseconds", "$.batch[*].timestamp"
            )
            found.append(Entry(fingerprint, (f"tests/test_crm_{number}.py::test_send_{at}",)))
    return found


def _violation(entry: Entry) -> Violation:
    """A violation that this entry knows, at a line of its own."""
    file, _, function = entry.fingerprint.at.partition("::")
    site = f"{file}:{int(function.rpartition('_')[2]) * 3 + 2} in {function}"
    return Violation(entry.fingerprint.rule, "error", "$.batch[3].timestamp", "", "", sent_from=site)


def _match(folder: Path, entries: Mapping[Fingerprint, Entry], seen: list[Violation]) -> Known:
    """Ask for each violation whether the baseline knows it, as a run does."""
    known = Known({at: one.reason for at, one in entries.items()}, Places(folder, folder).place)
    for violation in seen:
        assert known.reason(known.fingerprint(violation, "track.event", None), fails=True)
    return known


def _spent(work: Callable[[], object]) -> float:
    """CPU seconds. What the work makes is freed later, because a run keeps it to its end."""
    gc.collect()
    began = time.process_time()
    made = work()
    spent = time.process_time() - began
    del made
    return spent


def _milliseconds(seconds: list[float]) -> str:
    return f"{statistics.median(seconds) * 1e3:.0f} ms"


if __name__ == "__main__":
    print(table(rows()))

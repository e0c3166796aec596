"""Helpers that all benchmarks share: measuring in turn, medians, the machine, a table."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

SHOWN = ("pytest", "requests", "urllib3", "vcrpy", "responses", "jsonschema-rs")


@dataclass(frozen=True)
class Row:
    """One row of a table: what was measured, the result, and the target if there is one."""

    what: str
    value: str
    target: str = ""


def in_turn(subjects: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Measure each subject once in each round. The order rotates, so that a disturbance affects all subjects."""
    names, found = list(subjects), {name: list[float]() for name in subjects}
    for turn in range(rounds):
        start = turn % len(names)
        for name in names[start:] + names[:start]:
            found[name].append(subjects[name]())
    return found


def ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """The median over the rounds of how many times as much the first takes."""
    return statistics.median(this / that for this, that in zip(these, those, strict=True))


def excess(these: Sequence[float], those: Sequence[float]) -> float:
    """The median over the rounds of how much more the first takes."""
    return statistics.median(this - that for this, that in zip(these, those, strict=True))


def machine() -> str:
    """The machine and the versions that the numbers were measured with."""
    versions = ", ".join(f"{name} {version(name)}" for name in SHOWN)
    return f"{_processor()}, {os.cpu_count()} cores, Python {platform.python_version()}; {versions}"


def table(rows: Sequence[Row]) -> str:
    """The rows in Markdown."""
    lines = [f"| {row.what} | {row.value} | {row.target} |" for row in rows]
    return "\n".join(["| measured | result | target |", "|---|---|---|", *lines])


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())

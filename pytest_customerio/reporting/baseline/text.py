"""What the end of a run says about the baseline."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pytest_customerio.reporting.baseline.entries import Entry
from pytest_customerio.reporting.baseline.update import Update
from pytest_customerio.reporting.looked_at import counted

# The most entries that are named; the rest is counted.
SHOWN = 5


def known(name: str, violations: int, drawn: int, entries: int) -> list[str]:
    """How much of what the run found stands in the baseline."""
    return [f"baseline {name}: {counted(violations, 'known violation')}, {drawn} of {_entries(entries)}"]


def stale(name: str, entries: Collection[Entry]) -> list[str]:
    """The entries that nothing draws any more, and how to drop them."""
    head = f"stale in {name}: {_entries(len(entries))}, which --cio-baseline-update drops"
    return [head, *_listed(entries)] if entries else []


def written(name: str, update: Update, gate: str, *, first: bool) -> list[str]:
    """What an update changed; `gate` is the option that switches the gate on."""
    added, dropped = len(update.added), len(update.dropped)
    changed = f"{added} added, {dropped} dropped" if added or dropped else "none added or dropped"
    lines = [f"baseline {name}: written, {_entries(len(update.entries))} ({changed})"]
    lines += ["dropped:", *_listed(update.dropped)] if dropped else []
    return [*lines, *[f"  commit it; from now on pytest {gate} fails on what is new"] * first]


def not_written(name: str) -> list[str]:
    """That an update did not happen."""
    return [f"baseline {name}: not written, because the run was interrupted"]


def attributes() -> list[str]:
    """That git was told how to merge the file."""
    return ["  commit .gitattributes too: with merge=union git merges the lines of two branches"]


def document(name: str, entries: int, drawn: int, update: Update) -> dict[str, Any]:
    """The same as a member of the JSON report. `new` are violations that the baseline does not know."""
    stale = [one.fingerprint._asdict() for one in update.dropped]
    return {"file": name, "entries": entries, "drawn": drawn, "new": len(update.added), "stale": stale}


def _listed(entries: Collection[Entry]) -> list[str]:
    shown = [f"  {_entry(one)}" for one in list(entries)[:SHOWN]]
    return [*shown, *[f"  (and {len(entries) - SHOWN} more)"] * (len(entries) > SHOWN)]


def _entry(entry: Entry) -> str:
    at, operation, rule, where, case = entry.fingerprint
    return f"{operation} {where or case}".strip() + f" [{rule}] at {at or 'an unknown place'}"


def _entries(number: int) -> str:
    return f"{number} {'entry' if number == 1 else 'entries'}"

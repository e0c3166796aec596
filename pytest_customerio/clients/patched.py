"""Lists everything that is patched or recognised in other libraries, and what the installed versions do not have."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from pytest_customerio.clients.registry import TAPS
from pytest_customerio.process.parts import Library, Part

# Our modules that have a list `PARTS`; those of the clients are in the registry.
_OUTPUT = ("output.records", "output.output")
_OWNERSHIP = ("ownership.idle", "ownership.ownership", "ownership.queues")
_PROCESS = ("lookups", *_OUTPUT, "exceptions", *_OWNERSHIP, "processes", "subtests", "unseen")
_CLOCK = (
    "children",
    "dates",
    "engines",
    "freezing",
    "greenlets",
    "hidden",
    "loops",
    "parked",
    "time_functions",
    "waits",
)
_MOCK_PARTS = ("listening.listener", "listening.sdk_calls", "placed.placements", "real_calls.unsent")
_MOCKS = tuple(f"clients.mocks.{name}" for name in _MOCK_PARTS)
_QUEUES = tuple(
    f"clients.queues.{name}" for name in ("celery", "dramatiq", "huey", "jobs", "procrastinate", "rq", "taskiq")
)
_MODULES = (
    *(f"process.{name}" for name in (*_PROCESS, *(f"clock.{name}" for name in _CLOCK))),
    "clients.bypass.places",
    *_QUEUES,
    *_MOCKS,
)


def parts() -> list[Part]:
    """All parts; loads our modules that know them, and no other library."""
    return _parts(f"pytest_customerio.{name}" for name in (*_MODULES, *(f"clients.{tap[0]}" for tap in TAPS.values())))


def missing() -> list[Part]:
    """The parts that imported libraries lack, among those that this run would have patched or recognised."""
    return [part for part in _parts(name for name in sys.modules if _is_ours(name)) if part.missing]


def warnings() -> list[str]:
    """A sentence for each thing that is not done because parts are missing."""
    lost: dict[tuple[Library, str], list[str]] = {}
    for part in missing():
        lost.setdefault((part.library, part.without), []).append(f"{part.module}.{part.path}")
    return [
        f"{', '.join(names)}: missing in this {library.name}, or replaced by another library"
        f" (tried with {library.tried}); {without}"
        for (library, without), names in lost.items()
    ]


def _is_ours(name: str) -> bool:
    return name.startswith(("pytest_customerio.process.", "pytest_customerio.clients."))


def _parts(modules: Iterable[str]) -> list[Part]:
    lists: list[Sequence[Part]] = [getattr(import_module(name), "PARTS", ()) for name in dict.fromkeys(modules)]
    return list(dict.fromkeys(part for one in lists for part in one))

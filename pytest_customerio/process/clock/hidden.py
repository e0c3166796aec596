"""Notes that waits cannot be seen: the test replaced what sleeps, so that the log of waits is not complete."""

from __future__ import annotations

import asyncio
import sys
import time
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pytest_customerio.process.clock.places import places
from pytest_customerio.process.parts import BACKOFF, STAMINA, TENACITY, URLLIB3, Part
from pytest_customerio.process.patching import Patches

# Retry engines whose waiting must pass through the module named for the log of waits to be complete.
ENGINES = {"tenacity.nap": "time", "backoff._sync": "time", "urllib3.util.retry": "time", "backoff._async": "asyncio"}
MODULES: dict[str, types.ModuleType] = {"time": time, "asyncio": asyncio}
PARTS = tuple(
    Part(library, module, name, "whether waits are logged", "waits may be hidden unnoticed", recognised=True)
    for library, module, name in (
        (TENACITY, "tenacity.nap", "time"),
        (BACKOFF, "backoff._sync", "time"),
        (BACKOFF, "backoff._async", "asyncio"),
        (URLLIB3, "urllib3.util.retry", "time"),
        (STAMINA, "stamina", "is_testing"),
    )
)


class HiddenWaits:
    """Why waits could not be seen; `reason` is empty while all of them are.

    `sees(namespace, name, original)` tells whether the waits are seen that code asks for of what stands there instead.
    """

    def __init__(self, sees: Callable[[dict[str, Any], str, Any], bool] = lambda *_: False) -> None:
        self.reason = ""
        self._sees = sees
        self._paths: list[tuple[dict[str, Any], str, Any]] = []

    def watch(self, patches: Patches, sleeps: Sequence[Any]) -> None:
        """Remember every way on which code reaches one of `sleeps`, which `patches` put in place."""
        self._paths = list(_paths(patches, sleeps))

    def look(self) -> None:
        """Note, for the rest of the case, that the test hides waits from the log."""
        if self.reason:
            return
        for namespace, name, value in self._paths:
            if namespace.get(name) is not value and not self._sees(namespace, name, value):
                self.note("the test replaced sleep")
        stamina = sys.modules.get("stamina")
        if stamina is not None and getattr(stamina, "is_testing", bool)():
            self.note("stamina.set_testing is on")

    def note(self, reason: str) -> None:
        """Note a reason; the first one counts."""
        self.reason = self.reason or reason


def _paths(patches: Patches, sleeps: Sequence[Any]) -> Iterator[tuple[dict[str, Any], str, Any]]:
    """Namespace, name, and what has to stand there."""
    for owner, name, fake in patches:
        if isinstance(owner, dict) and any(fake is sleep for sleep in sleeps):
            yield owner, name, fake
    for namespace, name in places().users(MODULES):
        yield namespace, name, MODULES[name]
    for engine, name in ENGINES.items():
        if module := sys.modules.get(engine):
            yield vars(module), name, MODULES[name]

"""freezegun: frozen time moves on by what was waited, also where the test freezes it while a case is replayed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from pytest_customerio.process.late_imports import LateImports
from pytest_customerio.process.parts import FREEZEGUN, Part
from pytest_customerio.process.patching import Patches

_STILL = "a clock that is frozen while an error case is replayed stands still"


def _part(path: str, why: str) -> Part:
    return Part(FREEZEGUN, "freezegun.api", path, why, _STILL)


START = _part("_freeze_time.start", "our clock is put on top of the frozen one")
STOP = _part("_freeze_time.stop", "our clock is put on top of the real one again")
MOVES = tuple(
    _part(f"{name}.move_to", "what was waited before the move does not count after it")
    for name in ("FrozenDateTimeFactory", "StepTickTimeFactory", "TickingDateTimeFactory")
)
TICKS = Part(FREEZEGUN, "freezegun.api", "tick_flags", "whether frozen time ticks", _STILL, recognised=True)
PARTS = (START, STOP, *MOVES, TICKS)


class Freezing:
    """The patches of freezegun while time is virtual.

    freezegun replaces the functions that tell the time wherever it finds the real ones, and puts the real ones back
    when it stops. `beneath(change)` takes ours out before, and puts them on top afterwards. `shift()` gives the
    nanoseconds jumped over so far: those before the time was frozen are not added to it.
    """

    def __init__(self, beneath: Callable[[Callable[[], Any]], Any], shift: Callable[[], int]) -> None:
        self._beneath, self._shift = beneath, shift
        self._bases = [0]

    def install(self, patches: Patches) -> None:
        """Replace the methods that freeze time, give it back and move it."""
        patches.patch(START, self._starting)
        patches.patch(STOP, self._stopping)
        for part in MOVES:
            patches.patch(part, self._moving)

    @property
    def base(self) -> int:
        """The nanoseconds that had been jumped over when the time that is shown now was set."""
        return self._bases[-1]

    def _starting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def start(freezer: Any) -> Any:
            result = self._beneath(lambda: original(freezer))
            self._bases.append(self._shift())
            return result

        return start

    def _stopping(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def stop(freezer: Any) -> Any:
            result = self._beneath(lambda: original(freezer))
            if len(self._bases) > 1:  # else it was frozen before the case began
                self._bases.pop()
            return result

        return stop

    def _moving(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def move_to(factory: Any, target: Any) -> Any:
            result = original(factory, target)
            self._bases[-1] = self._shift()
            return result

        return move_to


class _Import(LateImports):
    """A finder that calls `before()` when freezegun is about to be imported, and `imported(name)` afterwards."""

    def __init__(self, before: Callable[[], None], imported: Callable[[str], None]) -> None:
        super().__init__({START.module}, imported)
        self._before = before

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """As the original; freezegun must find the real functions that tell the time, because it keeps them."""
        spec = super().find_spec(name, path, target)
        if spec is not None:
            self._before()
        return spec


def awaited_import(before: Callable[[], None], imported: Callable[[str], None]) -> ExitStack:
    """Watch, until it is closed, for an import of freezegun; where it is there already there is nothing to watch."""
    stack = ExitStack()
    if START.module not in sys.modules:
        finder = _Import(before, imported)
        sys.meta_path.insert(0, finder)
        stack.callback(sys.meta_path.remove, finder)
    return stack


def real_clock(shown: Callable[[], int]) -> Callable[[], int]:
    """The clock that waits are measured with, in nanoseconds; `shown` is the one that stands at `time.monotonic_ns`.

    freezegun tells real time to some callers and frozen time to others, by the modules in the stack: such a clock
    cannot measure. Frozen time stands still here, unless it ticks.
    """
    api: Any = sys.modules.get("freezegun.api")
    if api is None or shown is not getattr(api, "fake_monotonic_ns", None):
        return shown
    if any(getattr(api, "tick_flags", ())[-1:]):
        real: Callable[[], int] = api.real_monotonic_ns
        return real
    return _standing_still


def _standing_still() -> int:
    return 0

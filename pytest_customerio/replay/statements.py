"""What a test states through the `cio` fixture about the payload that met the error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


@dataclass(slots=True)
class Statements:
    """What the test stated: the payload is still owed (`pending`), or the caller knows of the error (`reported`).

    `falsy` is True if the last value for `reported` was false. `draining` is the number of the run while `cio.drain`
    runs the worker, else 0. `ask_pending` and `ask_reported` are the callables that gave the values, if the test passed
    callables.
    """

    pending: bool = False
    reported: bool = False
    falsy: bool = False
    draining: int = 0
    drains: int = 0
    ask_pending: Callable[[], object] | None = None
    ask_reported: Callable[[], object] | None = None

    def state_pending(self, value: object | Callable[[], object]) -> bool:
        """Note whether the payload is owed: a value, or a callable that returns it. Returns the value as a bool."""
        self.pending = _value(value)
        self.ask_pending = value if callable(value) else None
        return self.pending

    def state_reported(self, value: object | Callable[[], object]) -> bool:
        """Note whether the caller knows of the error; once it does, a later false value changes nothing."""
        reported = _value(value)
        self.reported, self.falsy = self.reported or reported, not reported
        self.ask_reported = value if callable(value) else self.ask_reported
        return reported

    def begin_drain(self) -> None:
        """`cio.drain` runs the worker, one more time."""
        self.drains += 1
        self.draining = self.drains

    def ask_again(self) -> None:
        """Call the callables once more where the value is false: threads and tasks may have changed it since."""
        with suppress(Exception):  # what the callable reads may be closed by now
            self.pending = self.pending or bool(self.ask_pending and self.ask_pending())
        with suppress(Exception):
            self.reported = self.reported or bool(self.ask_reported and self.ask_reported())


def _value(value: object | Callable[[], object]) -> bool:
    return bool(value() if callable(value) else value)

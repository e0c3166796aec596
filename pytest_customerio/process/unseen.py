"""Notes exceptions that ended a thread, a task or a future, and that nobody reads.

A thread ends with a call of `threading.excepthook`. A future of `concurrent.futures` keeps the exception for who asks.
A task of asyncio keeps it too, and says so by `_log_traceback` until somebody asks (CPython 3.11 to 3.13); its loop
handles it where such a task is collected. Without one of these, the advice of a lost payload does not name the
exception.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Self
from weakref import WeakSet

from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

_WHY, _WITHOUT = "exceptions that nobody reads", "the advice does not name them"
THREAD = Part(PYTHON, "threading", "excepthook", _WHY, _WITHOUT)
FAILED = Part(PYTHON, "concurrent.futures", "Future.set_exception", _WHY, _WITHOUT)
READ = tuple(Part(PYTHON, "concurrent.futures", f"Future.{name}", _WHY, _WITHOUT) for name in ("result", "exception"))
LOOP = Part(PYTHON, "asyncio.base_events", "BaseEventLoop.call_exception_handler", _WHY, _WITHOUT)
# All tasks that are alive: the first in CPython 3.11, the second from 3.12 on.
TASKS = tuple(
    Part(PYTHON, "asyncio.tasks", name, _WHY, _WITHOUT, recognised=True, optional=True)
    for name in ("_all_tasks", "_scheduled_tasks")
)
PARTS = (THREAD, FAILED, *READ, LOOP, *TASKS)


class Unseen:
    """While entered, notes such exceptions. `met` is set once the error was met: what was raised before is not asked
    for.
    """

    def __init__(self) -> None:
        self.met = False
        self._said: dict[str, None] = {}
        # By the id of the future, which may be collected. The exception is not held: its frames hold other objects.
        self._unread: dict[int, type] = {}
        self._before: WeakSet[Any] = WeakSet()
        self._patches = Patches()

    def __enter__(self) -> Self:
        self._before = WeakSet(_failed_tasks())
        self._patches.patch(THREAD, self._ending)
        self._patches.patch(FAILED, self._failing)
        for part in READ:
            self._patches.patch(part, self._reading)
        self._patches.patch(LOOP, self._collecting)
        return self

    def __exit__(self, *error: object) -> None:
        for task in _failed_tasks():
            if task not in self._before:
                self._note(type(task._exception), "in a task that nobody awaits")
        for kind in self._unread.values():
            self._note(kind, "in a future whose result nobody reads")
        self._unread.clear()
        self._patches.undo()

    @property
    def said(self) -> tuple[str, ...]:
        """Each class of exception with the place where it is, once."""
        return tuple(self._said)

    def _note(self, kind: type, where: str) -> None:
        if self.met and issubclass(kind, Exception):
            self._said[f"{kind.__name__} {where}"] = None

    def _ending(self, original: Callable[[Any], None]) -> Callable[[Any], None]:
        def hook(arguments: Any) -> None:
            self._note(arguments.exc_type, "ended a thread")
            original(arguments)

        return hook

    def _failing(self, original: Callable[..., None]) -> Callable[..., None]:
        def set_exception(future: Any, exception: Any) -> None:
            if self.met:
                self._unread[id(future)] = type(exception)
            original(future, exception)

        return set_exception

    def _reading(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def read(future: Any, timeout: float | None = None) -> Any:
            __tracebackhide__ = True
            try:
                return original(future, timeout)
            finally:
                self._unread.pop(id(future), None)

        return read

    def _collecting(self, original: Callable[..., None]) -> Callable[..., None]:
        def call_exception_handler(loop: Any, context: Any) -> None:
            if "task" in context or "future" in context:
                self._note(type(context.get("exception")), "in a task that nobody awaits")
            original(loop, context)

        return call_exception_handler


def _failed_tasks() -> Iterator[Any]:
    """The tasks that are done, and whose exception nobody has asked for."""
    found = (getattr(*place) for part in TASKS if (place := part.find()) is not None)
    return (task for tasks in found for task in list(tasks) if task.done() and getattr(task, "_log_traceback", False))

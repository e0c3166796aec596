"""Sees the waits that code asks for of what a test put in the place of a function that sleeps: a mock, or a function.

They take no time there, and count as waits all the same: clocks move on, and the wait is logged.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from pytest_customerio.process.patching import Patches
from pytest_customerio.process.recognition import is_mock


class Sleep:
    """A function that sleeps; where it took less time than it was asked for, `wait` lets the rest pass."""

    def __init__(self, sleep: Any, now: Callable[[], float], wait: Callable[[float], None]) -> None:
        self.sleep, self._now, self._wait = sleep, now, wait

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        began, result = self._now(), self.sleep(*args, **kwargs)
        seconds = next(iter((*args, *kwargs.values())), 0)
        if inspect.isawaitable(result):
            return self._awaited(result, began, seconds)
        self._pass(began, seconds)
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sleep, name)  # a mock is asked for its calls

    async def _awaited(self, result: Any, began: float, seconds: Any) -> Any:
        value = await result
        self._pass(began, seconds)
        return value

    def _pass(self, began: float, seconds: Any) -> None:
        if isinstance(seconds, (int, float)) and self._now() - began < seconds * 0.99:
            self._wait(float(seconds))


class ReplacedSleeps:
    """What a test put in the place of functions that sleep, while time is virtual."""

    def __init__(self, now: Callable[[], float], wait: Callable[[float], None]) -> None:
        self._now, self._wait = now, wait
        self._patches = Patches()
        self._seen: dict[int, Any] = {}

    def sees(self, namespace: dict[str, Any], name: str, original: Any) -> bool:
        """Whether the waits are seen that code asks for here; `original`, a function or its module, stood here."""
        there = namespace.get(name)
        if id(there) in self._seen:
            return True
        if isinstance(original, ModuleType):
            return self._sees_module(there)
        return self.sees_mock(there) or self._wrap(namespace, name, there)

    def sees_mock(self, value: Any) -> bool:
        """Whether this is a mock, or an autospecced function; its waits are seen from now on.

        Each mock has a class of its own (`NonCallableMock.__new__`, CPython 3.11 to 3.14 and `mock` 5), so that no
        other mock is concerned. Where that changes, all mocks would count as functions that sleep.
        """
        mock = _mock_of(value)
        if mock is None:
            return False
        if id(value) not in self._seen:
            self._seen[id(value)] = value
            call, now, wait = type(mock).__call__, self._now, self._wait

            def called(this: Any, /, *args: Any, **kwargs: Any) -> Any:
                __tracebackhide__ = True
                return Sleep(functools.partial(call, this), now, wait)(*args, **kwargs)

            self._patches.put(type(mock), "__call__", called)
        return True

    def undo(self) -> None:
        """Take out what stands there of ours."""
        self._patches.undo()

    def _sees_module(self, there: Any) -> bool:
        """A mock, or an object of the test, in the place of the module `time` or `asyncio`."""
        if is_mock(there):
            return self.sees_mock(getattr(there, "sleep", None))
        space = getattr(there, "__dict__", None)
        sleep = space.get("sleep") if isinstance(space, dict) else None
        return id(sleep) in self._seen or self.sees_mock(sleep) or self._wrap(space or {}, "sleep", sleep)

    def _wrap(self, namespace: dict[str, Any], name: str, sleep: Any) -> bool:
        if not callable(sleep) or isinstance(sleep, type):
            return False
        seeing: Any = Sleep(sleep, self._now, self._wait)
        seeing = _function(seeing) if isinstance(sleep, FunctionType) else seeing
        self._seen[id(seeing)] = seeing
        self._patches.put(namespace, name, seeing)
        return True


def _function(seeing: Sleep) -> Any:
    """A function: a module may have it for a method, and code may ask whether it is a coroutine's."""

    @functools.wraps(seeing.sleep)
    def sleep(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return seeing(*args, **kwargs)

    return sleep


def _mock_of(value: Any) -> Any:
    """The mock that this is, or that is within an autospecced function; None for anything else."""
    if isinstance(value, FunctionType):
        value = vars(value).get("mock")
    return value if is_mock(value) and callable(value) else None


def is_replaced(value: Any) -> bool:
    """Whether a mock stands in the place of a function that sleeps."""
    return _mock_of(value) is not None

"""Retry engines whose waits do not pass through a function that sleeps, or that are told not to wait at all."""

from __future__ import annotations

import inspect
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pytest_customerio.process.clock.places import Attribute

NO_WAIT = "the test set tenacity's wait to nothing"
NO_SLEEP = "the test replaced tenacity's sleep"
# `wait=…` in a decorator, unless it is one that waits for nothing.
DECLARED = re.compile(r"\bwait\s*=\s*(?!(tenacity\.)?(wait_none\(|wait_fixed\(0\)|None\b))")


class Engines:
    """What is put into tenacity while time is virtual; stamina is built on it."""

    def __init__(self, sleeps: Mapping[int, Any], now: Callable[[], float], hide: Callable[[str], None]) -> None:
        self._sleeps, self._now, self._hide = sleeps, now, hide
        self._watched: list[Attribute] = []

    def patches(self) -> Iterator[Attribute]:
        """The method that tenacity calls before each wait."""
        tenacity: Any = sys.modules.get("tenacity")
        if tenacity is not None:
            original = tenacity.RetryCallState.prepare_for_next_attempt
            yield Attribute(tenacity.RetryCallState, "prepare_for_next_attempt", self._prepare(original))

    def undo(self) -> None:
        """Give policies that are used directly, without a decorator, their own sleep back."""
        for patch in reversed(self._watched):
            patch.undo()
        self._watched.clear()

    def _prepare(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def prepare_for_next_attempt(state: Any) -> Any:
            policy = state.retry_object
            if not isinstance(policy.sleep, Sleep):
                patch = Attribute(policy, "sleep", self._visible(policy.sleep))
                patch.apply()
                self._watched.append(patch)
            if not state.upcoming_sleep and _declares_wait(state.fn):
                self._hide(NO_WAIT)
            return original(state)

        return prepare_for_next_attempt

    def _visible(self, sleep: Any) -> Sleep:
        """A sleep that passes through the clock, also where the policy holds one that would not."""
        kind = EventSleep if isinstance(sleep, sys.modules["tenacity"].sleep_using_event) else Sleep
        return kind(self._sleeps.get(id(sleep), sleep), self._now, self._hide)


class Sleep:
    """A policy's sleep, which must take the time it is asked for."""

    def __init__(self, sleep: Any, now: Callable[[], float], hide: Callable[[str], None]) -> None:
        self.sleep, self._now, self._hide = sleep, now, hide

    def __call__(self, seconds: Any) -> Any:
        began, result = self._now(), self.sleep(seconds)
        if inspect.isawaitable(result):
            return self._awaited(result, began, seconds)
        self._check(began, seconds)
        return result

    async def _awaited(self, result: Any, began: float, seconds: Any) -> Any:
        value = await result
        self._check(began, seconds)
        return value

    def _check(self, began: float, seconds: Any) -> None:
        if self._now() - began < seconds * 0.99:
            self._hide(NO_SLEEP)


class EventSleep(Sleep):
    """A wait for an event: over at once where it is set."""

    def __call__(self, seconds: Any) -> None:
        if not self.sleep.event.is_set():
            time.sleep(seconds)


def _declares_wait(function: Any) -> bool:
    """Whether the decorator of a function asks for a wait: one that is not kept was taken away by the test."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return bool(DECLARED.search(source.partition("def ")[0]))

"""Observes the waits of tenacity that call no function that sleeps, and the waits that a test removed."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

from pytest_customerio.process.clock.replaced_sleeps import Sleep
from pytest_customerio.process.parts import TENACITY, Part
from pytest_customerio.process.patching import Patches

NO_WAIT = "the test set tenacity's wait to nothing"
# `wait=…` in a decorator, unless its value is `wait_none()`.
DECLARED = re.compile(r"\bwait\s*=\s*(?!(tenacity\.)?(wait_none\(|wait_fixed\(0\)|None\b))")


PREPARE = Part(
    TENACITY,
    "tenacity",
    "RetryCallState.prepare_for_next_attempt",
    "the wait of each retry; the `sleep` of its policy is replaced then",
    "waits of policies that hold a sleep of their own are real, and not logged",
)
PARTS = (PREPARE,)


class Engines:
    """The patches of tenacity while time is virtual; stamina is built on tenacity."""

    def __init__(
        self,
        sleeps: Mapping[int, Any],
        now: Callable[[], float],
        wait: Callable[[float], None],
        hide: Callable[[str], None],
    ) -> None:
        self._sleeps, self._now, self._wait, self._hide = sleeps, now, wait, hide

    def install(self, patches: Patches) -> None:
        """Replace the method that tenacity calls before each wait; policies give their own sleep back on `undo`."""
        self._patches = patches
        patches.patch(PREPARE, self._prepare)

    def _prepare(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def prepare_for_next_attempt(state: Any) -> Any:
            policy = state.retry_object
            if not isinstance(policy.sleep, Sleep):
                self._patches.put(policy, "sleep", self._visible(policy.sleep))
            if not state.upcoming_sleep and _declares_wait(state.fn):
                self._hide(NO_WAIT)
            return original(state)

        return prepare_for_next_attempt

    def _visible(self, sleep: Any) -> Sleep:
        """A sleep that passes through the clock, even where the policy holds a function that would not."""
        kind = EventSleep if isinstance(sleep, sys.modules["tenacity"].sleep_using_event) else Sleep
        return kind(self._sleeps.get(id(sleep), sleep), self._now, self._wait)


class EventSleep(Sleep):
    """A wait for an event, which ends early where the event is set: that hides nothing."""

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        self.sleep(*args, **kwargs)


def _declares_wait(function: Any) -> bool:
    """Whether the decorator of a function asks for a wait. If no wait follows, the test has removed it."""
    try:
        source = inspect.getsource(function)
    except (OSError, TypeError):
        return False
    return bool(DECLARED.search(source.partition("def ")[0]))

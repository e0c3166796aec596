"""Tells flows of work apart: each thread, task, greenlet, piece of work of an executor and item of a queue is one.

Two flows may send the same to Customer.io at the same time. That is no retry: a retry is made by the flow that met the
error, or by one that goes on with its work.
"""

from __future__ import annotations

import asyncio
import sys
from asyncio import current_task
from collections.abc import Callable
from itertools import count
from threading import Thread, current_thread, main_thread
from typing import Any
from weakref import WeakKeyDictionary, ref

from pytest_customerio.process.ownership.idle import is_alive

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback


class Flow:
    """One flow of work.

    `number` tells it apart. `born` is its place in the order of events, or 0 where nobody saw it begin. `parent` is the
    flow that started it, if that is known.
    """

    __slots__ = ("__weakref__", "_is_over", "born", "number", "parent")

    def __init__(self, number: int, born: int, parent: Flow | None, is_over: Callable[[], bool]) -> None:
        self.number, self.born, self.parent = number, born, parent
        self._is_over = is_over

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self._is_over()

    def end(self) -> None:
        """It has ended, although its thread or task goes on with other work."""
        self._is_over = _always

    def descends_from(self, other: Flow) -> bool:
        """Whether the other one started it, or started one that did."""
        flow = self.parent
        while flow is not None and flow is not other:
            flow = flow.parent
        return flow is not None


class Flows:
    """The flows that are known. They are noted between `begin` and `end` only, while an error case is replayed."""

    def __init__(self) -> None:
        self._watching = False
        self._moments = count(1)
        self._known: WeakKeyDictionary[Any, Flow] = WeakKeyDictionary()

    def begin(self) -> None:
        """Forget all flows, and note those that begin from now on."""
        self._known, self._watching = WeakKeyDictionary(), True

    def end(self) -> None:
        """Note no further flows."""
        self._watching = False

    def moment(self) -> int:
        """A place in the order of events, later than all before it."""
        return next(self._moments)

    def current(self) -> Flow:
        """The flow that runs here."""
        return self._of(running())

    def start(self, one: Thread | asyncio.Future[Any]) -> None:
        """The current flow starts this thread or task."""
        if self._watching:
            self._known[one] = self._born(self.current(), _ending(one))

    def child(self) -> Flow | None:
        """A flow that the current one starts, and that will run where `enter` is called; None while none are noted."""
        return self._born(self.current(), _never) if self._watching else None

    def handed_over(self) -> Flow | None:
        """The current flow, as the one from which another one takes an item; None while none are noted."""
        return self.current() if self._watching else None

    def enter(self, flow: Flow | None) -> None:
        """What runs here goes on with this flow; the one before has ended."""
        if flow is not None and self._watching:
            one = running()
            if (before := self._known.get(one)) is not None:
                before.end()
            self._known[one] = flow

    def take(self, giver: Flow | None) -> None:
        """What runs here takes an item that the flow `giver` put into a queue, and works for it."""
        if self._watching:
            self.enter(self._born(giver, _ending(running())))

    def _born(self, parent: Flow | None, is_over: Callable[[], bool]) -> Flow:
        return Flow(moment := self.moment(), moment, parent, is_over)

    def _of(self, one: Any) -> Flow:
        if (flow := self._known.get(one)) is None:
            parent = _spawner(one)
            flow = Flow(self.moment(), 0, self._of(parent) if parent is not None else None, _ending(one))
            flow = self._known.setdefault(one, flow)
        return flow


def running() -> Any:
    """What runs here: the task of asyncio or trio, else the greenlet of gevent, else the thread."""
    if (task := running_task()) is not None:
        return task
    if (trio := sys.modules.get("trio.lowlevel")) is not None:
        try:
            return trio.current_task()
        except RuntimeError:  # trio does not run here
            pass
    return greenlet if is_greenlet(greenlet := _greenlet()) else current_thread()


def _greenlet() -> Any:
    gevent = sys.modules.get("gevent")
    return gevent.getcurrent() if gevent is not None else None


def is_greenlet(one: object) -> bool:
    """Whether gevent spawned it: threads, too, run in a greenlet where gevent has replaced them."""
    gevent = sys.modules.get("gevent")
    return gevent is not None and isinstance(one, gevent.Greenlet)


def _spawner(one: Any) -> Any:
    """What spawned a greenlet (a weak reference, gevent 1.3 and later); None where that is not known."""
    spawner = getattr(one, "spawning_greenlet", None)
    found = spawner() if spawner is not None else None
    return found if found is None or is_greenlet(found) else main_thread()


def running_task() -> asyncio.Task[Any] | None:
    """The task of asyncio that runs here."""
    try:
        return current_task()
    except RuntimeError:  # no loop runs here
        return None


def _ending(one: Any) -> Callable[[], bool]:
    """Says whether a thread, task or greenlet has ended; of others (tasks of trio) this is not known."""
    known = ref(one)
    if isinstance(one, Thread):
        return lambda: (thread := known()) is None or not is_alive(thread)
    if isinstance(one, asyncio.Future):
        return lambda: (task := known()) is None or task.done()
    return lambda: (other := known()) is None or bool(getattr(other, "dead", False))


def _always() -> bool:
    return True


def _never() -> bool:
    return False

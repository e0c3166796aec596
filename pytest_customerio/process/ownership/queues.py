"""Remembers which test put each item into a queue: a worker that takes an item works for that test."""

from __future__ import annotations

import asyncio
import queue
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from pytest_customerio.process.parts import PYTHON, Part
from pytest_customerio.process.patching import Patches

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

T = TypeVar("T")


def _part(module: str, path: str) -> Part:
    why = "which test put an item into a queue, and who takes it out"
    # gevent replaces `queue.Queue` by a class of its own, which cannot be changed.
    return Part(PYTHON, module, path, why, "workers at such queues keep the test that they had", genuine=True)


PUT = _part("queue", "Queue._put"), _part("asyncio.queues", "Queue._put")
GET = _part("queue", "Queue._get"), _part("asyncio.queues", "Queue._get")
PARTS = (*PUT, *GET)


class QueueWatch(Generic[T]):
    """Notes beside each queue the origin of each of its items: the test that put it there, and its flow.

    `putter()` gives the origin of an item that is put now. `taken(origin)` is called when an item is taken, and returns
    whether a worker takes it.
    """

    def __init__(self, putter: Callable[[], T | None], taken: Callable[[T | None], bool]) -> None:
        self._putter, self._taken = putter, taken
        self._putters: WeakKeyDictionary[Any, deque[T | None]] = WeakKeyDictionary()
        self._served: WeakSet[Any] = WeakSet()

    def watch(self, patches: Patches) -> None:
        """Note both ends of queues that keep the order; stacks and heaps have a `_put` and a `_get` of their own."""
        for part in PUT:
            patches.patch(part, self._putting)
        for part in GET:
            patches.patch(part, self._getting)

    def waiting(self, is_own: Callable[[T | None], bool]) -> bool:
        """Whether an item waits for a worker, in another thread, that took from the same queue before.

        `is_own` says which items count, by the origin of each.
        """
        if not self._served:
            return False
        given = [self._putters.get(one, ()) for one in list(self._served) if _size(one)]
        return any(is_own(one) for known in given for one in tuple(known))

    def _putting(self, original: Callable[..., None]) -> Callable[..., None]:
        def put(self_: Any, item: Any) -> None:
            self._known(self_).append(self._putter())
            original(self_, item)

        return put

    def _getting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get(self_: Any) -> Any:
            known = self._known(self_)
            if self._taken(known.popleft() if len(known) == _size(self_) else None) and isinstance(self_, queue.Queue):
                self._served.add(self_)
            return original(self_)

        return get

    def _known(self, one: Any) -> deque[T | None]:
        """The tests that put the items of a queue; only of its latest items, where it was in use before us."""
        known = self._putters.setdefault(one, deque())
        while len(known) > _size(one):
            known.popleft()  # the application emptied the queue without `get`
        return known


def _size(one: Any) -> int:
    """The number of items. `queue.Queue.qsize` would take the lock that the caller holds already."""
    return int(one.qsize() if isinstance(one, asyncio.Queue) else one._qsize())

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
HEAP_PUT = _part("queue", "PriorityQueue._put"), _part("asyncio.queues", "PriorityQueue._put")
HEAP_GET = _part("queue", "PriorityQueue._get"), _part("asyncio.queues", "PriorityQueue._get")
PARTS = (*PUT, *GET, *HEAP_PUT, *HEAP_GET)


class QueueWatch(Generic[T]):
    """Notes beside each queue the origin of each of its items: the test that put it there, and its flow.

    `putter()` gives the origin of an item that is put now. `taken(origin)` is called when an item is taken, and returns
    whether a worker takes it.
    """

    def __init__(self, putter: Callable[[], T | None], taken: Callable[[T | None], bool]) -> None:
        self._putter, self._taken = putter, taken
        self._putters: WeakKeyDictionary[Any, deque[T | None]] = WeakKeyDictionary()
        self._heaps: WeakKeyDictionary[Any, _Heap[T]] = WeakKeyDictionary()
        self._served: WeakSet[Any] = WeakSet()

    def watch(self, patches: Patches) -> None:
        """Note both ends of queues that keep the order, and of heaps, by which a worker waits until work is due.

        Stacks (`LifoQueue`) are left alone: they hold connections, as those of urllib3, and no work.
        """
        for part in PUT:
            patches.patch(part, self._putting)
        for part in GET:
            patches.patch(part, self._getting)
        for part in HEAP_PUT:
            patches.patch(part, self._putting_in_heap)
        for part in HEAP_GET:
            patches.patch(part, self._getting_from_heap)

    def waiting(self, is_own: Callable[[T | None], bool]) -> bool:
        """Whether an item waits for a worker, in another thread, that took from the same queue before.

        `is_own` says which items count, by the origin of each.
        """
        if not self._served:
            return False
        return any(is_own(origin) for one in list(self._served) if _size(one) for origin in self._origins(one))

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

    def _putting_in_heap(self, original: Callable[..., None]) -> Callable[..., None]:
        def put(self_: Any, item: Any) -> None:
            if self_ not in self._heaps or not _size(self_):
                self._heaps[self_] = _Heap()
            self._heaps[self_].put(item, self._putter())
            original(self_, item)

        return put

    def _getting_from_heap(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get(self_: Any) -> Any:
            item = original(self_)
            known = self._heaps.get(self_)
            if self._taken(known.take(item) if known is not None else None) and isinstance(self_, queue.Queue):
                self._served.add(self_)
            return item

        return get

    def _origins(self, one: Any) -> tuple[T | None, ...]:
        heap = self._heaps.get(one)
        return tuple(self._putters.get(one, ())) if heap is None else heap.origins()

    def _known(self, one: Any) -> deque[T | None]:
        """The tests that put the items of a queue; only of its latest items, where it was in use before us."""
        known = self._putters.setdefault(one, deque())
        while len(known) > _size(one):
            known.popleft()  # the application emptied the queue without `get`
        return known


class _Heap(Generic[T]):
    """The origins of the items of a heap, by the `id` of the item: it need not be hashable, and lives in the heap."""

    def __init__(self) -> None:
        self._origins: dict[int, list[T | None]] = {}

    def put(self, item: object, origin: T | None) -> None:
        self._origins.setdefault(id(item), []).append(origin)

    def take(self, item: object) -> T | None:
        """The origin of an item that was taken; None for one that was there before us."""
        given = self._origins.get(id(item), [None])
        origin = given.pop(0)
        if not given:
            self._origins.pop(id(item), None)
        return origin

    def origins(self) -> tuple[T | None, ...]:
        return tuple(origin for given in tuple(self._origins.values()) for origin in tuple(given))


def _size(one: Any) -> int:
    """The number of items. `queue.Queue.qsize` would take the lock that the caller holds already."""
    return int(one.qsize() if isinstance(one, asyncio.Queue) else one._qsize())

"""What is put into a queue is done for whoever put it there, whoever takes it out."""

from __future__ import annotations

import asyncio
import queue
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from pytest_customerio.process.patching import Patches

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

T = TypeVar("T")


class Items(Generic[T]):
    """Notes beside each queue who put what is in it.

    `giver()` says who puts; `taken(owner)` hears whose is taken, and says whether a worker takes it.
    """

    def __init__(self, giver: Callable[[], T | None], taken: Callable[[T | None], bool]) -> None:
        self._giver, self._taken = giver, taken
        self._givers: WeakKeyDictionary[Any, deque[T | None]] = WeakKeyDictionary()
        self._served: WeakSet[Any] = WeakSet()

    def watch(self, patches: Patches) -> None:
        """Hear of both ends of queues that keep the order; stacks and heaps have methods of their own for this."""
        for kind in (queue.Queue, asyncio.Queue):
            if kind.__module__ not in ("queue", "asyncio.queues"):  # gevent puts its own there, which cannot be changed
                continue
            patches.wrap(kind, "_put", self._putting)
            patches.wrap(kind, "_get", self._getting)

    def waiting(self, owner: T) -> bool:
        """Whether something that this one put waits for a worker, in another thread, that took from there before."""
        given = [self._givers.get(items, ()) for items in list(self._served) if _size(items)]
        return any(one is owner for known in given for one in tuple(known))

    def _putting(self, original: Callable[..., None]) -> Callable[..., None]:
        def put(items: Any, item: Any) -> None:
            self._known(items).append(self._giver())
            original(items, item)

        return put

    def _getting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        def get(items: Any) -> Any:
            known = self._known(items)
            if self._taken(known.popleft() if len(known) == _size(items) else None) and isinstance(items, queue.Queue):
                self._served.add(items)
            return original(items)

        return get

    def _known(self, items: Any) -> deque[T | None]:
        """Who put what is in a queue: the latest of it, where it was in use before us."""
        known = self._givers.setdefault(items, deque())
        while len(known) > _size(items):
            known.popleft()  # somebody emptied it by hand
        return known


def _size(items: Any) -> int:
    """`Queue.qsize` takes the lock that is held here."""
    return int(items.qsize() if isinstance(items, asyncio.Queue) else items._qsize())

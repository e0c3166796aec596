"""customerio-cdp-analytics: its queue can be hurried. Its requests are heard where it sends them, by requests' tap."""

from __future__ import annotations

import sys
from collections.abc import Callable
from queue import Queue
from threading import enumerate as all_threads
from typing import Any, cast

from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.patching import Patches

MODULE = "customerio.analytics.consumer"
CLIENTS = "customerio.analytics.client"
# The attribute a queue has while somebody waits for it to be sent, and how long its consumer then waits for more.
FLUSHED = "cio_flushed"
STEP = 0.001


def install(traffic: Traffic, patches: Patches) -> None:
    """Let the consumers of the package's clients gather messages so that they can be told to send them now."""
    patches.wrap(sys.modules[MODULE].Consumer, "next", _next)
    patches.wrap(sys.modules[CLIENTS].Client, "flush", _flush)


class Hurried:
    """A client's queue as its consumer sees it: waiting for more messages ends when somebody hurries.

    `longest` is how long the consumer means to wait at most. It asks for more where its clock went back, which it does
    when an error case is over.
    """

    def __init__(self, whole: Queue[Any], longest: float) -> None:
        self.whole = whole
        self._longest = longest

    def get(self, block: bool = True, timeout: float = 0.0) -> Any:  # noqa: FBT001, FBT002 - as `Queue.get`
        """As `Queue.get`; raises `Empty` earlier where somebody hurries."""
        with self.whole.not_empty:
            if not self.whole.queue:
                self.whole.not_empty.wait(STEP if FLUSHED in vars(self.whole) else min(timeout, self._longest))
        return self.whole.get(block=False)


def queues() -> list[Queue[Any]]:
    """The queues of all clients that run."""
    module = sys.modules.get(MODULE)
    running = [one.queue for one in all_threads() if module is not None and isinstance(one, module.Consumer)]
    found = [getattr(queue, "whole", queue) for queue in running]
    return list({id(queue): queue for queue in found}.values())


def hurry(queue: Queue[Any]) -> None:
    """Have consumers that wait for more messages send what they have."""
    with queue.not_empty:
        queue.not_empty.notify_all()


def _next(original: Callable[..., Any]) -> Callable[..., Any]:
    def gather(consumer: Any) -> Any:
        queue = consumer.queue
        if hasattr(queue, "whole"):  # two runs in one process, or a consumer that outlived the first
            return original(consumer)
        consumer.queue = cast("Queue[Any]", Hurried(queue, consumer.upload_interval))
        try:
            return original(consumer)
        finally:
            consumer.queue = queue

    return gather


def _flush(original: Callable[..., Any]) -> Callable[..., Any]:
    def flush(client: Any) -> Any:
        vars(client.queue)[FLUSHED] = True
        hurry(client.queue)
        try:
            return original(client)
        finally:
            vars(client.queue).pop(FLUSHED, None)  # another thread's flush may be over before

    return flush

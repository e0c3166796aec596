"""customerio-cdp-analytics: its queue can be hurried. Its requests are heard where it sends them, by requests' tap."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from queue import Queue
from typing import Any, cast

from pytest_customerio.taps import Line
from pytest_customerio.taps.patching import Patches

MODULE = "customerio.analytics.consumer"


def install(line: Line, patches: Patches) -> None:
    """Let the consumers of the package's clients gather messages so that they can be told to send them now."""
    consumer = sys.modules[MODULE].Consumer
    patches.wrap(consumer, "next", _next)


class Hurried:
    """A client's queue as its consumer sees it: waiting for more messages ends when somebody hurries."""

    def __init__(self, whole: Queue[Any]) -> None:
        self.whole = whole

    def get(self, block: bool = True, timeout: float | None = None) -> Any:  # noqa: FBT001, FBT002 - as `Queue.get`
        """As `Queue.get`; raises `Empty` earlier where somebody hurries."""
        with self.whole.not_empty:
            if not self.whole.queue:
                self.whole.not_empty.wait(timeout)
        return self.whole.get(block=False)


def queues() -> list[Queue[Any]]:
    """The queues of all clients that run."""
    module = sys.modules.get(MODULE)
    running = [one.queue for one in threading.enumerate() if module is not None and isinstance(one, module.Consumer)]
    found = [getattr(queue, "whole", queue) for queue in running]
    return list({id(queue): queue for queue in found}.values())


def hurry(queue: Queue[Any]) -> None:
    """Have consumers that wait for more messages send what they have."""
    with queue.not_empty:
        queue.not_empty.notify_all()


def _next(original: Callable[..., Any]) -> Callable[..., Any]:
    def gather(consumer: Any) -> Any:
        queue = consumer.queue
        consumer.queue = cast("Queue[Any]", Hurried(queue))
        try:
            return original(consumer)
        finally:
            consumer.queue = queue

    return gather

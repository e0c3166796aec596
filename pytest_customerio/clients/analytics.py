"""customerio-cdp-analytics: lets the queue of its client be sent at once, and tells which call queued what is sent.

`clients/http/requests` hears its requests. A consumer of the SDK is a thread that gathers messages and sends them
together: it waits for more messages for half a second. A test that has ended should not take so long.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from queue import Queue
from threading import enumerate as all_threads
from typing import Any, cast

from pytest_customerio.clients.sent import queued_at
from pytest_customerio.clients.traffic import Traffic
from pytest_customerio.process.ownership import idle
from pytest_customerio.process.parts import ANALYTICS, PYTHON, Part
from pytest_customerio.process.patching import Patches

MODULE = "customerio.analytics.consumer"
CLIENTS = "customerio.analytics.client"
# The attribute that a queue has while a flush waits for it to be sent, and the seconds that its consumer then waits for
# more messages.
FLUSHED = "cio_flushed"
STEP = 0.001
_SLOW = "a flush takes half a second, and what is sent after the test may be late"
NEXT = Part(ANALYTICS, MODULE, "Consumer.next", "a queue can be sent at once", _SLOW, needs=CLIENTS)
FLUSH = Part(ANALYTICS, CLIENTS, "Client.flush", "a flush sends the queue at once", _SLOW)
# gevent replaces `queue.Queue` by a class that has no conditions: its consumers are left to wait as they do.
QUEUE = Part(
    PYTHON, "queue", "Queue.get", "a queue can be sent at once", _SLOW, recognised=True, genuine=True, needs=CLIENTS
)
_SITE = "where the application made the call of a message that is sent later"
_NOWHERE = "requests of the queue have no call site"
ENQUEUE = Part(ANALYTICS, CLIENTS, "Client._enqueue", _SITE, _NOWHERE)
REQUEST = Part(ANALYTICS, MODULE, "Consumer.request", _SITE, _NOWHERE, needs=CLIENTS)
PARTS = (NEXT, FLUSH, QUEUE, ENQUEUE, REQUEST)
# Messages whose call sites are remembered: those that are never sent must not grow without end.
MOST = 10_000


def install(traffic: Traffic, patches: Patches) -> None:
    """Let the consumers of the SDK's clients gather messages in a way that can be cut short, and note call sites."""
    patches.patch(NEXT, _next)
    patches.patch(FLUSH, _flush)
    sites: dict[str, str] = {}
    patches.patch(ENQUEUE, partial(_enqueue, traffic, sites))
    patches.patch(REQUEST, partial(_request, sites))


class Hurried:
    """A client's queue as its consumer sees it: `hurry` ends the wait for more messages.

    `longest` are the seconds that the consumer waits at most. It would ask for more where its clock goes back, as
    clocks do when an error case is over.
    """

    def __init__(self, whole: Queue[Any], longest: float) -> None:
        self.whole = whole
        self._longest = longest

    def get(self, block: bool = True, timeout: float = 0.0) -> Any:  # noqa: FBT001, FBT002 - as `Queue.get`
        """As `Queue.get`; raises `Empty` early after `hurry`."""
        with self.whole.not_empty:
            if not self.whole.queue:
                self.whole.not_empty.wait(STEP if FLUSHED in vars(self.whole) else min(timeout, self._longest))
        return self.whole.get(block=False)


# A consumer that waits here is idle, unless its queue holds messages.
idle.THREADS.add(Hurried.get, meaning=lambda frame: frame.f_locals["self"].whole._qsize())


def queues() -> list[Queue[Any]]:
    """The queues of all clients that run."""
    module = sys.modules.get(MODULE)
    if module is None:
        return []
    running = [one.queue for one in all_threads() if isinstance(one, module.Consumer)]
    found = [getattr(queue, "whole", queue) for queue in running]
    return list({id(queue): queue for queue in found}.values())


def hurry(queue: Queue[Any]) -> None:
    """Have consumers that wait for more messages send what they have; a queue of gevent is left alone."""
    if _can_be_hurried(queue):
        with queue.not_empty:
            queue.not_empty.notify_all()


def _can_be_hurried(queue: Any) -> bool:
    """Whether a queue has the condition that consumers wait for: one of gevent has not, nor has one of ours."""
    return hasattr(queue, "not_empty")


def _next(original: Callable[..., Any]) -> Callable[..., Any]:
    def gather(consumer: Any) -> Any:
        queue = consumer.queue
        if not _can_be_hurried(queue):  # or another run in this process, or an earlier one, has replaced it already
            return original(consumer)
        consumer.queue = cast("Queue[Any]", Hurried(queue, consumer.upload_interval))
        try:
            return original(consumer)
        finally:
            consumer.queue = queue

    return gather


def _enqueue(traffic: Traffic, sites: dict[str, str], original: Callable[..., Any]) -> Callable[..., Any]:
    def enqueue(client: Any, msg: Any) -> Any:
        site = traffic.sent_from()
        if site is not None and not client.sync_mode:
            if len(sites) >= MOST:
                sites.clear()
            if msg.get("messageId") is None:
                # As the original does it next. A consumer may send the message before `_enqueue` returns.
                msg["messageId"] = str(sys.modules[CLIENTS].uuid4())
            sites[str(msg["messageId"])] = site
        return original(client, msg)

    return enqueue


def _request(sites: dict[str, str], original: Callable[..., Any]) -> Callable[..., Any]:
    def request(consumer: Any, batch: Any) -> Any:
        found = [site for one in batch if (site := sites.pop(str(one.get("messageId")), None)) is not None]
        if not found:
            return original(consumer, batch)
        token = queued_at.set(found[0])
        try:
            return original(consumer, batch)
        finally:
            queued_at.reset(token)

    return request


def _flush(original: Callable[..., Any]) -> Callable[..., Any]:
    def flush(client: Any) -> Any:
        if not _can_be_hurried(client.queue):
            return original(client)
        vars(client.queue)[FLUSHED] = True
        hurry(client.queue)
        try:
            return original(client)
        finally:
            vars(client.queue).pop(FLUSHED, None)  # the flush of another thread may have removed it

    return flush

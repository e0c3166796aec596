"""Posts calls, in a thread for each webhook. As in Customer.io a call waits until the one before it is done."""

from __future__ import annotations

import threading
from collections.abc import Callable

from pytest_customerio.tools.sandbox.webhooks.calls import CallQueue, WebhookCall

MAX_WAITING = 10_000
# Posts a call, and returns the seconds to wait before it is posted again, or None if it is done.
Post = Callable[[WebhookCall], float | None]


class Sender:
    """Posts calls. `scale` shortens the waits: 0.001 makes a second of a thousand."""

    def __init__(self, post: Post, scale: float = 1.0) -> None:
        self.post = post
        self.scale = scale
        self.changed = threading.Condition()
        self.ended = False
        self._lanes: dict[int, _Lane] = {}

    def add(self, call: WebhookCall) -> None:
        """Post a call as soon as those before it are done."""
        with self.changed:
            lane = self._lanes.get(call.webhook)
            if lane is None:
                lane = self._lanes[call.webhook] = _Lane(self, call.webhook)
            lane.waiting.append(call)
            self.changed.notify_all()

    def retry(self) -> None:
        """Post calls that wait for their next attempt now."""
        with self.changed:
            for lane in self._lanes.values():
                lane.hurried = lane.pauses
            self.changed.notify_all()

    def settle(self) -> None:
        """Wait until no call can be posted now: each is done, or waits for its next attempt."""
        with self.changed:
            self.changed.wait_for(lambda: not any(each.works for each in self._lanes.values()))

    def clear(self) -> None:
        """Forget all calls. One that is on its way is not posted again."""
        with self.changed:
            for lane in self._lanes.values():
                lane.waiting.clear()
                lane.pauses = lane.hurried = False
            self.changed.notify_all()

    def stop(self) -> None:
        """End the threads; one that waits for an answer ends after that."""
        with self.changed:
            self.ended = True
            self.changed.notify_all()


class _Lane:
    """The calls of one webhook, oldest first, and the thread that posts them."""

    def __init__(self, sender: Sender, number: int) -> None:
        self.waiting = CallQueue(MAX_WAITING)
        self.hurried = False
        self.pauses = False
        self._sender = sender
        threading.Thread(target=self._run, name=f"customerio-webhook-{number}", daemon=True).start()

    @property
    def works(self) -> bool:
        """Whether it posts a call, or is about to."""
        return bool(self.waiting) and (self.hurried or not self.pauses)

    def _run(self) -> None:
        while (call := self._next()) is not None:
            wait = self._sender.post(call)
            self._done(call, wait)

    def _next(self) -> WebhookCall | None:
        """The oldest call; None when the sandbox has stopped."""
        sender = self._sender
        with sender.changed:
            sender.changed.wait_for(lambda: sender.ended or self.waiting.first)
            return None if sender.ended else self.waiting.first

    def _done(self, call: WebhookCall, wait: float | None) -> None:
        """Take a call out of the queue, or wait for its next attempt."""
        sender = self._sender

        def continues() -> bool:
            return sender.ended or self.hurried or self.waiting.first is not call

        with sender.changed:
            if wait is None and self.waiting.first is call:
                self.waiting.remove_first()
            self.pauses = wait is not None
            sender.changed.notify_all()
            if self.pauses:
                sender.changed.wait_for(continues, wait * sender.scale if wait else 0)
            self.pauses = self.hurried = False

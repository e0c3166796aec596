"""dramatiq: a message whose actor fails is put into the queue again by the middleware `Retries`, or fails for good.

The threads of a worker look every tenth of a second whether a delayed message is due. Time does not jump where threads
wait for such short times, so that the delay is counted as a wait when the message is put into the queue.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from pytest_customerio.clients.queues.job_log import JobLog
from pytest_customerio.process.parts import DRAMATIQ, Part
from pytest_customerio.process.patching import Patches

_WHY, _WITHOUT = "messages that are to be processed again", "a payload that such a message owes counts as lost"
BEFORE = Part(DRAMATIQ, "dramatiq.broker", "Broker.emit_before", _WHY, _WITHOUT)
AFTER = Part(DRAMATIQ, "dramatiq.broker", "Broker.emit_after", _WHY, _WITHOUT)
PARTS = (BEFORE, AFTER)


def install(log: JobLog, patches: Patches) -> None:
    """Follow each message that a worker of this process takes."""
    patches.patch(BEFORE, functools.partial(_before, log))
    patches.patch(AFTER, functools.partial(_after, log))


def _before(log: JobLog, original: Callable[..., None]) -> Callable[..., None]:
    def emit_before(broker: Any, signal: str, *args: Any, **kwargs: Any) -> None:
        if signal == "process_message":
            log.begin(args[0].message_id)
        original(broker, signal, *args, **kwargs)

    return emit_before


def _after(log: JobLog, original: Callable[..., None]) -> Callable[..., None]:
    def emit_after(broker: Any, signal: str, *args: Any, **kwargs: Any) -> None:
        if signal == "enqueue" and args[1] and log.has_met(args[0].message_id):
            log.wait(args[1] / 1000)
        if signal == "process_message":
            message, retries = args[0], _retries(args[0])
            log.end()
            original(broker, signal, *args, **kwargs)
            _note(log, message, kwargs.get("exception"), again=_retries(message) > retries)
        else:
            original(broker, signal, *args, **kwargs)

    return emit_after


def _retries(message: Any) -> int:
    return int(message.options.get("retries", 0))


def _note(log: JobLog, message: Any, error: BaseException | None, *, again: bool) -> None:
    """How a message ended; without `Retries` one that failed is dropped, and its payload is lost."""
    if error is None:
        log.done(message.message_id, message.actor_name)
    elif message.failed:
        log.fail(message.message_id, message.actor_name, error)
    elif again:
        log.again(message.message_id, message.actor_name)

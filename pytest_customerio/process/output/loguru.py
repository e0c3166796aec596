"""Knows loguru: the streams that it took hold of, and what the application logs by it.

loguru writes to handlers of its own, such as a file, so that no stream and no record of `logging` need show it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pytest_customerio.process.parts import LOGURU, Part

LOG = Part(
    LOGURU,
    "loguru._handler",
    "Handler.emit",
    "that the application logs by loguru",
    "what a handler writes elsewhere than to a stream does not count as logged",
    optional=True,
)
PARTS = (LOG,)


def streams() -> list[Any]:
    """The streams that loguru took hold of when it was imported.

    `_core`, `_sink` and `_stream` are private (loguru 0.7). Without them, what loguru prints may go unseen.
    """
    core = getattr(getattr(sys.modules.get("loguru"), "logger", None), "_core", None)
    sinks: list[Any] = [getattr(one, "_sink", None) for one in getattr(core, "handlers", {}).values()]
    return [sink._stream for sink in sinks if hasattr(sink, "_stream")]


def heard(original: Callable[..., Any], note: Callable[[], None]) -> Callable[..., Any]:
    """Wrap what writes a text that a handler takes: `note` is called first.

    The record is made before. A function of ours further up would be taken for the one that logs.
    """

    def emit(handler: Any, *args: Any, **kwargs: Any) -> Any:
        note()
        return original(handler, *args, **kwargs)

    return emit

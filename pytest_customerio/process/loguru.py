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
    "loguru._logger",
    "Logger._log",
    "that the application logs by loguru",
    "what a handler writes elsewhere than to a stream does not count as logged",
    optional=True,
)
PARTS = (LOG,)


def streams() -> list[Any]:
    """The streams that loguru took hold of when it was imported.

    `_core`, `_sink` and `_stream` are private (loguru 0.7). Without them, what loguru prints may go unseen.
    """
    sinks: list[Any] = [getattr(one, "_sink", None) for one in _handlers(_logger()).values()]
    return [sink._stream for sink in sinks if hasattr(sink, "_stream")]


def heard(original: Callable[..., Any], note: Callable[[], None]) -> Callable[..., Any]:
    """Wrap the function that each text goes through: `note` is called first where a handler may take the text."""

    def log(logger: Any, *args: Any, **kwargs: Any) -> Any:
        if _handlers(logger):
            note()
        return original(logger, *args, **kwargs)

    return log


def _logger() -> Any:
    return getattr(sys.modules.get("loguru"), "logger", None)


def _handlers(logger: Any) -> dict[int, Any]:
    found: dict[int, Any] = getattr(getattr(logger, "_core", None), "handlers", {})
    return found

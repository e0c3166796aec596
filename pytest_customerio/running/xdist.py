"""pytest-xdist: its workers run the tests, another process prints. A worker's mistakes have to travel there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

MISTAKE = "customerio_mistake"
LATE = "customerio_late"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for another one that prints."""
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Whether this process prints what its workers run."""
    distributed = config.getoption("dist", default="no") != "no" and not is_worker(config)
    return bool(distributed and config.getoption("tx", default=None))


def tell(config: pytest.Config, mistake: str) -> None:
    """In a worker: a usage error, which would crash it, is told to the process that prints."""
    output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    output[MISTAKE] = mistake


def tell_late(config: pytest.Config, late: Sequence[Mapping[str, Any]]) -> None:
    """In a worker: what left after its test was over is told to the process that prints."""
    config.workeroutput[LATE] = list(late)  # type: ignore[attr-defined]


def late(node: object) -> list[Mapping[str, Any]]:
    """In the process that prints: what a finished worker told of requests that left late."""
    return list(getattr(node, "workeroutput", {}).get(LATE, ()))


def told(node: object) -> str:
    """In the process that prints: the mistake that a finished worker told, or nothing."""
    return str(getattr(node, "workeroutput", {}).get(MISTAKE, ""))

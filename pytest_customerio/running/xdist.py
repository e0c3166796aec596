"""pytest-xdist: its workers run the tests and send their results to the controller, which prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pytest_customerio.running.planning.marks import Marks

MISTAKE = "customerio_mistake"
LATE = "customerio_late"
MARKS = "customerio_marks"
BASELINE = "customerio_baseline"
SANDBOX = "customerio_sandbox"


def is_worker(config: pytest.Config) -> bool:
    """Whether this process runs tests for a controller."""
    return hasattr(config, "workerinput")


def send_mistake(config: pytest.Config, mistake: str) -> None:
    """In a worker: send a mistake of the user to the controller; a UsageError would crash the worker."""
    output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    output[MISTAKE] = mistake


def send(config: pytest.Config, late: Sequence[Mapping[str, Any]], marks: Marks) -> None:
    """In a worker: send the requests that left after their test, and how many of all tests are checked."""
    config.workeroutput[LATE] = list(late)  # type: ignore[attr-defined]
    config.workeroutput[MARKS] = marks.values()  # type: ignore[attr-defined]


def send_baseline(config: pytest.Config, values: Mapping[str, Any]) -> None:
    """In a worker: send what the baseline in the controller needs."""
    config.workeroutput[BASELINE] = values  # type: ignore[attr-defined]


def send_sandbox(config: pytest.Config) -> None:
    """In a worker: say that a test used `cio_sandbox`."""
    config.workeroutput[SANDBOX] = True  # type: ignore[attr-defined]


def output_of(node: object) -> dict[str, Any]:
    """In the controller: what a finished worker sent, by our names; empty where it sent nothing."""
    output: Mapping[str, Any] = getattr(node, "workeroutput", {})
    return {name: output[name] for name in (MISTAKE, LATE, MARKS, BASELINE, SANDBOX) if output.get(name)}

"""pytest-xdist: its workers run the tests and send their results to the controller, which prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_customerio.running.planning.marks import Marks

if TYPE_CHECKING:
    from pytest_customerio.running.run.run import Run

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


def late_of(node: object) -> list[Mapping[str, Any]]:
    """In the controller: the late requests that a finished worker sent."""
    return list(getattr(node, "workeroutput", {}).get(LATE, ()))


def mistake_of(node: object) -> str:
    """In the controller: the mistake that a finished worker sent, or an empty text."""
    return str(getattr(node, "workeroutput", {}).get(MISTAKE, ""))


def send_sandbox(config: pytest.Config) -> None:
    """In a worker: say that a test used `cio_sandbox`."""
    config.workeroutput[SANDBOX] = True  # type: ignore[attr-defined]


def receive(node: object, run: Callable[[], Run]) -> None:
    """In the controller: hand what a finished worker sent to the run, which is made only where something was sent."""
    if mistake := mistake_of(node):
        run().mistakes.fail(mistake)
    if late := late_of(node):
        run().add_late(late)
    if marks := getattr(node, "workeroutput", {}).get(MARKS):
        run().notes.marks = Marks(*marks)
    if (values := getattr(node, "workeroutput", {}).get(BASELINE)) and (baseline := run().baseline):
        baseline.take(values)
    if getattr(node, "workeroutput", {}).get(SANDBOX):
        run().ending.uses_sandbox = True

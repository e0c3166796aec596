"""Rule `undeclared-exception`: an exception leaves the application only if the test declares it."""

from __future__ import annotations

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import violation


def undeclared_exception(observation: Observation) -> Violation | None:
    """The application let out an exception that the test does not declare."""
    if not is_undeclared(observation):
        return None
    name = type(observation.raised).__name__
    hint = f"handle {name} in the application, or declare it: raises={name}, pytest.raises({name})"
    return violation(observation, "undeclared-exception", "no exception that the test does not declare", name, hint)


def is_undeclared(observation: Observation) -> bool:
    """Whether the application let an exception out undeclared. AssertionError is how the test itself fails."""
    raised = observation.raised
    if observation.declared or isinstance(raised, AssertionError):
        return False
    return isinstance(raised, Exception | SystemExit)

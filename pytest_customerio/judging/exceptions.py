"""Rule `undeclared-exception`: an exception leaves the application only if the test declares it."""

from __future__ import annotations

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import violation

EXPECTED = "no exception that the test does not declare"
# Python's own exceptions of code that is wrong. A ValueError may be the answer's fault, as where it is no JSON.
BUGS = frozenset(
    {ArithmeticError, AttributeError, EOFError, IndexError, KeyError, LookupError, NameError, NotImplementedError}
    | {RecursionError, TypeError, UnboundLocalError, ZeroDivisionError}
)


def undeclared_exception(observation: Observation) -> Violation | None:
    """The application let out an exception that the test does not declare."""
    if not is_undeclared(observation):
        return None
    name = type(observation.raised).__name__
    if is_bug(observation.raised):
        place = observation.raised_at or "the code that raises it"
        hint = f"mend {place}: a {name} is a bug that this answer brings to light; do not declare it"
        return violation(observation, "undeclared-exception", EXPECTED, name, hint)
    hint = f"handle {name} in the application, or declare it: raises={name}, pytest.raises({name})"
    return violation(observation, "undeclared-exception", EXPECTED, name, hint)


def is_undeclared(observation: Observation) -> bool:
    """Whether the application let an exception out undeclared. AssertionError is how the test itself fails."""
    raised = observation.raised
    if observation.declared or isinstance(raised, AssertionError):
        return False
    return isinstance(raised, Exception | SystemExit)


def is_bug(error: BaseException | None) -> bool:
    """Whether an exception says that the code is wrong, and nothing about the answer."""
    return type(error) in BUGS

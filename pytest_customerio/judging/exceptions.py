"""Rule `undeclared-exception`: an exception leaves the application only if the test declares it."""

from __future__ import annotations

import sys

from pytest_customerio.core.model import Violation
from pytest_customerio.core.observation import Observation
from pytest_customerio.judging.violation import violation
from pytest_customerio.process.exceptions import leaves

# An application that calls one of these handles all of its exceptions in the same place.
CLIENTS = frozenset({"customerio", "async_customerio", "requests", "urllib3", "httpx", "httpx2", "aiohttp"})
EXPECTED = "no exception that the test does not declare"
# Python's own exceptions of code that is wrong. A ValueError may be the answer's fault, as where it is no JSON.
BUGS = frozenset(
    {ArithmeticError, AttributeError, EOFError, IndexError, KeyError, LookupError, NameError, NotImplementedError}
    | {RecursionError, TypeError, UnboundLocalError, ZeroDivisionError}
)


def undeclared_exception(observation: Observation) -> Violation | None:
    """The application let out an exception that the test does not declare."""
    raised = observation.raised
    if raised is None or not is_undeclared(observation):
        return None
    name = type(raised).__name__
    if is_bug(raised):
        name = next(type(one).__name__ for one in leaves(raised) if type(one) in BUGS)
        place = observation.raised_at or "the code that raises it"
        hint = f"mend {place}: a {name} is a bug in the code; do not declare it"
        if library := observation.raised_in:
            hint = f"catch this {name} of {library} at {place}, or mend what is handed to {library} there"
        return violation(observation, "undeclared-exception", EXPECTED, name, hint)
    hint = _declaring_group(raised) if isinstance(raised, BaseExceptionGroup) else _declaring(type(raised))
    return violation(observation, "undeclared-exception", EXPECTED, name, hint)


def _declaring(kind: type[BaseException]) -> str:
    """How to handle or declare an exception: a client's by the base class of all that this client raises."""
    name = _declared_name(kind)
    of = "" if base_of(kind) is kind else f", the base of {kind.__name__},"
    return f"handle {name}{of} in the application, or declare it: raises={name}, pytest.raises({name})"


def _declaring_group(group: BaseExceptionGroup[BaseException]) -> str:
    """How to handle or declare a group of exceptions: by those that it holds."""
    names = ", ".join(dict.fromkeys(_declared_name(type(one)) for one in leaves(group)))
    declared = f"({names})" if "," in names else names
    return f"handle {names} in the application (except*), or declare what the group holds: raises={declared}"


def base_of(kind: type[BaseException]) -> type[BaseException]:
    """The base class of all exceptions of the client or SDK that defines this one; the class itself for any other."""
    package = _package(kind)
    if package not in CLIENTS:
        return kind
    return [one for one in kind.__mro__ if _package(one) == package][-1]


def _package(kind: type) -> str:
    return kind.__module__.partition(".")[0]


def _declared_name(kind: type[BaseException]) -> str:
    base = base_of(kind)
    return kind.__name__ if base is kind else _public_name(base)


def _public_name(kind: type) -> str:
    """`requests.RequestException`: from the package where it has the class, else from the module that defines it."""
    package = _package(kind)
    known = getattr(sys.modules.get(package), kind.__name__, None) is kind
    return f"{package if known else kind.__module__}.{kind.__name__}"


def is_undeclared(observation: Observation) -> bool:
    """Whether the application let an exception out undeclared. AssertionError is how the test itself fails."""
    raised = observation.raised
    if raised is None or observation.declared or all(isinstance(one, AssertionError) for one in leaves(raised)):
        return False
    return isinstance(raised, Exception | SystemExit)


def is_bug(error: BaseException | None) -> bool:
    """Whether an exception, or one that it groups, says that the code is wrong, and nothing about the answer."""
    return error is not None and any(type(one) in BUGS for one in leaves(error))

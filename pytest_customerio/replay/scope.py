"""Which requests an error case is about."""

from __future__ import annotations

from pytest_customerio.core.model import ErrorCase, Operation, WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.replay.identity import whole

# Errors of what a request holds, not of who sends it, by family.
OF_THE_PAYLOAD = ("400", "413", "422")


def scope(case: ErrorCase, operation: Operation, said: tuple[Message, ...]) -> str:
    """An error of the payload belongs to one payload, any other error to every request of the operation."""
    return whole(said, timed=timed(case)) if case.family in OF_THE_PAYLOAD else operation.id


def timed(case: ErrorCase | None) -> bool:
    """Whether a timestamp is what was wrong, so that another one makes another payload."""
    return case is not None and "timestamp" in case.cassette


def draws(case: ErrorCase, request: WireRequest) -> bool:
    """Whether this request can draw the error: in strict mode Pipelines drops nothing without saying so."""
    return case.kind != "dropped" or request.headers.get("x-strict-mode", "").strip() not in ("1", "true")

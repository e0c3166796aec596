"""Which requests an error case belongs to."""

from __future__ import annotations

from dataclasses import replace

from pytest_customerio.core.model import ErrorCase, Operation, WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.replay.identity import whole

# Families of errors that belong to the payload, not to the credentials or the rate.
OF_THE_PAYLOAD = ("400", "413", "422")


def scope(case: ErrorCase, operation: Operation, said: tuple[Message, ...]) -> str:
    """What meets the error again: the payload, for an error of the payload; else every request of the operation.

    It does not matter who sends the payload.
    """
    if case.family not in OF_THE_PAYLOAD:
        return operation.id
    return whole(tuple(replace(one, chain=0) for one in said), timed=timed(case))


def timed(case: ErrorCase | None) -> bool:
    """Whether the case is about a timestamp, so that another timestamp makes another payload."""
    return case is not None and "timestamp" in case.cassette


def draws(case: ErrorCase, request: WireRequest) -> bool:
    """Whether this request can draw the error: in strict mode Pipelines drops no payload silently."""
    return case.kind != "dropped" or request.headers.get("x-strict-mode", "").strip() not in ("1", "true")

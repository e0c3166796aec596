"""Which requests an error case belongs to."""

from __future__ import annotations

from urllib.parse import urlsplit

from pytest_customerio.cassettes.conditions import CONDITIONS, lacking, strict
from pytest_customerio.core.model import ErrorCase, WireRequest
from pytest_customerio.core.observation import Message
from pytest_customerio.core.operation import Operation
from pytest_customerio.replay.fitting import fit
from pytest_customerio.replay.identity import whole

# Families of errors that belong to the payload, not to the credentials or the rate.
OF_THE_PAYLOAD = ("400", "413", "422")
OTHER_REGION = "a host of another region than the workspace's"


def scope(case: ErrorCase, operation: Operation, said: tuple[Message, ...]) -> str:
    """What meets the error again: the payload, for an error of the payload; else every request of the operation.

    It does not matter who sends the payload.
    """
    if case.family not in OF_THE_PAYLOAD:
        return operation.id
    return whole(tuple(one._replace(chain=0) for one in said), timed=timed(case))


def timed(case: ErrorCase | None) -> bool:
    """Whether the case is about a timestamp, so that another timestamp makes another payload."""
    return case is not None and "timestamp" in case.cassette


def draws(case: ErrorCase, request: WireRequest) -> bool:
    """Whether this request can draw the error: in strict mode Pipelines drops no payload silently."""
    return case.kind != "dropped" or not strict(request)


def lacks(case: ErrorCase, operation: Operation, request: WireRequest, region: str | None = None) -> str:
    """What the case takes and this request of one of its operations has not; empty where the request can draw it.

    `region` is the region of the workspace, where the project declares it: the host of that region redirects nobody.
    """
    if not draws(case, request):
        return CONDITIONS["no-strict-mode"].text
    at_home = region is not None and urlsplit(request.url).hostname == operation.hosts.get(region)
    if (case.kind == "redirect" and at_home) or fit(case.answer, request) is None:
        return OTHER_REGION
    return lacking(case.when, operation, request)

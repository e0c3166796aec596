"""The log of requests."""

from __future__ import annotations

import pytest
from sandbox_client import SandboxClient
from sandbox_pages import received

from pytest_customerio.tools.sandbox.requests.request_log import MAX_REQUESTS, MAX_WEIGHT, RequestLog


def test_the_log_is_bounded(ask: SandboxClient) -> None:
    """The oldest requests are removed; the requests after a number are returned oldest first."""
    ask.identify("42")
    (one,) = ask.service.log
    log = RequestLog()
    for _ in range(MAX_REQUESTS + 2):
        log.add(one)
    assert len(log) == MAX_REQUESTS
    ask.identify("43")
    assert ask.service.log.since(0) == [one, *ask.service.log.since(one.number)]
    assert ask.service.log.since(one.number + 1) == []


@pytest.mark.parametrize(
    ("operation", "concerned"), [("track.event", True), ("track", True), ("tra", False), ("app", False)]
)
def test_the_operation_of_a_request(operation: str, concerned: bool) -> None:
    """A request concerns its operation and its surface."""
    assert received().concerns(operation) is concerned
    assert not received(operation=None).concerns(operation)


def test_the_log_is_bounded_in_size(ask: SandboxClient) -> None:
    """The oldest requests are removed until the rest is within the size; the last one always stays."""
    ask.identify("42")
    (one,) = ask.service.log
    log = RequestLog()
    for _ in range(3):
        log.add(one, MAX_WEIGHT // 2)
    assert len(log) == 2
    log.add(one, 2 * MAX_WEIGHT)
    assert len(log) == 1
    log.add(one, 1)
    assert len(log) == 1

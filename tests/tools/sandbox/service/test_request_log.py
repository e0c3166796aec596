"""TODO."""

from __future__ import annotations

from sandbox_client import SandboxClient

from pytest_customerio.tools.sandbox.service.request_log import MAX_REQUESTS, RequestLog


def test_the_log_is_bounded(ask: SandboxClient) -> None:
    """The oldest go; those after a number are found, oldest first."""
    ask.identify("42")
    (one,) = ask.service.log
    log = RequestLog()
    for _ in range(MAX_REQUESTS + 2):
        log.add(one)
    assert len(log) == MAX_REQUESTS
    ask.identify("43")
    assert ask.service.log.since(0) == [one, *ask.service.log.since(one.number)]
    assert ask.service.log.since(one.number + 1) == []

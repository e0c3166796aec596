"""Rule `no-timeout`: each request has a timeout."""

from __future__ import annotations

import pytest
from observed import RESET, SERVER, judged, seen

from pytest_customerio.core.model import Answer
from pytest_customerio.judging.judgement import judge

FAULT = RESET._replace(answer=Answer(fault="read-timeout"), kind="fault", family="network")


@pytest.mark.parametrize(
    ("case", "endless", "found"),
    [
        (SERVER, True, [("no-timeout", "warning")]),
        (FAULT, True, [("no-timeout", "error")]),
        (FAULT, False, []),
    ],
)
def test_every_request_has_a_timeout(case, endless, found):
    """A missing timeout is an error if the network fails, else a warning."""
    assert judged(seen(case, reported=True, endless=endless))[1] == found


def test_no_timeout_says_how():
    """The hint shows the argument of the common clients."""
    (violation,) = judge(seen(FAULT, reported=True, endless=True))[1]
    assert "timeout=10" in violation.hint

"""When an event is posted again."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.webhooks.posting import Result
from pytest_customerio.tools.sandbox.webhooks.schedule import HOUR, MINUTE, SEVEN_DAYS, wait_before_retry


def waits(result: Result) -> list[float]:
    """All waits after the same result again and again."""
    found: list[float] = []
    while (wait := wait_before_retry(result, len(found) + 1, sum(found))) is not None:
        found.append(wait)
    return found


@pytest.mark.parametrize("result", [Result(500), Result(429), Result(410), Result(problem="refused")])
def test_an_hour_first(result: Result) -> None:
    """After the published statuses and problems it waits an hour, then twice as long each time, for seven days."""
    assert waits(result) == [HOUR * 2**index for index in range(7)]


@pytest.mark.parametrize("result", [Result(503), Result(302), Result(problem="timeout"), Result(problem="malformed")])
def test_all_others(result: Result) -> None:
    """After everything else the first wait is a minute."""
    found = waits(result)
    assert found[:2] == [MINUTE, 2 * MINUTE]
    assert SEVEN_DAYS / 2 < sum(found) <= SEVEN_DAYS


def test_where_nothing_is_sent() -> None:
    """A target that is not allowed is not tried again."""
    assert waits(Result(problem="not allowed")) == []

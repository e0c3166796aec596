"""A bounded dictionary."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.bounded import put_bounded


def test_the_oldest_goes() -> None:
    """The oldest value is removed when there are too many."""
    values: dict[str, int] = {}
    for number in range(3):
        put_bounded(values, str(number), number, 2)
    assert values == {"1": 1, "2": 2}

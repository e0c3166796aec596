"""Stops an application that retries one request without end, because its test would never end either."""

from __future__ import annotations

__tracebackhide__ = True  # pytest shows no frame of ours in anybody's traceback

# After this number of attempts of one request the replay stops the application.
STOP_AFTER = 50
# The same for requests that differ in their ids and timestamps only: they may be as many events.
STOP_ALIKE_AFTER = 10 * STOP_AFTER


class GaveUp(BaseException):
    """Ends the test of an application that retries without end. `except Exception` does not catch it."""

    def __init__(self, operation: str, attempts: int) -> None:
        super().__init__(f"{operation}: stopped after {attempts} attempts of one request")


def stop_endless(operation: str, attempts: int, alike: int = 0) -> None:
    """Raise `GaveUp` when one request was attempted more than `STOP_AFTER` times; `alike` are those with other ids."""
    if attempts > STOP_AFTER or alike > STOP_ALIKE_AFTER:
        raise GaveUp(operation, max(attempts, alike))

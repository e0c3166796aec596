"""The input and the result of a handler."""

from __future__ import annotations

from pytest_customerio.tools.sandbox.api.call import NOT_FOUND, Call, CallResult


def test_the_defaults() -> None:
    """A call without members is empty; a result without members is the recorded success."""
    assert (Call().payload, Call().params, Call().query) == ({}, {}, {})
    assert (CallResult().body, CallResult().case, NOT_FOUND.case) == (None, "", "404-not-found")

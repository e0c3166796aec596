"""What mocks were called with, judged with what a test sends."""

from __future__ import annotations

import unittest

from pytest_customerio.core.model import Interaction, Violation
from pytest_customerio.running.mocks import MockedCall, _raising_contexts, judging

URL = "https://track.customer.io/api/v1/events"


def violation(rule: str) -> Violation:
    return Violation(rule, "error", "$", "this", "that")


def test_rules_about_what_is_not_known() -> None:
    """A mocked call is judged as any request, but for these; one that was never sent brings its violation along."""
    judge = judging(lambda _: [violation("wrong-region"), violation("bad-email")])
    request = Interaction("requests", "POST", URL)
    known, unknown = (
        MockedCall("mock", "POST", URL),
        MockedCall("mock", "POST", URL, unknown=frozenset({"wrong-region"})),
    )
    not_sent = MockedCall("mock", "", "", violations=(violation("mock-hides-error"),))
    found = {
        name: [one.rule for one in judge(call)]
        for name, call in {"request": request, "known": known, "unknown": unknown, "not sent": not_sent}.items()
    }
    assert found == {
        "request": ["wrong-region", "bad-email"],
        "known": ["wrong-region", "bad-email"],
        "unknown": ["bad-email"],
        "not sent": ["mock-hides-error"],
    }


def test_where_exceptions_are_expected() -> None:
    """An older pytest has no class of its own for it."""
    (without,) = _raising_contexts(None)
    assert without.__module__ == unittest.case.__name__
    assert list(_raising_contexts(dict)) == [dict, without]

"""Requests that left after their test was over."""

from __future__ import annotations

from typing import cast

from pytest_customerio.core.model import Interaction, PendingInteraction
from pytest_customerio.core.operation import Operation
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.checked.late import Late, LateRequests

EVENT = Operation("track.event", "track", "POST", "/x", {"us": "track.customer.io"}, "basic", "")


def test_late_requests_are_counted_by_operation_and_call_site() -> None:
    """A request without operation or call site is counted as well."""
    late = Late(cast("CheckedTest", None))
    for sent_from, operation in [
        ("app.py:1 in f", EVENT),
        ("app.py:1 in f", EVENT),
        ("app.py:9 in g", EVENT),
        (None, None),
    ]:
        late.note(
            Interaction("requests", "POST", "https://track.customer.io/x", sent_from=sent_from, operation=operation)
        )
    assert late.requests == {
        ("track.event", "app.py:1 in f"): 2,
        ("track.event", "app.py:9 in g"): 1,
        ("unknown", ""): 1,
    }


def test_late_requests_are_counted_for_each_test() -> None:
    """Two tests have a count each."""
    late, tests = LateRequests(lambda one: one), [cast("CheckedTest", object()) for _ in range(2)]
    for test in (*tests, tests[0]):
        late.note(test, PendingInteraction("requests", "POST", "https://track.customer.io/x"))
    assert [(one.test, one.requests.total()) for one in late] == [(tests[0], 2), (tests[1], 1)]

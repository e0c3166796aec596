"""Requests that left after their test was over."""

from __future__ import annotations

from typing import cast

from pytest_customerio.core.model import Interaction, Operation
from pytest_customerio.running.test.late import Late
from pytest_customerio.running.test.test import CheckedTest

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

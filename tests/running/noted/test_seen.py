"""What one phase of a test adds to the results of the run."""

from __future__ import annotations

from collections.abc import Callable

from pytest_customerio.core.model import Answer
from pytest_customerio.running.noted.seen import looked_at
from pytest_customerio.running.session import Session
from pytest_customerio.running.test.test import CheckedTest

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]


def test_the_cases_of_an_operation_are_reported_once(session: Session, begun: Begin, send: Send) -> None:
    """An address without operation has no cases."""
    test = begun()
    send()
    send(url="https://track.customer.io/api/v9/nothing")
    test.record.settle()
    first, again = session.report_results(test), session.report_results(test)
    assert first["rows"] == again["rows"]
    assert {row["operation"] for row in first["rows"]} == {"track.event", "unknown"}
    assert (list(first["applicable"]), list(again["applicable"])) == (["track.event"], [])
    assert "500-server-error-persists" in first["applicable"]["track.event"]


def test_a_test_with_a_sandbox(begun: Begin) -> None:
    """An SDK that sends to `cio_sandbox` is not heard, and has not sent nothing; without the sandbox it has."""
    test = begun()
    test.used = "customerio.CustomerIO.identify"
    assert looked_at(test)["used"] == "customerio.CustomerIO.identify"
    test.elsewhere = list
    assert looked_at(test)["used"] == ""

"""What one phase of a test adds to the results of the run."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import Answer
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.noted.seen import looked_at, unreplayed
from pytest_customerio.running.session import Session

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


CASE = "429-rate-limited-persists"


@pytest.mark.parametrize(
    ("attempts", "lacking", "operations", "reason"),
    [
        ([], (), (), "the case does not apply"),
        ([object()], (), (), f"none of track.event draws {CASE}"),
        ([object()], (), ("track.identify",), "the mark names track.identify, and the test sends track.event only"),
        ([object()], ("a batch", "ids"), (), f"{CASE} takes a batch or ids"),
    ],
    ids=["other", "drawn by others", "named by nobody", "impossible"],
)
def test_why_a_case_was_not_replayed(
    begun: Begin, send: Send, attempts: list[object], lacking: tuple[str, ...], operations: tuple[str, ...], reason: str
) -> None:
    """In the words of the summary; where the payload lacks something, the case is impossible to the operations."""
    test = begun(case=CASE, errors=ErrorsMark(operations=operations))
    send()
    test.record.settle()
    assert unreplayed(test) == {}
    test.skipped = "the case does not apply"
    seen = SimpleNamespace(schedule=SimpleNamespace(lacking=lacking), observer=SimpleNamespace(attempts=attempts))
    test.latest = SimpleNamespace(replay=seen)  # type: ignore[assignment]
    impossible = ["track.event"] if lacking else []
    assert unreplayed(test) == {test.plan.nodeid: {"case": CASE, "reason": reason, "impossible": impossible}}
    test.latest = None

"""A session begins, judges and ends tests, and remembers what was reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_customerio.core.marks import ErrorsMark
from pytest_customerio.core.model import Answer
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.checked.conclusion import Conclusion
from pytest_customerio.running.session import Session

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]
BAD = b'{"name": ""}'


def test_a_test_is_current_until_it_ends(session: Session, begun: Begin) -> None:
    """The end of a test closes it; without a test the end does nothing."""
    session.end()
    test = begun()
    assert session._traffic.ownership.current() is test
    session.end()
    assert test.over


def test_the_call_phase_puts_the_case_of_the_item_to_work(session: Session, begun: Begin) -> None:
    """A case that a fixture put to work before prevents it; an item without case starts none."""
    bare = begun()
    assert session.begin_call(bare) == ""
    session.begin_case(bare)  # as each example of Hypothesis does
    assert bare.replay is None
    marked = {"errors": ErrorsMark(), "case": "500-server-error-persists"}
    test = begun(**marked)
    assert session.begin_call(test) == ""
    assert test.replay is not None
    test = begun(**marked)
    test.start_replay("500", times=None)
    assert session.begin_call(test) == "test_app.py::test_buy: cio_errors: cio.replay('500') is at work already"
    assert test.replay is None


def test_what_is_wrong_is_reported_once(session: Session, begun: Begin, send: Send) -> None:
    """A violation is reported at the end of the call phase, and not again after teardown. What teardown sends is
    reported then."""
    test = begun()
    session.begin_call(test)
    send(BAD)
    assert session.end_call(test, None).text.startswith("track.event $.name: ")
    assert not test.passed
    assert session.settle(test) == Conclusion()
    send(b"[]")
    assert session.settle(test).text.startswith("track.event $: ")


@pytest.mark.parametrize(
    ("raised", "body", "passed"), [(None, b'{"name": "a"}', True), (KeyError(), b'{"name": "a"}', False)]
)
def test_a_test_passes_without_exception_and_violation(
    session: Session, begun: Begin, send: Send, raised: BaseException | None, body: bytes, *, passed: bool
) -> None:
    """A test with an exception of its own does not pass, nor does one with a violation."""
    test = begun()
    session.begin_call(test)
    send(body)
    assert session.end_call(test, raised) == Conclusion()
    assert test.passed is passed


def test_a_test_that_is_not_checked_waits_for_nothing(
    session: Session, begun: Begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Work that a checked test left is waited for."""
    waited: list[bool] = []
    monkeypatch.setattr(session._unfinished, "settle", lambda *, replayed: waited.append(replayed))
    for checked in (False, True):
        session.end_call(begun(checked=checked), None)
    test = begun()
    test.start_replay("500", times=None)
    session.end_call(test, None)
    assert waited == [False, True]


def test_tasks_of_the_running_loop_are_finished_while_a_case_is_at_work(session: Session, begun: Begin) -> None:
    """Without a test or a case no task is waited for."""
    calls: list[int] = []

    async def finish() -> None:
        calls.append(1)

    session._unfinished.finish_tasks_here = finish  # type: ignore[method-assign]
    asyncio.run(session.finish_tasks())
    test = begun()
    asyncio.run(session.finish_tasks())
    test.start_replay("500", times=None)
    asyncio.run(session.finish_tasks())
    assert calls == [1]


def test_late_requests(session: Session, begun: Begin, send: Send) -> None:
    """Late requests are judged by themselves; the result says whether they fail the run."""
    test = begun()
    send(BAD)
    session.end_call(test, None)
    test.close()
    assert session.late() == []
    send(b'{"name": "buy"}')
    (late,) = session.late()
    assert (late["fails"], late["lines"][0]) == (
        False,
        "late: test_app.py::test_buy: 1 request left after the test was over",
    )
    send(b"[]")
    (late,) = session.late()
    assert late["fails"]
    assert [row["operation"] for row in late["rows"]] == ["track.event"]
    assert any(text.startswith("track.event $: ") for text in late["lines"])


def test_a_corrupt_cassette_of_the_user_ends_the_run_before_it_starts(
    fresh: Callable[..., Session], loaded: Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With folders of the user all answers are read when the session is made; else when it opens."""
    loads: list[None] = []
    monkeypatch.setattr(loaded.cassettes, "load", lambda: loads.append(None))
    fresh()
    assert not loads
    fresh(cassettes=(tmp_path,))
    assert len(loads) == 1


def test_a_request_that_cannot_be_judged_fails_the_test(session: Session, begun: Begin, send: Send) -> None:
    """An error in our judging is reported at the end of the test, and not raised into the application."""
    test = begun()
    session.begin_call(test)
    send()
    test.record._judge = lambda _: 1 / 0  # type: ignore[assignment, return-value]
    text = session.end_call(test, None).text
    assert text.startswith("POST https://track.customer.io/api/v1/customers/…/events: could not be judged")
    assert "ZeroDivisionError at test_session.py" in text
    assert session.settle(test).text == ""

"""Leaks are looked for in every checked test, where nothing is replayed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from pytest_customerio.core.model import Answer
from pytest_customerio.process.call_sites import Function
from pytest_customerio.process.output.written import Text
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.noted.leaks import is_test_file
from pytest_customerio.running.session import Session

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]
BODY = b'{"name": "buy", "data": {"email": "ada@example.com"}}'


def rules(test: CheckedTest) -> list[str]:
    return [one.violation.rule for tally in test.record.tallies.values() for one in tally.occurrences.values()]


@pytest.fixture
def writes(session: Session) -> Callable[..., None]:
    """Let a function of the application write a text, on its way to Customer.io."""

    def write(text: str, file: str = "/p/crm.py", name: str = "buy", **more: Any) -> None:
        written = session._leaks.written
        written.senders.add(Function(file, name))
        written._texts.append(Text(text, Function(file, name), 1, "crm", logging.WARNING))

    return write


def test_a_leak_is_added_once(begun: Begin, send: Send, session: Session, writes: Callable[..., None]) -> None:
    """It stands with the request that carried it, also when the next phase is judged."""
    test = begun()
    writes("buy: ada@example.com")
    send(BODY)
    assert "pii-leak" in session.end_call(test, None).text
    assert session.settle(test).text == ""
    assert rules(test) == ["pii-leak"]


def test_where_nothing_is_looked_for(begun: Begin, send: Send, session: Session, writes: Callable[..., None]) -> None:
    """A test that sends nothing, one in which an error is replayed, and what the test function itself writes."""
    test = begun()
    writes("ada@example.com")
    session.end_call(test, None)
    assert rules(test) == []
    test = begun()
    test.start_replay("429", times=1)
    writes("ada@example.com")
    send(BODY)
    session.end_call(test, None)
    assert "pii-leak" not in rules(test)
    test = begun("test_app.py::test_buy[1]")
    writes("ada@example.com", "/p/test_app.py", "test_buy")
    send(BODY)
    session.end_call(test, None)
    assert rules(test) == []


def test_logs_that_cannot_be_seen_are_a_warning(begun: Begin, send: Send, session: Session) -> None:
    """The check says so."""
    test = begun()
    session._leaks.written.blind = True
    session._leaks.written.senders.add(Function("/p/crm.py", "buy"))
    send(BODY)
    session.end_call(test, None)
    assert rules(test) == ["leak-check-blind"]


def test_a_test_that_is_not_checked(begun: Begin, session: Session) -> None:
    """Nothing of it is noted."""
    begun(checked=False)
    assert not session._leaks.written._on


def test_an_allowed_leak(begun: Begin, send: Send, session: Session, writes: Callable[..., None]) -> None:
    """A mark may allow it: the violation has the reason, and does not fail the test."""
    from pytest_customerio.core.allowances import Allowance

    test = begun(allow=(Allowance("pii-leak", None, "a debug log"),))
    writes("ada@example.com")
    send(BODY)
    assert session.end_call(test, None).text == ""
    found = [one.violation for tally in test.record.tallies.values() for one in tally.occurrences.values()]
    assert {one.allowed for one in found if one.rule == "pii-leak"} == {"a debug log"}


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("app/crm.py", False),
        ("contest/crm.py", False),
        ("crm_test_data.py", False),
        ("tests/factories.py", True),
        ("app/testing/x.py", True),
        ("app/tests.py", True),
        ("conftest.py", True),
        ("test_app.py", True),
        ("app_test.py", True),
    ],
)
def test_files_of_tests(label: str, expected: bool) -> None:
    """By the names that pytest and Django give to them."""
    assert is_test_file(label) is expected

"""What a test's record learns of calls that mocks noted, and of calls that an SDK refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from pytest_customerio.core.settings import Settings
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.planning.plan import Plan
from pytest_customerio.running.session import Session

customerio = pytest.importorskip("customerio")
requests = pytest.importorskip("requests")


@pytest.fixture
def session() -> Iterator[Session]:
    """An open session."""
    opened = Session(Settings(contract=True, rootdir=Path(__file__).parent))
    opened.open()
    yield opened
    opened.end()
    opened.close()


@pytest.fixture
def test(session: Session) -> CheckedTest:
    """A test in its call phase."""
    begun = session.begin(Plan("test_it", checked=True))
    session.begin_call(begun)
    return begun


def _rules(test: CheckedTest) -> dict[str, list[str]]:
    return {name: [rule for rule, *_ in tally.occurrences] for name, tally in test.record.tallies.items()}


def test_what_a_mock_hides_is_of_the_operation_that_it_would_have_been(session: Session, test: CheckedTest) -> None:
    """By the method of the SDK, or by the address of the request."""
    with patch("customerio.CustomerIO.track") as track, patch("requests.post") as post:
        track(customer_id="", name="bought")
        post("https://track.customer.io/api/v1/customers/42/events", jsn={"name": "bought"})
    session.end_call(test, None)
    assert _rules(test) == {"track.event": ["mock-hides-error", "mock-hides-error"]}
    assert test.mocked is not None
    assert test.mocked.not_sent == 2


def test_a_call_that_leads_elsewhere_does_not_count(session: Session, test: CheckedTest) -> None:
    """Neither as a request nor as a call that was heard."""
    with patch("requests.post") as post:
        post("https://example.com/", json={})
    session.end_call(test, None)
    assert test.mocked is not None
    assert (test.mocked.calls, test.record.heard) == (0, 0)


@pytest.mark.parametrize("ends", [True, False])
def test_a_call_that_an_sdk_refused_is_a_violation_unless_the_test_ends_with_it(
    session: Session, test: CheckedTest, *, ends: bool
) -> None:
    """An exception that nobody sees is a payload that was lost before it was sent."""
    try:
        customerio.CustomerIO("site", "key").identify(id="")
    except customerio.CustomerIOException as error:
        session.end_call(test, error if ends else None)
    assert _rules(test) == ({} if ends else {"track.identify": ["call-not-sent"]})

"""The requests between the application and Customer.io: which are heard, and what answers them."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable
from unittest import mock

import pytest

from pytest_customerio.core.model import Answer, WireRequest
from pytest_customerio.process.guard import RefusedError
from pytest_customerio.running.checked.checked import CheckedTest
from pytest_customerio.running.session import Session
from pytest_customerio.running.traffic import SessionTraffic

Begin = Callable[..., CheckedTest]
Send = Callable[..., Answer]
URL = "https://track.customer.io/api/v1/customers/42/events"
REQUEST = WireRequest("POST", URL, {}, b"{}")


@pytest.fixture
def traffic(session: Session) -> SessionTraffic:
    """The traffic of a session."""
    return session._traffic


def test_requests_of_a_checked_test_are_heard(traffic: SessionTraffic, begun: Begin) -> None:
    """Nothing is heard without a test, in a test that is not checked, or below a client that is heard."""
    assert traffic.hear("requests", "post", URL) is None
    begun(checked=False)
    assert traffic.hear("requests", "post", URL) is None
    test = begun(keep=True)
    hearing = traffic.hear("requests", "post", URL)
    assert hearing is not None
    with hearing:
        assert traffic.hear("urllib3", "POST", URL) is None
    (interaction,) = test.sent()
    assert (interaction.client, interaction.method, interaction.url, interaction.raised) == (
        "requests",
        "POST",
        URL,
        None,
    )
    assert traffic.hear("urllib3", "POST", URL) is not None


def test_an_exception_of_the_client_is_noted(traffic: SessionTraffic, begun: Begin) -> None:
    """An exception is noted by the name of its class, unless the client's module noted another name before."""
    test = begun(keep=True)
    for noted in (None, "ReadTimeout"):
        hearing = traffic.hear("requests", "POST", URL)
        assert hearing is not None
        with pytest.raises(KeyError), hearing:
            hearing.interaction.raised = noted
            raise KeyError("x")
    assert [one.raised for one in test.sent()] == ["KeyError", "ReadTimeout"]


def test_a_hearing_may_end_in_another_context(traffic: SessionTraffic, begun: Begin) -> None:
    """A generator may be closed in another context than it was started in; nothing is heard above after that."""
    begun()
    hearing = traffic.hear("requests", "POST", URL)
    assert hearing is not None
    contextvars.copy_context().run(hearing.__enter__)
    hearing.__exit__(None, None, None)
    assert traffic.hear("requests", "POST", URL) is not None


def test_a_request_that_nothing_heard_is_noted_where_it_is_answered(begun: Begin, send: Send) -> None:
    """A request that was not heard is noted with the status of its answer."""
    test = begun(keep=True)
    assert send().status == 200
    (interaction,) = test.sent()
    assert (interaction.client, interaction.status, interaction.attempts) == ("network", 200, 1)


def test_attempts_belong_to_the_request_above(traffic: SessionTraffic, begun: Begin, send: Send) -> None:
    """A client's own retries are one request with several attempts."""
    test = begun(keep=True)
    hearing = traffic.hear("requests", "POST", URL)
    assert hearing is not None
    with hearing:
        send()
        send()
    assert [one.attempts for one in test.sent()] == [2]


@pytest.mark.parametrize(("method", "number"), [("POST", 1), ("PUT", 2)])
def test_a_cancelled_request_may_be_written_later(
    traffic: SessionTraffic, begun: Begin, send: Send, method: str, number: int
) -> None:
    """A task of the client goes on writing it in the context of the request; another method is another request."""
    test = begun(keep=True)
    hearing = traffic.hear("aiohttp", "POST", URL)
    assert hearing is not None
    with hearing:
        hearing.interaction.raised = "CancelledError"
        later = contextvars.copy_context()
    later.run(send, method=method)
    assert len(test.sent()) == number


def test_between_tests(session: Session, fresh: Callable[..., Session], send: Send) -> None:
    """Between tests, requests are answered with the documented success with --cio-contract, and refused without."""
    assert send().status == 200
    traffic = fresh(contract=False)._traffic
    with pytest.raises(RefusedError, match="refused, nothing may leave the machine"):
        traffic.answer(REQUEST)


def test_in_a_test_that_is_not_checked(traffic: SessionTraffic, begun: Begin) -> None:
    """The request is refused, and the test remembers the refusal."""
    test = begun(checked=False)
    with pytest.raises(RefusedError) as refused:
        traffic.answer(REQUEST)
    assert test.refused == [str(refused.value)]
    assert "nothing may leave the machine while pytest-customerio is active" in test.refused[0]


def test_a_request_that_passed_everything_that_answers(traffic: SessionTraffic, begun: Begin) -> None:
    """In a checked test such a request is refused; the text names possible causes."""
    test = begun()
    assert "it took a way past everything that answers" in str(traffic.refusal("POST /x"))
    assert len(test.refused) == 1


def test_no_operation(begun: Begin, send: Send) -> None:
    """A request that is no operation is answered with a 404, also while a case is replayed."""
    test = begun()
    assert send(url="https://track.customer.io/api/v9/nothing").status == 404
    test.start_replay("500", times=None)
    assert send(url="https://track.customer.io/api/v9/nothing").status == 404
    assert test.replay is not None
    assert not test.replay.met


def test_a_case_answers_while_it_lasts(begun: Begin, send: Send) -> None:
    """The case answers also a body that is no JSON; after its end the success is answered."""
    test = begun()
    test.start_replay("500", times=None)
    assert [send().status, send(b"\xff").status] == [500, 500]
    test.leave_replay(None)
    assert send().status == 200


def test_a_case_that_breaks_connections_is_asked_for_first(traffic: SessionTraffic, begun: Begin) -> None:
    """`at_connect` is true only while such a case is at work."""
    assert traffic.at_connect() is False
    test = begun()
    assert traffic.at_connect() is False
    for case, expected in (("500", False), ("dns-failure", True)):
        test.start_replay(case, times=None)
        assert traffic.at_connect() is expected
        test.leave_replay(None)


def test_a_mocked_clock_is_not_called(traffic: SessionTraffic, begun: Begin) -> None:
    """A mock of `time.time` is not called, because it may count its calls. The request has no time then."""
    begun()
    with mock.patch.object(time, "time") as clock:
        hearing = traffic.hear("requests", "POST", URL)
    assert clock.call_count == 0
    assert hearing is not None
    assert hearing.interaction.at == 0.0


def test_a_hearing_that_was_never_entered_may_end(traffic: SessionTraffic, begun: Begin) -> None:
    """A client that fails before it sends ends it; the request is noted with the exception."""
    test = begun(keep=True)
    hearing = traffic.hear("aiohttp", "POST", URL)
    assert hearing is not None
    hearing.__exit__(KeyError, KeyError("x"), None)
    assert [one.raised for one in test.sent()] == ["KeyError"]


def test_nothing_answers_at_another_port(traffic: SessionTraffic, begun: Begin, send: Send) -> None:
    """A connection to a port where nothing listens is refused, in a test and between tests, with a case at work too."""
    closed = URL.replace("customer.io", "customer.io:44333")
    assert traffic.at_connect("track.customer.io", 44333)
    assert not traffic.at_connect("track.customer.io", 443)
    assert send(url=closed).fault == "connection-refused"
    test = begun()
    assert send(url=closed).fault == "connection-refused"
    test.start_replay("500", times=None)
    assert send(url=closed).fault == "connection-refused"
    test.record.settle()
    rules = [one.violation.rule for tally in test.record.tallies.values() for one in tally.occurrences.values()]
    assert rules == ["wrong-host"]

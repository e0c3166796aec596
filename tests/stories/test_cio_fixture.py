"""The `cio` fixture: what was sent, and `cio.replay`, which replays one case in a part of a test."""

from __future__ import annotations

from tests.stories.conftest import Story, failure, short_summary, table

UNSENT = "cio.replay('500'): nothing was sent to Customer.io while it was replayed\n"


def test_what_was_sent(story: Story) -> None:
    """`cio.sent` has every request in order, whether a mock or we answered it, as plain values."""
    result = story.run(
        """
        import json
        import crm
        import pytest
        import responses

        def test_sent(cio):
            assert list(cio.sent) == []
            crm.identify("42", plan="basic")
            crm.event("42", "purchase")
            first, second = cio.sent
            assert first.operation.id == "track.identify"
            assert (first.method, first.url) == ("PUT", "https://track.customer.io/api/v1/customers/42")
            assert json.loads(first.body) == {"plan": "basic"}
            assert first.headers["authorization"].startswith("Basic ")
            assert (first.status, first.attempts, first.raised) == (200, 1, None)
            assert first.sent_from == "crm.py:13 in identify"
            assert second.operation.id == "track.event"
            assert cio.sent[1].operation is second.operation

        @responses.activate
        def test_answered_by_a_mock(cio):
            responses.put(f"{crm.BASE}/customers/42", status=503)
            crm.identify("42", plan="basic")
            assert [(call.operation.id, call.status) for call in cio.sent] == [("track.identify", 503)]

        def test_no_operation(cio):
            crm.requests.get("https://track.customer.io/api/v1/nothing", timeout=5)
            assert [call.operation for call in cio.sent] == [None]

        @pytest.fixture
        def customer(cio):
            crm.identify("42", plan="basic")
            return cio

        def test_through_a_fixture(customer):
            assert len(customer.sent) == 1

        """
    )
    result.assert_outcomes(passed=3, failed=1)
    assert short_summary(result)[0].startswith(
        "FAILED test_app.py::test_no_operation - Failed: url: expected an operation of"
    )


def test_a_case_by_hand(story: Story) -> None:
    """A replay ends with its `with` block, or with the test. After `times` errors it answers with success."""
    result = story.run(
        """
        import crm
        import pytest
        import requests

        def signup():
            return crm.retrying(lambda: crm.identify("42", plan="basic"))

        def test_with(cio):
            with cio.replay("429-rate-limited", times=2):
                assert signup().status_code == 200
            assert (cio.outcome, cio.attempts, list(cio.waits)) == ("recovered", 3, [1.0, 2.0])
            assert crm.identify("42", plan="basic").status_code == 200

        def test_without_with(cio):
            cio.replay("connection-reset", times=1)
            signup()
            assert (cio.outcome, cio.attempts) == ("recovered", 2)

        def test_for_ever(cio):
            with cio.replay("500", raises=RuntimeError):
                signup()

        def test_recovers_by_its_id(cio):
            with cio.replay("500-server-error-recovers"):
                assert signup().status_code == 200
            assert cio.attempts == 3

        def test_status_and_operations(cio):
            with cio.replay(401, operations="track.event"):
                assert crm.identify("42", plan="basic").status_code == 200
                cio.reported(crm.event("42", "purchase").status_code == 401)
            assert cio.outcome == "reported"

        def test_one_after_the_other(cio):
            with cio.replay("500", times=1):
                signup()
            with cio.replay("401"):
                assert cio.outcome is None
                cio.reported(not crm.identify("42", plan="basic").ok)

        def test_raises_within(cio):
            with cio.replay("401"), pytest.raises(requests.HTTPError):
                crm.identify("42", plan="basic").raise_for_status()
            assert cio.outcome == "raised"

        def test_raises_around(cio):
            with pytest.raises(requests.HTTPError), cio.replay("401"):
                crm.identify("42", plan="basic").raise_for_status()
            assert cio.outcome == "raised"

        def test_told_afterwards(cio):
            with cio.replay("401"):
                ok = crm.identify("42", plan="basic").ok
            assert cio.outcome == "lost"
            cio.reported(ok is False)
            assert cio.outcome == "reported"

        def test_delivered_afterwards(cio):
            with cio.replay("500"):
                crm.identify("42", plan="basic")
            crm.identify("42", plan="basic")
            assert (cio.outcome, cio.attempts) == ("deferred", 1)

        def test_page_view(cio):
            with cio.replay("500", best_effort=True):
                crm.event("42", "page_view")
                __import__("logging").getLogger("shop").error("a page view is lost")
        """
    )
    result.assert_outcomes(passed=11)
    assert {name: {row[case] for case in ("401", "429", "5xx")} for name, row in table(result).items()} == {
        "track.event": {"ok", "-"},
        "track.identify": {"ok"},
    }


def test_a_case_by_hand_is_judged(story: Story) -> None:
    """A replay is judged at the end of the test, with the same text as under the mark. A replay that no request met
    fails the test."""
    result = story.run(
        """
        import crm
        import pytest
        import requests
        import responses

        def test_lost(cio):
            with cio.replay("500"):
                crm.identify("42", plan="basic")

        def test_something_else_delivered(cio):
            with cio.replay("500"):
                crm.identify("42", plan="basic")
            crm.identify("42", plan="pro")

        def test_must_recover(cio):
            with cio.replay("429-rate-limited-recovers", must_recover=True):
                cio.reported(not crm.identify("42", plan="basic").ok)

        def test_undeclared(cio):
            with cio.replay("500"):
                crm.identify("42", plan="basic").raise_for_status()

        def test_later_error_is_not_the_cases(cio):
            with cio.replay("500"):
                cio.reported(not crm.identify("42", plan="basic").ok)
            raise KeyError("plan")

        def test_nothing_sent(cio):
            with cio.replay("500"):
                pass
            crm.identify("42", plan="basic")

        def test_does_not_apply(cio):
            with cio.replay("400-event-name-too-long"):
                crm.identify("42", plan="basic")

        @responses.activate
        def test_own_mock(cio):
            responses.put(f"{crm.BASE}/customers/42", json={})
            with cio.replay("500"):
                crm.identify("42", plan="basic")
        """
    )
    result.assert_outcomes(failed=8)
    for name in ("test_lost", "test_something_else_delivered"):
        assert failure(result, name).startswith("track.identify 500-server-error-persists: lost, 1 attempt\n")
    assert "  outcome   recovered or deferred   reported\n" in failure(result, "test_must_recover")
    assert "HTTPError: 500 Server Error" in failure(result, "test_undeclared")
    later = failure(result, "test_later_error_is_not_the_cases")
    assert "KeyError: 'plan'" in later
    assert failure(result, "test_nothing_sent") == UNSENT
    assert failure(result, "test_does_not_apply") == (
        "cio.replay('400-event-name-too-long'): does not apply to what the test sends (track.identify)\n"
    )
    assert failure(result, "test_own_mock").startswith("track.identify 500-server-error-persists: lost, 1 attempt\n")
    # What is wrong besides, and what the plugin answered, stands with the two failures of the tests' own.
    assert result.stdout.str().count("-- customer.io --") == 2


def test_a_mistake_by_hand_is_one_line(story: Story) -> None:
    """The failure shows the line of the test and the mistake, without a frame of ours."""
    result = story.run(
        """
        import pytest

        def test_nested(cio):
            with cio.replay("500"), cio.replay("429"):
                pass

        @pytest.mark.cio_errors("429-rate-limited-recovers")
        def test_beside_the_mark(cio):
            cio.replay("500")

        @pytest.fixture
        def replaying(cio):
            cio.replay("500")

        @pytest.mark.cio_errors("429-rate-limited-recovers")
        def test_before_the_mark(replaying):
            pass

        def test_unknown_case(cio):
            cio.replay("427")

        def test_unknown_operation(cio):
            cio.replay("429", operations="track.identfy")

        def test_raises_what(cio):
            cio.replay("429", raises="HTTPError")

        def test_times(cio):
            cio.replay("429", times=0)

        def test_no_case(cio):
            cio.waits
        """
    )
    result.assert_outcomes(failed=8)
    said = [line.partition("SettingsError: ")[2] for line in result.outlines if line.startswith("E ")]
    assert [line for line in said if line] == [
        "cio.replay('429'): a case is at work already; end it first, or leave out the mark",
        "cio.replay('500'): a case is at work already; end it first, or leave out the mark",
        "cio.replay('427'): '427' is no error case (did you mean 429?); all cases: python -m pytest_customerio errors",
        "cio.replay('429'): operations='track.identfy': there is no such operation (did you mean track.identify?)",
        "cio.replay('429'): raises='HTTPError'; accepted: exception classes",
        "cio.replay('429'): times=0; accepted: 1 or more, or None for ever",
        "no error case is at work: mark the test cio_errors, or call cio.replay(case) first",
    ]
    assert failure(result, "test_before_the_mark[429-rate-limited-recovers]") == (
        "test_app.py::test_before_the_mark[429-rate-limited-recovers]: cio_errors:"
        " cio.replay('500') is at work already\n"
    )
    assert "pytest_customerio/" not in result.stdout.str()


def test_drain_without_a_case_runs_the_worker_once(story: Story) -> None:
    """Without a case `cio.drain` runs the worker once, so that one test serves with and without an error. An exception
    of the worker ends the test."""
    result = story.run(
        """
        import crm
        import pytest

        def test_once(cio):
            runs = []
            cio.drain(lambda: runs.append(1))
            assert runs == [1]
            assert cio.pending(lambda: 3) is True
            assert cio.reported(0) is False

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_broken_worker(cio):
            def work():
                crm.identify("42", plan="basic")
                raise LookupError("no such row")

            with pytest.raises(LookupError):
                cio.drain(work)
            cio.pending(True)
        """
    )
    result.assert_outcomes(passed=2)


def test_a_test_function_measures_real_time(story: Story) -> None:
    """The test function's own `perf_counter` is real, also in a method; that of the application moves by each wait."""
    result = story.run(
        """
        import time

        import pytest
        import requests


        def save():
            began = time.perf_counter()
            while not requests.put("https://track.customer.io/api/v1/customers/42", json={"a": 1},
                                   auth=("site-1234", "key-12345"), timeout=5).ok:
                time.sleep(30)
            return time.perf_counter() - began


        def check(began):
            assert save() >= 60
            assert time.perf_counter() - began >= 60


        @pytest.mark.cio_errors("429-rate-limited-recovers")
        def test_function():
            began, began_ns = time.perf_counter(), time.perf_counter_ns()
            check(began)
            assert time.perf_counter() - began < 30
            assert time.perf_counter_ns() - began_ns < 30e9


        class TestClass:
            @pytest.mark.cio_errors("429-rate-limited-recovers")
            def test_method(self):
                began = time.perf_counter()
                save()
                assert time.perf_counter() - began < 30
        """
    )
    result.assert_outcomes(passed=2)

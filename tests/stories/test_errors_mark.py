"""`@pytest.mark.cio_errors`: a test runs once for each case that the mark names."""

from __future__ import annotations

from tests.stories.conftest import Story, closing, failure, short_summary

NOTHING_SENT = """\
nothing was sent to Customer.io: the test ended before any request

  what to do   a test marked cio_errors must send something; an exception before the request
               (a TypeError that somebody swallows, a missing key) looks just like this, and so does a fake
               of the suite's own in the place of the client or SDK;
               name the address of a proxy of yours in the ini cio_hosts; in the place of a local server, keep
               Customer.io's own address, and the plugin answers
"""
MISSION = [
    "400-attribute-value-too-long",
    "400-event-name-too-long",
    "400-id-mismatch",
    "400-identifier-required",
    "400-invalid-email",
    "400-invalid-timestamp",
    "400-malformed",
    "401-unauthorized",
    "403-forbidden",
    "404-not-found",
    "429-rate-limited-recovers",
    "429-rate-limited-persists",
    "429-retry-after-recovers",
    "429-retry-after-persists",
    "500-server-error-recovers",
    "500-server-error-persists",
    "connection-reset-recovers",
    "connection-reset-persists",
    "read-timeout-recovers",
    "read-timeout-persists",
]


def ids(result) -> dict[str, list[str]]:
    """The cases of each collected test."""
    found: dict[str, list[str]] = {}
    for line in result.outlines:
        if "::" in line:
            name, _, case = line.partition("::")[2].partition("[")
            found.setdefault(name, []).append(case.rstrip("]"))
    return found


def test_without_names_a_test_runs_once_for_every_case(story: Story) -> None:
    """Without names the test runs in every case of the mission, and in each transient case twice."""
    result = story.run("import pytest\n\n@pytest.mark.cio_errors\ndef test_all():\n    pass\n", "--collect-only", "-q")
    collected = ids(result)["test_all"]
    assert [case for case in collected if case in MISSION] == MISSION
    assert len(set(collected)) == len(collected)


def test_cases_are_named_by_id_cassette_family_or_status(story: Story) -> None:
    """Each case runs once, in the order given; `except_for` takes the same words."""
    result = story.run(
        """
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-recovers")
        def test_id(): pass

        @pytest.mark.cio_errors("429-rate-limited")
        def test_cassette(): pass

        @pytest.mark.cio_errors("401", "429-rate-limited", "429-rate-limited-recovers")
        def test_family(): pass

        @pytest.mark.cio_errors(500, "401-unauthorized")
        def test_status(): pass

        @pytest.mark.cio_errors("429-rate-limited", "500", except_for=(500, "429-rate-limited-persists"))
        def test_except_for(): pass

        @pytest.mark.cio_errors(except_for=[400, "network"])
        def test_all_but(): pass
        """,
        "--collect-only",
        "-q",
    )
    found = ids(result)
    assert found["test_id"] == ["429-rate-limited-recovers"]
    assert found["test_cassette"] == ["429-rate-limited-recovers", "429-rate-limited-persists"]
    *family, recovers, persists = found["test_family"]
    assert family and all(case.startswith("401-") for case in family)
    assert [recovers, persists] == found["test_cassette"]
    assert found["test_status"][-3:] == ["500-server-error-recovers", "500-server-error-persists", "401-unauthorized"]
    assert found["test_except_for"] == ["429-rate-limited-recovers"]
    left = set(found["test_all_but"])
    assert "401-unauthorized" in left
    assert not left & {case for case in MISSION if case.startswith(("400", "connection", "read"))}


def test_the_mark_on_a_class_a_module_and_beside_parameters(story: Story) -> None:
    """The mark of a method comes before that of its class or module. Parameters of the test multiply with the cases."""
    result = story.run(
        """
        import pytest

        pytestmark = pytest.mark.cio_errors("403-forbidden")

        def test_module(): pass

        @pytest.mark.cio_errors("401-unauthorized")
        class TestShop:
            def test_class(self): pass

            @pytest.mark.cio_errors("404-not-found")
            def test_own(self): pass

            @pytest.mark.parametrize("plan", ["basic", "pro"])
            def test_plans(self, plan): pass
        """,
        "--collect-only",
        "-q",
    )
    assert ids(result) == {
        "test_module": ["403-forbidden"],
        "TestShop::test_class": ["401-unauthorized"],
        "TestShop::test_own": ["404-not-found"],
        "TestShop::test_plans": ["401-unauthorized-basic", "401-unauthorized-pro"],
    }


def test_nothing_sent_is_a_failure(story: Story) -> None:
    """A test that sends nothing fails, because the application may have swallowed a TypeError. A failure of the test's
    own is shown instead."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_swallowed_type_error():
            try:
                crm.identify()
            except Exception:
                pass

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_own_reason():
            crm.identify()

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_skips():
            pytest.skip("no database here")
        """
    )
    result.assert_outcomes(failed=2, skipped=1)
    assert failure(result, "test_swallowed_type_error[500-server-error-persists]") == NOTHING_SENT
    assert "TypeError: identify() missing 1 required positional argument: 'user_id'" in result.stdout.str()
    assert closing(result) == ""


def test_what_does_not_apply_is_skipped_with_its_reason(story: Story) -> None:
    """A test is skipped where no request of it can draw the case, whatever mock it uses."""
    result = story.run(
        """
        import crm
        import pytest
        import responses

        @pytest.mark.cio_errors("400-event-name-too-long")
        def test_other_operation():
            crm.identify("42", plan="basic")

        @pytest.mark.cio_errors("500-server-error-persists", operations="track.event")
        def test_other_operation_named():
            crm.identify("42", plan="basic")

        @pytest.mark.cio_errors("500-server-error-persists")
        @responses.activate
        def test_own_mock():
            responses.put(f"{crm.BASE}/customers/42", json={})
            assert crm.identify("42", plan="basic").status_code == 500

        @pytest.mark.cio_errors("400-event-name-too-long")
        @responses.activate
        def test_own_mock_of_another_operation():
            responses.put(f"{crm.BASE}/customers/42", json={})
            assert crm.identify("42", plan="basic").json() == {}
        """,
        "-rs",
    )
    result.assert_outcomes(skipped=3, failed=1)
    sent = "and the test sends track.identify only"
    assert short_summary(result) == [
        "SKIPPED [1] test_app.py:6: 400-event-name-too-long: does not apply to what the test sends (track.identify)",
        f"SKIPPED [1] test_app.py:10: 500-server-error-persists: the mark says operations=track.event, {sent}",
        "SKIPPED [1] test_app.py:20: 400-event-name-too-long: does not apply to what the test sends (track.identify)",
    ]
    assert f": the mark names track.event, {sent}\n" in result.stdout.str()
    assert failure(result, "test_own_mock[500-server-error-persists]").startswith("track.identify")


def test_the_first_operation_that_it_applies_to_meets_the_case(story: Story) -> None:
    """The first operation that the case applies to meets the error, or those named by `operations=`; all others are
    answered with success."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_first(cio):
            assert crm.identify("42", plan="basic").status_code == 500
            assert crm.event("42", "purchase").status_code == 200
            cio.reported(True)

        @pytest.mark.cio_errors("500-server-error-persists", operations=("track.event", "track.delete"))
        def test_named(cio):
            assert crm.identify("42", plan="basic").status_code == 200
            assert crm.event("42", "purchase").status_code == 500
            assert crm.identify("42", plan="basic").status_code == 200
            cio.reported(True)

        @pytest.mark.cio_errors("400-event-name-too-long")
        def test_first_that_can_draw_it(cio):
            assert crm.identify("42", plan="basic").status_code == 200
            assert crm.event("42", "purchase").status_code == 400
            assert crm.event("42", "refund").status_code == 200
            cio.reported(True)

        @pytest.mark.cio_errors("connection-reset-recovers")
        def test_twice_then_success():
            seen = []
            for wait in (1, 2, 4, 8):
                try:
                    seen.append(crm.identify("42", plan="basic").status_code)
                    break
                except crm.requests.ConnectionError:
                    seen.append(None)
                    crm.time.sleep(wait)
            assert seen == [None, None, 200]
        """
    )
    result.assert_outcomes(passed=4)


def test_the_clock_is_instant_only_while_a_case_is_replayed(story: Story) -> None:
    """While a case is replayed an hour passes at once; before and after it time is real."""
    result = story.run(
        """
        import time
        import crm
        import pytest

        started = time.time()

        @pytest.fixture
        def real():
            before = time.time()
            assert before - started < 60
            yield
            assert time.time() - before < 60

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_hour(real, cio):
            before, monotonic = time.time(), time.monotonic()
            crm.identify("42", plan="basic")
            time.sleep(3600)
            assert 3600 <= time.time() - before < 3660
            assert 3600 <= time.monotonic() - monotonic < 3660
            assert list(cio.waits) == [3600.0]
            cio.reported(True)

        def test_real():
            assert time.time() - started < 60
        """
    )
    result.assert_outcomes(passed=2)


def test_an_endless_loop_ends_in_threads_and_bare_excepts_too(story: Story) -> None:
    """Our exception is not caught by `except Exception`, nor lost in a thread. The message has the number of attempts."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-persists")
        def test_loop():
            while True:
                try:
                    crm.identify("42", plan="basic").raise_for_status()
                    break
                except Exception:
                    crm.time.sleep(1)

        @pytest.mark.cio_allow("unbounded-retry", reason="a daemon")
        @pytest.mark.cio_allow("no-backoff", reason="a daemon")
        @pytest.mark.cio_errors("429-rate-limited-persists")
        def test_loop_on_purpose():
            while not crm.identify("42", plan="basic").ok:
                pass
        """
    )
    result.assert_outcomes(failed=2)
    text = failure(result, "test_loop[429-rate-limited-persists]")
    assert "\n  unbounded-retry   at most 20 attempts, within 3600 s   51 attempts in " in text
    on_purpose = failure(result, "test_loop_on_purpose[429-rate-limited-persists]")
    assert on_purpose.rstrip().splitlines()[-1].endswith("GaveUp")
    assert "track.identify: stopped after 51 attempts of one request" in on_purpose
    assert "pytest_customerio/" not in result.stdout.str()


def test_only_the_test_itself_meets_the_case(story: Story) -> None:
    """Requests of fixtures before and after the test are answered with success."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.fixture
        def customer():
            assert crm.identify("42", plan="basic").ok
            yield "42"
            assert crm.identify("42", plan="gone").ok

        @pytest.mark.cio_errors("500-server-error-persists")
        def test_purchase(customer, cio):
            cio.reported(not crm.identify("42", plan="basic").ok)
        """
    )
    result.assert_outcomes(passed=1)

"""The `cio_error` fixture: the case that the test runs in, as a value."""

from __future__ import annotations

from tests.stories.conftest import Story


def test_the_case_at_work(story: Story) -> None:
    """The fixture has the case's id, status, cause, advice and provenance. It is None in a test without a case."""
    result = story.run(
        """
        import crm
        import pytest
        from pytest_customerio import ErrorCase

        @pytest.mark.cio_errors("401-unauthorized", "429-retry-after-recovers", "read-timeout-persists")
        def test_case(cio, cio_error):
            assert isinstance(cio_error, ErrorCase)
            assert cio_error.surface == "track"
            assert cio_error.provenance.source in ("recorded", "documented", "observed", "synthetic")
            assert cio_error.cause and cio_error.todo
            assert "track.identify" in cio_error.operations
            expected = {
                "401-unauthorized": (401, None, "once", False, "401", None),
                "429-retry-after-recovers": (429, None, "recovers", True, "429", 2.0),
                "read-timeout-persists": (0, "read-timeout", "persists", True, "network", None),
            }[cio_error.id]
            assert expected == (
                cio_error.answer.status, cio_error.answer.fault, cio_error.mode, cio_error.retryable,
                cio_error.family, cio_error.retry_after,
            )
            if cio_error.answer.fault:
                with pytest.raises(crm.requests.Timeout):
                    crm.identify("42", plan="basic")
            else:
                answer = crm.identify("42", plan="basic")
                assert (answer.status_code, answer.content) == (cio_error.answer.status, cio_error.answer.body)
                cio.reported(True)

        @pytest.mark.cio_errors("500-server-error-persists", operations="app.send_email")
        def test_of_the_surface_that_is_named(cio_error):
            assert cio_error.surface == "app"

        def test_none(cio_error):
            assert cio_error is None
        """
    )
    result.assert_outcomes(passed=4, failed=1)
    assert "nothing was sent to Customer.io" in result.stdout.str()  # test_of_the_surface_that_is_named

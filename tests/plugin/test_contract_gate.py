"""`pytest --cio-contract` on a project: broken payloads turn red, and say so."""

from __future__ import annotations

from tests.plugin.conftest import Story, failure


def test_a_good_suite_is_green_and_nothing_leaves(story: Story) -> None:
    """A valid payload passes and gets the documented answer."""
    result = story.run(
        """
        import crm

        def test_signup():
            response = crm.identify("42", email="jane@example.com", plan="basic")
            assert response.status_code == 200
            assert response.json() == {}
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)


def test_milliseconds_are_one_red_test_with_the_whole_message(story: Story) -> None:
    """The message says what, where, expected, got, from which line, and how to allow it."""
    result = story.run(
        """
        import crm

        def test_purchase():
            crm.event("42", "x" * 134, timestamp=1764000000000)
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_purchase") == ""

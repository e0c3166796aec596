"""`cio_allow`: a rule may be broken in one test, class or module, or everywhere by the ini."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, failure, short_summary, table

ALLOW = 'cio_allow("event-name-too-long", reason="the old importer")'


@pytest.mark.parametrize(
    "place",
    [
        f"@pytest.mark.{ALLOW}\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n",
        f"@pytest.mark.{ALLOW}\nclass TestShop:\n    def test_purchase(self):\n        crm.event('42', 'x' * 134)\n",
        f"pytestmark = pytest.mark.{ALLOW}\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n",
        f"pytestmark = [pytest.mark.{ALLOW}]\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n",
    ],
    ids=["test", "class", "module", "module list"],
)
def test_a_mark_allows_a_rule(story: Story, place: str) -> None:
    """Given a mark on a test, class, module or parameter, the violation neither fails the test nor stands in the
    matrix."""
    result = story.run(f"import crm\nimport pytest\n\n{place}", "--cio-contract")
    result.assert_outcomes(passed=1)
    assert table(result)["track.event"]["contract"] == "ok"


def test_only_what_is_allowed_passes(story: Story) -> None:
    """Another rule, another place than `where`, and another test still fail."""
    result = story.run(
        f"""
        import crm
        import pytest

        @pytest.mark.{ALLOW}
        def test_other_rule():
            crm.event("42", "x" * 134, timestamp=1764000000000)

        @pytest.mark.cio_allow("timestamp-milliseconds", where="$.data.at")
        def test_other_place():
            crm.event("42", "purchase", timestamp=1764000000000)

        @pytest.mark.cio_allow("timestamp-milliseconds", "$.timestamp")
        def test_this_place():
            crm.event("42", "purchase", timestamp=1764000000000)

        @pytest.mark.cio_allow(rule="timestamp-milliseconds")
        @pytest.mark.{ALLOW}
        def test_two_rules():
            crm.event("42", "x" * 134, timestamp=1764000000000)

        def test_other_test():
            crm.event("42", "purchase", timestamp=1764000000000)
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=2, failed=3)
    assert [line.split(" - ")[0] for line in short_summary(result)] == [
        "FAILED test_app.py::test_other_rule",
        "FAILED test_app.py::test_other_place",
        "FAILED test_app.py::test_other_test",
    ]
    assert "event-name-too-long" not in failure(result, "test_other_rule")


def test_marks_of_test_class_and_module_add_up(story: Story) -> None:
    """The marks of a test, its class and its module all count."""
    result = story.run(
        f"""
        import crm
        import pytest

        pytestmark = pytest.mark.{ALLOW}

        @pytest.mark.cio_allow("timestamp-milliseconds")
        class TestShop:
            @pytest.mark.cio_allow("attr-value-too-long")
            def test_purchase(self):
                crm.event("42", "x" * 134, timestamp=1764000000000)
                crm.identify("42", plan="y" * 1200)
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)


def test_the_ini_allows_for_every_test(story: Story) -> None:
    """The ini `cio_allow` has one rule on each line, with an optional place and reason."""
    story.file(
        "pytest.ini",
        """\
        [pytest]
        cio_contract = true
        cio_allow =
            event-name-too-long: the old importer
            timestamp-milliseconds $.timestamp
        """,
    )
    result = story.run(
        """
        import crm

        def test_purchase():
            crm.event("42", "x" * 134, timestamp=1764000000000)

        def test_other():
            crm.identify("42", plan="y" * 1200)
        """
    )
    result.assert_outcomes(passed=1, failed=1)
    assert failure(result, "test_other").startswith(
        "track.identify $.plan: expected at most 1000 bytes, got 1200 bytes\n"
    )


def test_a_rule_of_error_handling_is_allowed_alike(story: Story) -> None:
    """`outcome` and the other rules of error handling can be allowed too. The mark `cio_allow` alone does not activate
    the plugin."""
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("500-server-error-persists")
        @pytest.mark.cio_allow("outcome", reason="a page view more or less")
        def test_page_view():
            crm.event("42", "page_view")

        @pytest.mark.cio_allow("event-name-too-long")
        def test_not_checked():
            pass
        """
    )
    result.assert_outcomes(passed=2)
    row = table(result)["track.event"]
    assert (row["contract"], row["5xx"], row["429"]) == ("ok", "ok", "-")


def test_what_is_pasted_from_the_message_makes_the_test_pass(story: Story) -> None:
    """The marks in the last lines of a message make the test pass when they are pasted as they are."""
    body = "def test_purchase():\n    crm.event('42', 'x' * 134, timestamp=1764000000000)\n"
    result = story.run(f"import crm\nimport pytest\n\n{body}", "--cio-contract")
    result.assert_outcomes(failed=1)
    marks = [line.split("  ")[-1].strip() for line in failure(result, "test_purchase").splitlines()[-2:]]
    assert all(mark.startswith("@pytest.mark.cio_allow(") for mark in marks)
    again = story.run("import crm\nimport pytest\n\n" + "\n".join(marks) + f"\n{body}", "--cio-contract")
    again.assert_outcomes(passed=1)

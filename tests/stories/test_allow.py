"""`cio_allow`: a rule may be broken in one test, class or module, or everywhere by the ini."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing, failure, short_summary, table

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
    """Given a mark on a test, class, module or parameter, the violation does not fail the test, and is `allowed` in the
    matrix."""
    result = story.run(f"import crm\nimport pytest\n\n{place}", "--cio-contract")
    result.assert_outcomes(passed=1)
    assert table(result)["track.event"]["contract"] == "allowed"


def test_only_what_is_allowed_passes(story: Story) -> None:
    """Another rule, another place than `where`, and another test still fail."""
    result = story.run(
        f"""
        import crm
        import pytest

        @pytest.mark.{ALLOW}
        def test_other_rule():
            crm.event("42", "x" * 134, timestamp=1764000000000)

        @pytest.mark.cio_allow("timestamp-milliseconds", where="$.data.at", reason="the old importer")
        def test_other_place():
            crm.event("42", "purchase", timestamp=1764000000000)

        @pytest.mark.cio_allow("timestamp-milliseconds", "$.timestamp", reason="the old importer")
        def test_this_place():
            crm.event("42", "purchase", timestamp=1764000000000)

        @pytest.mark.cio_allow(rule="timestamp-milliseconds", reason="the old importer")
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

        @pytest.mark.cio_allow("timestamp-milliseconds", reason="the old importer")
        class TestShop:
            @pytest.mark.cio_allow("attr-value-too-long", reason="the old importer")
            def test_purchase(self):
                crm.event("42", "x" * 134, timestamp=1764000000000)
                crm.identify("42", plan="y" * 1200)
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)


def test_the_ini_allows_for_every_test(story: Story) -> None:
    """The ini `cio_allow` has one rule on each line, with an optional place, and a reason."""
    story.file(
        "pytest.ini",
        """\
        [pytest]
        cio_contract = true
        cio_allow =
            event-name-too-long: the old importer
            timestamp-milliseconds $.timestamp: the old importer
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


def test_an_exception_that_is_allowed_does_not_fail_the_test(story: Story) -> None:
    """The line that the message offers for `undeclared-exception` makes the test pass; another error still fails."""
    result = story.run(
        """
        import pytest
        import requests

        KEYS = ("0123456789abcdef", "0123456789abcdef")

        def post():
            url = "https://track.customer.io/api/v1/customers/42/events"
            requests.post(url, json={"name": "buy"}, auth=KEYS, timeout=5).raise_for_status()

        @pytest.mark.cio_allow("undeclared-exception", case="500-server-error-persists", reason="a script")
        @pytest.mark.cio_errors("500-server-error-persists", "401-unauthorized")
        def test_purchase():
            post()
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["track.event  ok        -    FAIL *  allowed  *"])


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

        @pytest.mark.cio_allow("event-name-too-long", reason="the old importer")
        def test_not_checked():
            pass
        """
    )
    result.assert_outcomes(passed=2)
    row = table(result)["track.event"]
    assert (row["contract"], row["5xx"], row["429"]) == ("ok", "allowed", "-")


def test_what_is_pasted_from_the_message_makes_the_test_pass(story: Story) -> None:
    """The marks in the last lines of a message make the test pass when they are pasted as they are."""
    body = "def test_purchase():\n    crm.event('42', 'x' * 134, timestamp=1764000000000)\n"
    result = story.run(f"import crm\nimport pytest\n\n{body}", "--cio-contract")
    result.assert_outcomes(failed=1)
    marks = [line.split("  ")[-1].strip() for line in failure(result, "test_purchase").splitlines()[-2:]]
    assert all(mark.startswith("@pytest.mark.cio_allow(") for mark in marks)
    again = story.run("import crm\nimport pytest\n\n" + "\n".join(marks) + f"\n{body}", "--cio-contract")
    again.assert_outcomes(passed=1)


def test_a_rule_of_the_project_is_allowed_alike(story: Story) -> None:
    """A rule that only a schema of the project names is no name for `explain`; the mark and the ini allow it."""
    schema = '{"required": ["plan"], "x-cio": {"required": {"rule": "plan-missing", "hint": "see the wiki"}}}'
    story.file("contracts/track/identify.json", schema)
    story.file("pytest.ini", "[pytest]\ncio_contract = true\ncio_schemas = contracts\n")
    body = "def test_signup():\n    crm.identify('42', email='ada@example.com')\n"
    text = failure(story.run(f"import crm\nimport pytest\n\n{body}"), "test_signup")
    *_, way_out = text.splitlines()
    assert ("explain" in text, way_out.split("  ")[-1]) == (False, '@pytest.mark.cio_allow("plan-missing", reason="…")')
    mark = way_out.split("  ")[-1]
    story.run(f"import crm\nimport pytest\n\n{mark}\n{body}").assert_outcomes(passed=1)
    ini = "[pytest]\ncio_contract = true\ncio_schemas = contracts\ncio_allow = plan-missing: old\n"
    story.file("pytest.ini", ini)
    story.run(f"import crm\n\n{body}").assert_outcomes(passed=1)


SHOP = """
import crm
import pytest

pytestmark = pytest.mark.cio_allow("bad-email", reason="the old importer")

@pytest.mark.cio_allow("event-name-too-long", reason="the old importer")
def test_needed():
    crm.event("42", "x" * 134)

@pytest.mark.cio_allow("event-name-too-long", where="$.name", reason="the old importer")
def test_not_needed():
    crm.event("42", "purchase")

@pytest.mark.cio_errors("429", "500")
@pytest.mark.cio_allow("outcome", case="429", operation="track.event", reason="a page view more or less")
@pytest.mark.cio_allow("outcome", operation="track.identify", reason="never sent")
@pytest.mark.cio_allow("outcome", case="500-server-error-recovers", reason="a page view more or less")
def test_cases():
    crm.event("42", "page_view")
"""
NOT_NEEDED = [
    "allowed, but not needed: test_app.py: cio_allow('bad-email')",
    "allowed, but not needed: test_app.py::test_cases: cio_allow('outcome', operation='track.identify')",
    "allowed, but not needed: test_app.py::test_not_needed: cio_allow('event-name-too-long', where='$.name')",
]


def not_needed(result: pytest.RunResult) -> list[str]:
    """The allowances that the run says nothing needed."""
    return sorted(line for line in closing(result).splitlines() if line.startswith("allowed, but"))


def test_an_allowance_for_a_case_and_an_operation(story: Story) -> None:
    """Another case and another operation still fail."""
    result = story.run(SHOP, "--cio-contract")
    assert [line.split(" - ")[0] for line in short_summary(result)] == [
        "FAILED test_app.py::test_cases[500-server-error-persists]"
    ]


def test_the_reason_stands_in_the_report(story: Story) -> None:
    """A violation that is allowed is a violation of the report, with the reason."""
    story.run(SHOP, "--cio-report=report.json")
    found = {
        (row["case"], each["rule"]): each["allowed"] for row in story.rows() for each in row["violations"]
        if each["severity"] == "error"
    }  # fmt: skip
    assert found == {
        (None, "event-name-too-long"): "the old importer",
        **dict.fromkeys(
            [
                (f"429-{cause}-{mode}", "outcome")
                for cause in ("rate-limited", "retry-after")
                for mode in ("recovers", "persists")
            ],
            "a page view more or less",
        ),
        ("500-server-error-recovers", "outcome"): "a page view more or less",
        ("500-server-error-persists", "outcome"): "",
    }


def test_an_allowance_that_nothing_needed(story: Story) -> None:
    """It is named with where it stands: a test, a function with several items, a module."""
    assert not_needed(story.run(SHOP, "--cio-contract")) == NOT_NEEDED


def test_over_xdist_the_workers_say_what_was_needed(story: Story) -> None:
    """A mark on several items is needed if any worker needed it."""
    pytest.importorskip("xdist")
    assert not_needed(story.run(SHOP, "--cio-contract", "-p", "xdist.plugin", "-n", "2")) == NOT_NEEDED


@pytest.mark.parametrize("args", [("-k", "test_"), ("test_app.py::test_not_needed", "test_app.py::test_cases")])
def test_a_run_that_leaves_tests_out_judges_no_shared_mark(story: Story, args: tuple[str, ...]) -> None:
    """Only the mark of a test with one item can be known to be unneeded then."""
    assert not_needed(story.run(SHOP, "--cio-contract", *args)) == NOT_NEEDED[2:]


def test_a_test_that_did_not_run_to_its_end_cannot_say(story: Story) -> None:
    """It may have needed the allowance later."""
    result = story.run(
        """
        import pytest

        @pytest.mark.cio_allow("bad-email", reason="old")
        class TestShop:
            def test_sends_nothing(self):
                pass
            def test_fails(self):
                assert False
            def test_skips(self):
                pytest.skip("no database")

        @pytest.mark.cio_allow("bad-email", reason="old")
        def test_no_fixture(missing):
            pass
        """,
        "--cio-contract",
    )
    assert not_needed(result) == []


def test_a_line_of_the_ini_that_nothing_needed(story: Story) -> None:
    """It is named after a run of the whole suite in which no test failed."""
    story.file(
        "pytest.ini",
        """\
        [pytest]
        cio_contract = true
        cio_allow =
            event-name-too-long: the old importer
            timestamp-milliseconds $.timestamp: the old importer
        """,
    )
    sends = "import crm\n\ndef test_purchase():\n    crm.event('42', 'x' * 134)\n"
    named = ["allowed, but not needed: ini cio_allow: timestamp-milliseconds $.timestamp: the old importer"]
    assert not_needed(story.run(sends)) == named
    assert not_needed(story.again("-k", "test_")) == []
    assert not_needed(story.again("test_app.py")) == []
    assert not_needed(story.run(f"{sends}\ndef test_broken():\n    assert False\n")) == []


def test_what_a_late_request_needed(story: Story) -> None:
    """A request that leaves after its test may be what needs the allowance."""
    result = story.run(
        """
        import threading
        import crm
        import pytest

        end = threading.Event()

        def later():
            end.wait(10)
            crm.event("42", "x" * 134)

        @pytest.mark.cio_allow("event-name-too-long", reason="old")
        def test_purchase():
            threading.Thread(target=later, name="later", daemon=True).start()

        def test_end():
            end.set()
            next(one for one in threading.enumerate() if one.name == "later").join(10)
        """,
        "--cio-contract",
    )
    assert "late: test_app.py::test_purchase: 1 request left after the test was over" in result.outlines
    assert not_needed(result) == []


def test_marks_in_a_run_that_does_not_check_every_test(story: Story) -> None:
    """`cio_allow` alone does nothing, which is said; so is how many tests the other marks have checked."""
    allow = "import pytest\n\n@pytest.mark.cio_allow('bad-email', reason='old')\ndef test_signup():\n    pass\n"
    idle = (
        "cio_allow alone does nothing: test_app.py::test_signup; what checks the test is pytest --cio-contract, or the"
        " mark cio_contract or cio_errors on it\n"
    )
    assert closing(story.run(allow)) == idle
    checked = "checked: 1 of 2 tests, those with the mark cio_contract or cio_errors or a fixture of this plugin;"
    both = story.run(f"{allow}\n@pytest.mark.cio_contract\ndef test_checked():\n    pass\n")
    assert closing(both) == f"{checked} pytest --cio-contract checks every test\n{idle}"
    assert "cio_allow alone" not in closing(story.again("--cio-contract"))


def test_marks_over_xdist(story: Story) -> None:
    """The workers read the marks, and the controller says the same as one process."""
    pytest.importorskip("xdist")
    allow = "import pytest\n\n@pytest.mark.cio_allow('bad-email', reason='old')\ndef test_signup():\n    pass\n"
    alone = closing(story.run(allow))
    assert alone
    assert closing(story.again("-p", "xdist.plugin", "-n", "2")) == alone

"""Tests of unittest.TestCase are judged in the call phase; a broken test fails once."""

from __future__ import annotations

from types import SimpleNamespace

from pytest_customerio.running.planning import unittest
from tests.stories.conftest import Story, failure, short_summary, usage_error

MODULE = """
import unittest

import crm
import pytest
import requests


class ShopTest(unittest.TestCase):
    def setUp(self):
        crm.identify("42", plan="basic")

    def test_good(self):
        crm.event("42", "purchase")

    def test_broken(self):
        crm.event("42", "x" * 134)

    def test_own_reason(self):
        crm.event("42", "x" * 134)
        self.assertEqual(1, 2)

    def test_skips_itself(self):
        crm.event("42", "x" * 134)
        self.skipTest("not today")

    def test_skipped(self):
        self.skipTest("not today")

    @unittest.expectedFailure
    def test_expected(self):
        crm.event("42", "purchase")
        self.assertEqual(1, 2)


class TearDownTest(unittest.TestCase):
    def tearDown(self):
        crm.event("42", "x" * 134)

    def test_good(self):
        pass

    def test_own_reason(self):
        self.assertEqual(1, 2)


class ReplayTest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def _customerio(self, cio):
        self.cio = cio

    def test_lost(self):
        with self.cio.replay("500"):
            crm.identify("42", plan="basic")

    def test_assert_raises(self):
        with self.cio.replay("500"):
            with self.assertRaises(requests.HTTPError):
                crm.identify("42", plan="basic").raise_for_status()

    def test_declared(self):
        self.cio.replay("500", raises=requests.HTTPError)
        crm.identify("42", plan="basic").raise_for_status()

    def test_undeclared(self):
        self.cio.replay("500")
        crm.identify("42", plan="basic").raise_for_status()

    def test_endless(self):
        self.cio.replay("429-rate-limited")
        while not crm.identify("42", plan="basic").ok:
            pass
"""


def test_test_cases_of_unittest(story: Story) -> None:
    """setUp, tearDown, skips, expected failures and `cio.replay` work as in plain tests."""
    result = story.run(MODULE, "--cio-contract")
    result.assert_outcomes(passed=3, failed=8, skipped=1, xfailed=1)
    assert sorted(
        line.split(" - ")[0].partition("::")[2] for line in short_summary(result) if line.startswith("FAILED")
    ) == [
        "ReplayTest::test_endless",
        "ReplayTest::test_lost",
        "ReplayTest::test_undeclared",
        "ShopTest::test_broken",
        "ShopTest::test_own_reason",
        "ShopTest::test_skips_itself",
        "TearDownTest::test_good",
        "TearDownTest::test_own_reason",
    ]
    headline = "track.event $.name: expected 1 to 100 bytes, got 134 bytes\n"
    for ours in ("ShopTest.test_broken", "ShopTest.test_skips_itself", "TearDownTest.test_good"):
        assert failure(result, ours).startswith(headline)
    for theirs in ("ShopTest.test_own_reason", "TearDownTest.test_own_reason"):
        assert "AssertionError: 1 != 2" in failure(result, theirs)
    assert failure(result, "ReplayTest.test_lost").startswith("track.identify 500-server-error-persists: lost, ")
    assert "HTTPError: 500 Server Error" in failure(result, "ReplayTest.test_undeclared")
    assert "\n  unbounded-retry   at most 20 attempts" in failure(result, "ReplayTest.test_endless")
    assert result.stdout.str().count("-- customer.io --") == 3


MATRIX = """
import asyncio
import unittest

import crm
import pytest
import requests

TWO = pytest.mark.cio_errors("500-server-error-persists", "503-unavailable-persists", raises=requests.HTTPError)


class ShopTest(unittest.TestCase):
    def setUp(self):
        self.sent = []

    @TWO
    def test_good(self):
        assert self.sent == []
        self.sent.append(crm.event("42", "purchase"))
        self.sent[0].raise_for_status()

    @TWO
    def test_lost(self):
        crm.event("42", "purchase")

    @TWO
    def test_asserted(self):
        with self.assertRaises(requests.HTTPError):
            crm.event("42", "purchase").raise_for_status()

    def test_plain(self):
        pass


@TWO
class MarkedTest(unittest.TestCase):
    def test_one(self):
        crm.event("42", "purchase").raise_for_status()

    def test_two(self):
        crm.event("42", "purchase").raise_for_status()
"""


def ids(result) -> list[str]:
    return [line.split()[0].removeprefix("test_app.py::") for line in result.outlines if line.startswith("test_app.py")]


def test_one_test_per_case(story: Story) -> None:
    """A marked method becomes one item for each case, each with a new instance; a method without a mark stays one item."""
    result = story.run(MATRIX, "-v")
    assert ids(result) == [
        "ShopTest::test_asserted[500-server-error-persists]",
        "ShopTest::test_asserted[503-unavailable-persists]",
        "ShopTest::test_good[500-server-error-persists]",
        "ShopTest::test_good[503-unavailable-persists]",
        "ShopTest::test_lost[500-server-error-persists]",
        "ShopTest::test_lost[503-unavailable-persists]",
        "ShopTest::test_plain",
        "MarkedTest::test_one[500-server-error-persists]",
        "MarkedTest::test_one[503-unavailable-persists]",
        "MarkedTest::test_two[500-server-error-persists]",
        "MarkedTest::test_two[503-unavailable-persists]",
    ]
    result.assert_outcomes(passed=9, failed=2)
    assert failure(result, "ShopTest.test_lost[500-server-error-persists]").startswith(
        "track.event 500-server-error-persists: lost, 1 attempt\n"
    )


def test_selected_by_name(story: Story) -> None:
    """Items can be selected by node id, with or without the case, and by -k; a name that does not exist is an error."""
    story.run(MATRIX)
    one = "test_app.py::ShopTest::test_good[503-unavailable-persists]"
    assert ids(story.again("-v", one)) == [one.removeprefix("test_app.py::")]
    story.again("-v", "test_app.py::ShopTest::test_good").assert_outcomes(passed=2)
    story.again("-v", "-k", "503 and test_good").assert_outcomes(passed=1, deselected=10)
    story.again("-v", "--deselect", one, "test_app.py::ShopTest::test_good").assert_outcomes(passed=1, deselected=1)
    assert story.again("test_app.py::ShopTest::test_good[nope]").ret == 4


def test_the_failed_ones_again(story: Story) -> None:
    """`--lf` runs the items that failed again."""
    story.file("test_app.py", MATRIX)
    cached = ("-p", "no:customerio", "-p", "pytest_customerio.plugin", "-v")
    story.pytester.runpytest_inprocess(*cached).assert_outcomes(passed=9, failed=2)
    result = story.pytester.runpytest_inprocess(*cached, "--lf")
    assert ids(result) == [
        "ShopTest::test_lost[500-server-error-persists]",
        "ShopTest::test_lost[503-unavailable-persists]",
    ]
    result.assert_outcomes(failed=2)


def test_in_workers(story: Story) -> None:
    """With pytest-xdist the items and the rows of the report are the same."""
    result = story.run(MATRIX, "-p", "xdist", "-n2", "--cio-report=report.json", subprocess=True)
    result.assert_outcomes(passed=9, failed=2)
    assert sorted({row["nodeid"] for row in story.rows()}) == sorted(
        f"test_app.py::{test}[{case}]"
        for test in (
            "ShopTest::test_good",
            "ShopTest::test_lost",
            "ShopTest::test_asserted",
            "MarkedTest::test_one",
            "MarkedTest::test_two",
        )
        for case in ("500-server-error-persists", "503-unavailable-persists")
    )


def test_what_belongs_to_every_test_case(story: Story) -> None:
    """Requests of setUp and tearDown meet the case, as parts of the test. Class fixtures, skips and expected failures
    work."""
    result = story.run(
        """
        import unittest
        import crm
        import pytest
        import requests

        ONE = pytest.mark.cio_errors("500-server-error-persists", raises=requests.HTTPError)
        LOG = []

        class Sending(unittest.TestCase):
            @classmethod
            def setUpClass(cls):
                LOG.append("setUpClass")

            def setUp(self):
                crm.event("42", "purchase").raise_for_status()

            @ONE
            def test_x(self):
                raise AssertionError("setUp met the error")

        class Ending(unittest.TestCase):
            def tearDown(self):
                crm.event("42", "purchase").raise_for_status()

            @ONE
            def test_x(self):
                self.addCleanup(LOG.append, "clean")

        class Others(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _given(self, cio, cio_error, request):
                self.given = (cio, cio_error.id, request.node.name)

            @ONE
            @unittest.skip("not today")
            def test_skipped(self):
                raise AssertionError

            @ONE
            def test_skips_itself(self):
                self.skipTest("not today")

            @ONE
            @unittest.expectedFailure
            def test_expected(self):
                with self.assertRaises(requests.HTTPError):
                    crm.event("42", "purchase").raise_for_status()
                self.fail("as expected")

            @ONE
            def test_given(self):
                with self.assertRaises(requests.HTTPError):
                    crm.event("42", "purchase").raise_for_status()
                assert self.given[0].outcome == "raised"
                assert self.given[1:] == ("500-server-error-persists", "test_given[500-server-error-persists]")
                assert self.id().endswith("Others.test_given")
                assert self._testMethodName == "test_given"

            @ONE
            def test_nothing(self):
                pass

        def test_log():
            assert LOG == ["setUpClass", "clean"]
        """
    )
    result.assert_outcomes(passed=4, failed=1, skipped=2, xfailed=1)
    assert failure(result, "Others.test_nothing[500-server-error-persists]").startswith(
        "nothing was sent to Customer.io: "
    )


def test_subtests_of_a_case(story: Story) -> None:
    """Subtests are parts of one test, which is judged once."""
    result = story.run(
        """
        import unittest
        import crm
        import pytest

        class ShopTest(unittest.TestCase):
            @pytest.mark.cio_errors("500-server-error-persists")
            def test_lost(self):
                for name in ("a", "b"):
                    with self.subTest(name=name):
                        crm.event("42", name)

            @pytest.mark.cio_contract
            def test_broken(self):
                for name in ("a", "x" * 134, "b"):
                    with self.subTest(name=name[:1]):
                        crm.event("42", name)
        """
    )
    assert result.parseoutcomes()["failed"] == 2
    text = failure(result, "ShopTest.test_lost[500-server-error-persists]")
    assert text.startswith("track.event 500-server-error-persists: lost, 1 attempt\n")
    assert "payloads     2 were handled alike, this is the first" in text
    text = failure(result, "ShopTest.test_broken")
    assert text.startswith("track.event $.name: expected 1 to 100 bytes, got 134 bytes\n")


def test_tests_that_run_in_a_loop(story: Story) -> None:
    """Tasks that an IsolatedAsyncioTestCase started are finished in virtual time before its loop ends."""
    result = story.run(
        """
        import asyncio
        import unittest
        import crm
        import pytest

        async def later(attempts):
            for attempt in range(attempts):
                await asyncio.sleep(30)
                if (await asyncio.to_thread(crm.event, "42", "purchase")).ok:
                    return

        TASKS, ORDER = [], []

        class Forgetting(unittest.IsolatedAsyncioTestCase):
            async def asyncTearDown(self):
                ORDER.append("asyncTearDown")

            @pytest.mark.cio_errors("500-server-error-recovers")
            async def test_recovers(self):
                TASKS.append(asyncio.create_task(later(4)))

            @pytest.mark.cio_errors("500-server-error-persists")
            async def test_lost(self):
                TASKS.append(asyncio.create_task(later(1)))

            @pytest.mark.cio_contract
            async def test_without_an_error(self):
                TASKS.append(asyncio.create_task(later(4)))

        def test_tasks(cio):
            assert [task.cancelled() for task in TASKS] == [False, False, True]
            assert ORDER == ["asyncTearDown"] * 3
            assert cio.sent == ()
        """
    )
    result.assert_outcomes(passed=3, failed=1)
    assert failure(result, "Forgetting.test_lost[500-server-error-persists]").startswith(
        "track.event 500-server-error-persists: lost, 1 attempt\n"
    )


def test_a_case_that_does_not_apply(story: Story) -> None:
    """The item is skipped, also where the test expected the exception of the case."""
    result = story.run(
        """
        import unittest
        import crm
        import pytest
        import requests

        class ShopTest(unittest.TestCase):
            @pytest.mark.cio_errors("400-invalid-email")
            def test_asserted(self):
                with self.assertRaises(requests.HTTPError):
                    crm.event("42", "purchase").raise_for_status()

            @pytest.mark.cio_errors("400-invalid-email")
            def test_plain(self):
                crm.event("42", "purchase")
        """,
        "-rs",
    )
    result.assert_outcomes(skipped=2)
    assert result.stdout.str().count("400-invalid-email: does not apply to what the test sends (track.event)") == 2


def test_a_mark_that_names_nothing(story: Story) -> None:
    """A mistake in a mark ends the run before any test."""
    result = story.run(
        """
        import unittest
        import pytest

        class ShopTest(unittest.TestCase):
            @pytest.mark.cio_errors("nope")
            def test_x(self):
                pass
        """
    )
    assert usage_error(result) == (
        "test_app.py::ShopTest::test_x: cio_errors: 'nope' is no error case; accepted: an id such as 429-rate-limited, a"
        " status, or a family: 207, 2xx, 3xx, 400, 401, 403, 404, 408, 413, 422, 429, 5xx, network"
    )


def test_without_a_mark_nothing_is_touched(story: Story) -> None:
    """Without a mark the items are pytest's own."""
    result = story.run(
        """
        import unittest
        import pytest

        class ShopTest(unittest.TestCase):
            def test_x(self):
                pass

            @pytest.mark.cio_contract
            def test_y(self):
                pass

        def test_kinds(request):
            assert {type(item).__module__ for item in request.session.items[:2]} == {"_pytest.unittest"}
        """
    )
    result.assert_outcomes(passed=3)


def test_pytest_before_9_1() -> None:
    """pytest before 9.1 builds the node id from the name that it is given."""
    item = SimpleNamespace(parent=None, name="test_x", originalname="test_x")
    kind = SimpleNamespace(from_parent=lambda parent, **named: SimpleNamespace(**named))
    made = unittest.item_of(kind, item, "429")
    assert vars(made) == {"name": "test_x[429]", "originalname": "test_x", "cio_case": "429"}

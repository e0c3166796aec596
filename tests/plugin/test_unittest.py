"""unittest.TestCase: judged in the call phase, one red test per broken test."""

from __future__ import annotations

from tests.plugin.conftest import Story, failure, told

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
    """setUp, tearDown, skips, expected failures and cases by hand, as in plain tests."""
    result = story.run(MODULE, "--cio-contract")
    result.assert_outcomes(passed=3, failed=8, skipped=1, xfailed=1)
    assert sorted(line.split(" - ")[0].partition("::")[2] for line in told(result) if line.startswith("FAILED")) == [
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
    assert result.stdout.str().count("Captured customer.io call") == 3

"""pytest's own subtests are parts of one test, and judged with it."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, failure

pytestmark = pytest.mark.skipif(not hasattr(pytest, "Subtests"), reason="pytest 9 brings the fixture")

SUBTESTS = """
import crm
import pytest
import requests

NAMES = ("a", "b")


@pytest.mark.cio_contract
def test_good(subtests, cio):
    for name in NAMES:
        with subtests.test(name=name):
            assert crm.event("42", name).ok
    assert len(cio.sent) == 2


@pytest.mark.cio_contract
def test_broken(subtests):
    for name in ("a", "x" * 134, "b"):
        with subtests.test(name=name[:1]):
            crm.event("42", name)


@pytest.mark.cio_contract
def test_own_reason(subtests):
    with subtests.test():
        crm.event("42", "x" * 134)
        assert 1 == 2


@pytest.mark.cio_errors("500-server-error-persists")
def test_lost(subtests):
    for name in NAMES:
        with subtests.test(name=name):
            crm.event("42", name)


@pytest.mark.cio_errors("500-server-error-persists")
def test_expected(subtests):
    for name in NAMES:
        with subtests.test(name=name), pytest.raises(requests.HTTPError):
            crm.event("42", name).raise_for_status()


@pytest.mark.cio_errors("401-unauthorized", raises=requests.HTTPError)
def test_declared(subtests):
    for _ in NAMES:
        with subtests.test():
            crm.event("42", "same").raise_for_status()


@pytest.mark.cio_contract
def test_cases_by_hand(subtests, cio):
    for case in ("500-server-error-recovers", "429-rate-limited-recovers"):
        with subtests.test(case=case), cio.replay(case):
            crm.retrying(lambda: crm.event("42", case))
        assert cio.outcome == "recovered"
"""


@pytest.fixture
def result(story: Story) -> pytest.RunResult:
    """The output of the run."""
    return story.run(SUBTESTS, "-p", "subtests", "--cio-report=report.json")


def test_each_test_is_judged_once(result, story: Story) -> None:
    """A test with subtests is judged once as a whole."""
    rows = [(row["nodeid"].partition("::")[2], row["case"], row["outcome"], row["attempts"]) for row in story.rows()]
    case = "500-server-error-persists"
    assert rows == [
        ("test_good", None, None, 2),
        ("test_broken", None, None, 3),
        ("test_own_reason", None, None, 1),
        (f"test_lost[{case}]", case, "lost", 1),
        (f"test_expected[{case}]", case, "raised", 1),
        ("test_declared[401-unauthorized]", "401-unauthorized", "raised", 1),
        ("test_cases_by_hand", "500-server-error-recovers", "recovered", 3),
        ("test_cases_by_hand", "429-rate-limited-recovers", "recovered", 3),
    ]


def test_violations_stand_under_the_test(result) -> None:
    """A violation is reported once, under the name of the test."""
    assert failure(result, "test_broken").startswith("track.event $.name: expected 1 to 100 bytes, got 134 bytes\n")
    assert failure(result, "test_lost[500-server-error-persists]").startswith(
        "track.event 500-server-error-persists: lost"
    )
    text = result.stdout.str()
    assert text.count("track.event $.name: expected 1 to 100 bytes, got 134 bytes\n") == 2  # broken, own_reason
    assert "assert 1 == 2" in text

"""A library that has lost a part that we patch: the run goes on, and ends with one warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.stories.conftest import Story

# Simulates a release of requests-mock that has renamed `MockerCore.start`.
MOCKER = """
class MockerCore:
    def begin(self):
        return "begun"
"""
TEST = """
import crm

def test_late_import():
    import requests_mock
    assert requests_mock.mocker.MockerCore().begin() == "begun"

def test_sends():
    assert crm.event("42", "purchase").ok
"""
WARNING = (
    "requests_mock.mocker.MockerCore.start: missing in this requests-mock, or replaced by another library (tried with"
    " 1.12.1); what requests-mock answers is not heard"
)


@pytest.mark.parametrize("options", [(), ("-W", "error"), ("-n", "2", "-p", "xdist")], ids=["", "errors", "xdist"])
def test_a_part_that_is_missing_is_warned_of_once(story: Story, options: tuple[str, ...]) -> None:
    """The tests pass, with filters that raise errors and in workers of xdist too; the summary names the part."""
    if "xdist" in options:
        pytest.importorskip("xdist")
    story.file("requests_mock/__init__.py", "from requests_mock import mocker")
    story.file("requests_mock/mocker.py", MOCKER)
    result = story.run(TEST, "--cio-contract", *options, subprocess=True)
    result.assert_outcomes(passed=2, warnings=1)
    assert result.stdout.str().count(WARNING) == 1


def test_nothing_is_said_where_nothing_is_missing(story: Story) -> None:
    """The installed versions have every part: the run ends without a warning."""
    result = story.run(
        "import crm\ndef test(): assert crm.event('42', 'purchase').ok", "--cio-contract", subprocess=True
    )
    result.assert_outcomes(passed=1, warnings=0)

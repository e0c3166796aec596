"""The whole App API: published calls pass and are answered, and a call that is not published is told from a mistake."""

from __future__ import annotations

from tests.stories.conftest import Story

SUITE = """
import pytest
import requests

APP = "https://api.customer.io/v1"
KEY = {"Authorization": "Bearer 0123456789abcdef"}


def ask(method, path, host=APP, **more):
    return requests.request(method, host + path, headers=KEY, timeout=5, **more)
"""
PUBLISHED = (
    SUITE
    + """

def test_published():
    names = [one["name"] for one in ask("GET", "/campaigns").json()["campaigns"]]
    assert names == ["Onboarding"]
    assert ask("DELETE", "/segments/7").status_code == 204
    assert ask("PUT", "/collections/3/content", json=[{"city": "Oslo"}]).ok
    assert ask("POST", "/assets/files", files={"file": ("a.png", b"a")}).ok
    assert ask("GET", "/campaigns", "https://api-eu.customer.io/v1/api").ok


@pytest.mark.cio_errors("404", operations="app.list_broadcasts", raises=requests.HTTPError)
def test_an_error():
    ask("GET", "/broadcasts").raise_for_status()
"""
)
OTHERS = (
    SUITE
    + """

def test_not_published():
    assert ask("GET", "/customers/42/devices").status_code == 501


def test_retired():
    assert ask("GET", "/activities", "https://beta-api.customer.io/v1/api").ok


def test_misspelt():
    assert ask("GET", "/segmnts/7").status_code == 404


def test_broken():
    ask("POST", "/imports", json={"import": {"type": "people"}})
"""
)
WARNINGS = """\
warnings (they fail with --cio-strict):
  unknown url: expected a published call of the App API, got GET https://api.customer.io/v1/customers/…/devices \
[unknown-endpoint] at test_app.py:10 in ask
  app.list_activities url: expected api.customer.io/v1, got beta-api.customer.io [retired-host] at test_app.py:10 in \
ask
"""


def test_published_calls_pass(story: Story) -> None:
    """They draw no warning, are answered by their published type, and meet the errors of the App API."""
    result = story.run(PUBLISHED, "--cio-strict")
    result.assert_outcomes(passed=2)


def test_calls_that_are_not_published(story: Story) -> None:
    """An unpublished call and a retired host are warnings; a misspelt path and a missing member are errors."""
    result = story.run(OTHERS, "--cio-contract")
    result.assert_outcomes(passed=2, failed=2)
    text = result.stdout.str()
    assert WARNINGS in text
    assert (
        "url: expected GET api.customer.io/v1/segments/{segment_id}, got GET https://api.customer.io/v1/segmnts/"
        in text
    )
    assert "app.create_import $.import.data_file_url: expected data_file_url, got nothing" in text

"""A cassette with several answers to one operation is played in order: shipped, recorded, and of the user's own."""

from __future__ import annotations

import shutil

import pytest

from pytest_customerio.cassettes import prepared
from pytest_customerio.core import data
from tests.stories.conftest import Story, failure

# An application that waits as long as each answer asks, or one second each time.
APP = """
    import time

    def patient(send, attempts=5):
        for _ in range(attempts):
            response = send()
            if response.status_code != 429:
                return response
            time.sleep(float(response.headers["Retry-After"]))
        raise RuntimeError("Customer.io is busy")

    def impatient(send, attempts=5):
        for _ in range(attempts):
            response = send()
            if response.status_code != 429:
                return response
            time.sleep(1)
        raise RuntimeError("Customer.io is busy")
"""
ERROR = """\
metadata: {source: recorded}
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{}'}
  response: {status: {code: 429, message: Slow}, headers: {Retry-After: ['1']}, body: {string: ''}}
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{}'}
  response: {status: {code: 429, message: Slow}, headers: {Retry-After: ['7']}, body: {string: ''}}
"""
TESTS = """
    import app
    import crm
    import pytest

    @pytest.mark.cio_errors("429-retry-after", raises=RuntimeError)
    def test_patient(cio, _cio_case):
        try:
            app.patient(lambda: crm.identify("42", plan="gold"))
        finally:
            assert list(cio.waits) == ([1, 7] if "recovers" in _cio_case else [1, 7, 7, 7, 7])

    @pytest.mark.cio_errors("429-retry-after-recovers")
    def test_two_people_at_once(cio):
        first, second = (crm.identify(who, plan="gold") for who in ("42", "43"))
        assert [one.headers["Retry-After"] for one in (first, second)] == ["1", "1"]
        import time
        time.sleep(1)
        first, second = (crm.identify(who, plan="gold") for who in ("42", "43"))
        assert [one.headers["Retry-After"] for one in (first, second)] == ["7", "7"]
        time.sleep(7)
        assert [crm.identify(who, plan="gold").status_code for who in ("42", "43")] == [200, 200]

    def test_by_hand(cio):
        with cio.replay("429-retry-after", times=3):
            app.patient(lambda: crm.identify("42", plan="gold"))
            assert list(cio.waits) == [1, 7, 7]
"""
IMPATIENT = """
    import app
    import crm
    import pytest

    @pytest.mark.cio_errors("429-retry-after-recovers")
    def test_impatient():
        app.impatient(lambda: crm.identify("42", plan="gold"))
"""


@pytest.fixture(params=["shipped", "own"])
def project(request: pytest.FixtureRequest, story: Story, monkeypatch: pytest.MonkeyPatch) -> Story:
    """An application, and a 429 with Retry-After 1, then 7 in the shipped folder or in one of the user's."""
    story.file("app.py", APP)
    if request.param == "own":
        story.file("own/track/429-retry-after.yaml", ERROR)
        story.pytester.makeini("[pytest]\ncio_cassettes = own\n")
    else:
        shutil.copytree(data.cassettes(), story.path / "shipped", ignore=shutil.ignore_patterns(prepared.FILE))
        story.file("shipped/track/429-retry-after.yaml", ERROR)
        monkeypatch.setattr(data, "cassettes", lambda: story.path / "shipped")
    return story


def test_each_attempt_gets_the_next_answer(project: Story) -> None:
    """An application that waits as asked waits 1, then 7; each payload meets the sequence from its beginning."""
    project.run(TESTS).assert_outcomes(passed=4)


def test_the_wait_is_judged_by_the_answer_before_it(project: Story) -> None:
    """An application that waits 1 s each time is right after the first answer, and too early after the second."""
    result = project.run(IMPATIENT)
    result.assert_outcomes(failed=1)
    text = failure(result, "test_impatient[429-retry-after-recovers]")
    assert "at least 7 s between attempts 2 and 3" in text
    assert "1 s" in text


RECORDING = """\
# Recorded by `pytest --cio-record`, which writes it anew.
version: 1
interactions:
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{"plan": "gold"}'}
  response: {status: {code: 429, message: Slow}, headers: {Retry-After: ['1']}, body: {string: ''}}
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{"plan": "gold"}'}
  response: {status: {code: 429, message: Slow}, headers: {Retry-After: ['7']}, body: {string: ''}}
- request: {method: PUT, uri: 'https://track.customer.io/api/v1/customers/42', headers: {}, body: '{"plan": "gold"}'}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: '{}'}}
"""


def test_a_recording_is_played_in_order(story: Story) -> None:
    """A recording of a test with three answers to the same request gives them in order, and the last one again."""
    story.file("app.py", APP)
    story.file("cassettes/recorded/test_app/test_recorded.yaml", RECORDING)
    story.run(
        """
        import app
        import crm
        import time

        def test_recorded(monkeypatch):
            waits = []
            monkeypatch.setattr(time, "sleep", waits.append)
            assert app.patient(lambda: crm.identify("42", plan="gold")).status_code == 200
            assert waits == [1, 7]
            assert crm.identify("42", plan="gold").status_code == 200
        """,
        "--cio-contract",
    ).assert_outcomes(passed=1)

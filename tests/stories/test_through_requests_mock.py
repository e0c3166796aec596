"""An error case reaches the application through `requests-mock`: fixture, decorator, one session, mounted adapter."""

from __future__ import annotations

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

PLUGIN = ("-p", "requests_mock.contrib._pytest_plugin")
SUITE = """
from suite import app, both, errors, pytest
import requests
import requests_mock as library


@errors
@both
def test_fixture(requests_mock, use):
    put = requests_mock.put(app.URL, text="theirs")
    requests_mock.get(app.OTHER, text="5")
    assert requests.get(app.OTHER, timeout=5).text == "5"
    try:
        assert use(app.by_requests) in ("theirs", "lost")
    finally:
        assert put.called
        assert requests_mock.last_request.url == app.URL


@errors
@both
@library.Mocker(kw="mock")
def test_decorator(use, **given):
    given["mock"].put(app.URL, text="theirs")
    assert use(app.by_requests) in ("theirs", "lost")


@errors
@both
def test_one_session(use):
    with requests.Session() as session, library.Mocker(session=session) as mock:
        mock.put(app.URL, text="theirs")
        assert use(app.by_requests, session) in ("theirs", "lost")


@errors
@both
def test_mounted(use):
    adapter = library.Adapter()
    put = adapter.register_uri("PUT", app.URL, text="theirs")
    with requests.Session() as session:
        session.mount("https://", adapter)
        try:
            assert use(app.by_requests, session) in ("theirs", "lost")
        finally:
            assert put.called


@errors
@both
def test_real_http(use):
    with library.Mocker(real_http=True):
        assert use(app.by_requests) != "theirs"


@errors
@both
def test_a_body_that_is_read_once(requests_mock, use):
    requests_mock.put(app.URL, text="theirs", additional_matcher=lambda request: request.body == app.BODY)

    def send():
        body = (part for part in (app.BODY[:5], app.BODY[5:]))
        response = requests.put(app.URL, data=body, headers=app.HEADERS, timeout=5)
        return response.status_code, response.text

    assert use(send) in ("theirs", "lost")
"""
TESTS = ("fixture", "decorator", "one_session", "mounted", "real_http", "a_body_that_is_read_once")


def test_each_style(story: Story) -> None:
    """Who handles an error is green, who swallows it is red; other hosts are answered by the mocker as ever."""
    found = outcomes(project(story), SUITE, *PLUGIN)
    assert found == {f"test_{name}": {"save": "green", "lose": "red"} for name in TESTS}


def test_the_retry_engine_runs(story: Story) -> None:
    """The adapter that the application mounted is used, though a mocker would have put its own in its place.

    The mocker counts one call, as it does without an error case: it is called above the engine, and never retries.
    """
    project(story).run(
        """
        import app
        import pytest
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        @pytest.mark.cio_errors("503-unavailable-recovers")
        def test_retries(cio, requests_mock):
            requests_mock.put(app.URL, text="theirs")
            with requests.Session() as session:
                retry = Retry(3, status_forcelist=[503], backoff_factor=1, allowed_methods=None)
                session.mount("https://", HTTPAdapter(max_retries=retry))
                assert app.by_requests(session) == (200, "theirs")
            assert cio.attempts == 3
            assert requests_mock.call_count == 1
        """,
        *PLUGIN,
    ).assert_outcomes(passed=1)

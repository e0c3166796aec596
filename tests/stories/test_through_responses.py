"""An error case reaches the application through `responses`, below the client's own retry engine."""

from __future__ import annotations

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

SUITE = """
from suite import app, both, errors, pytest
import requests
import responses


@errors
@both
@responses.activate
def test_decorator(use):
    responses.put(app.URL, "theirs")
    responses.get(app.OTHER, "5")
    assert requests.get(app.OTHER, timeout=5).text == "5"
    assert use(app.by_requests) in ("theirs", "lost")
    assert responses.calls[-1].request.url == app.URL


@errors
@both
def test_context(use):
    with responses.RequestsMock() as mock:
        mock.put(app.URL, "theirs")
        mock.get(app.OTHER, "never asked for where the error is not handled")
        assert use(app.by_requests) in ("theirs", "lost")


@pytest.fixture
def mock():
    with responses.RequestsMock() as active:
        yield active


@errors
@both
def test_fixture_and_session(mock, use):
    put = mock.put(app.URL, "theirs")
    with requests.Session() as session:
        try:
            assert use(app.by_requests, session) in ("theirs", "lost")
        finally:
            assert put.call_count >= 1


@errors
@both
def test_passthru(mock, use):
    mock.add_passthru("https://track.customer.io")
    assert use(app.by_requests) != "theirs"


@errors
@both
def test_cio_responses(cio_responses, use):
    cio_responses.put(app.URL, "theirs")
    assert use(app.by_requests) in ("theirs", "lost")


@errors
@both
def test_a_body_that_is_read_once(mock, use):
    mock.put(app.URL, "theirs", match=[responses.matchers.body_matcher(app.BODY.decode())])

    def send():
        body = (part for part in (app.BODY[:5], app.BODY[5:]))
        response = requests.put(app.URL, data=body, headers=app.HEADERS, timeout=5)
        return response.status_code, response.text

    assert use(send) in ("theirs", "lost")
"""
TESTS = ("decorator", "context", "fixture_and_session", "passthru", "cio_responses", "a_body_that_is_read_once")


def test_each_style(story: Story) -> None:
    """Who handles an error is green, who swallows it is red; other hosts are answered by `responses` as ever."""
    assert outcomes(project(story), SUITE) == {f"test_{name}": {"save": "green", "lose": "red"} for name in TESTS}


def test_the_retry_engine_runs(story: Story) -> None:
    """urllib3's `Retry` meets the errors, waits, and gets the answer of the mock."""
    project(story).run(
        """
        import app
        import pytest
        import requests
        import responses
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry

        @pytest.mark.cio_errors("503-unavailable-recovers")
        def test_retries(cio):
            with responses.RequestsMock() as mock, requests.Session() as session:
                mock.put(app.URL, "theirs")
                retry = Retry(3, status_forcelist=[503], backoff_factor=1, allowed_methods=None)
                session.mount("https://", HTTPAdapter(max_retries=retry))
                assert app.by_requests(session) == (200, "theirs")
                assert [call.response is None for call in mock.calls] == [True, True, False]
            assert cio.attempts == 3
            assert len(cio.waits) > 0

        @pytest.mark.cio_errors("503-unavailable-persists", raises=requests.exceptions.RetryError)
        def test_gives_up(cio):
            with responses.RequestsMock() as mock, requests.Session() as session:
                mock.put(app.URL, "theirs")
                retry = Retry(3, status_forcelist=[503], backoff_factor=1, allowed_methods=None)
                session.mount("https://", HTTPAdapter(max_retries=retry))
                try:
                    app.by_requests(session)
                finally:
                    assert cio.attempts == 4
                    assert len(mock.calls) == 4
        """
    ).assert_outcomes(passed=2)


def test_the_mock_answers_before_and_after(story: Story) -> None:
    """Around `cio.replay`, what was registered is answered; a later delivery through the mock counts."""
    project(story).run(
        """
        import app
        import requests
        import responses

        @responses.activate
        def test_by_hand(cio):
            responses.put(app.URL, "theirs")
            assert app.by_requests() == (200, "theirs")
            with cio.replay("500"):
                assert app.by_requests()[0] == 500
            assert app.by_requests() == (200, "theirs")

        @responses.activate
        def test_answered_with_an_error_of_its_own(cio):
            responses.put(app.URL, body=requests.ConnectionError("theirs"))
            with cio.replay("500", times=1, raises=requests.ConnectionError):
                assert app.by_requests()[0] == 500
                app.by_requests()
        """
    ).assert_outcomes(passed=2)


def test_where_no_error_is_met_everything_must_be_requested(story: Story) -> None:
    """The check of `responses` that each answer was requested stands in tests without a case."""
    result = project(story).run(
        """
        import app
        import responses

        def test_unrequested():
            with responses.RequestsMock() as mock:
                mock.put(app.URL, "theirs")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Not all requests have been executed*"])


def test_threads(story: Story) -> None:
    """Requests of other threads to other hosts are answered by the mock meanwhile, and its function stands there after."""
    project(story).run(
        """
        import re
        from concurrent.futures import ThreadPoolExecutor

        import app
        import pytest
        import requests
        import responses

        @pytest.mark.cio_errors("429-rate-limited-recovers")
        def test_pool():
            def put(number):
                response = requests.put(f"{app.URL}{number}", data=app.BODY, headers=app.HEADERS, timeout=5)
                return response.status_code, response.text

            def ask(number):
                return requests.get(app.OTHER, timeout=5).text if number % 2 else app.save(put, number)

            with responses.RequestsMock() as mock:
                mock.put(re.compile(app.URL), "theirs")
                mock.get(app.OTHER, "5")
                stands = requests.adapters.HTTPAdapter.send
                with ThreadPoolExecutor(4) as pool:
                    assert list(pool.map(ask, range(40))) == ["theirs", "5"] * 20
                assert requests.adapters.HTTPAdapter.send is stands
        """
    ).assert_outcomes(passed=1)

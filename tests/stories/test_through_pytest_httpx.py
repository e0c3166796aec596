"""An error case reaches the application through `pytest-httpx`, which checks at teardown what was requested."""

from __future__ import annotations

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

PLUGINS = ("-p", "pytest_httpx", "-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")
SUITE = """
from suite import aboth, app, both, errors, pytest
import httpx


@errors
@both
def test_fixture(httpx_mock, use):
    httpx_mock.add_response(method="PUT", url=app.URL, text="theirs", match_content=app.BODY)
    httpx_mock.add_response(url=app.OTHER, text="5")
    with httpx.Client() as client:
        assert client.get(app.OTHER).text == "5"
        try:
            assert use(app.by_httpx, client) in ("theirs", "lost")
        finally:
            assert httpx_mock.get_requests(url=app.URL)


@errors
@aboth
async def test_fixture_async(httpx_mock, use):
    httpx_mock.add_response(url=app.URL, text="theirs")
    httpx_mock.add_response(url=app.OTHER, text="never asked for where the error is not handled")
    async with httpx.AsyncClient() as client:
        assert await use(app.by_httpx_async, client) in ("theirs", "lost")


@errors
@both
@pytest.mark.httpx_mock(should_mock=lambda request: request.url.host != "track.customer.io")
def test_let_through(httpx_mock, use):
    with httpx.Client() as client:
        assert use(app.by_httpx, client) != "theirs"
    assert httpx_mock.get_requests() == []


@errors
@both
def test_a_body_that_is_read_once(httpx_mock, use):
    httpx_mock.add_response(url=app.URL, text="theirs", match_content=app.BODY)

    def send():
        body = (part for part in (app.BODY[:5], app.BODY[5:]))
        with httpx.Client() as client:
            response = client.put(app.URL, content=body, headers=app.HEADERS)
        return response.status_code, response.text

    assert use(send) in ("theirs", "lost")
"""
TESTS = ("fixture", "fixture_async", "let_through", "a_body_that_is_read_once")


def test_each_style(story: Story) -> None:
    """Who handles an error is green, who swallows it is red; other hosts are answered by the fixture as ever."""
    found = outcomes(project(story), SUITE, *PLUGINS)
    assert found == {f"test_{name}": {"save": "green", "lose": "red"} for name in TESTS}


def test_its_checks_stand_elsewhere(story: Story) -> None:
    """Unrequested answers fail a test without a case, and requests without an answer each test."""
    result = project(story).run(
        """
        import app
        import httpx
        import pytest

        def test_unrequested(httpx_mock):
            httpx_mock.add_response(url=app.URL)

        @pytest.mark.cio_errors("401-unauthorized", raises=app.Gone)
        def test_not_expected(httpx_mock):
            with httpx.Client() as client:
                with pytest.raises(httpx.TimeoutException):
                    client.get(app.OTHER)
                app.save(app.by_httpx, client)
        """,
        "--cio-contract",
        *PLUGINS,
    )
    result.assert_outcomes(passed=2, errors=2)
    result.stdout.fnmatch_lines(
        ["*The following responses are mocked but not requested:*", "*The following requests were not expected:*"]
    )

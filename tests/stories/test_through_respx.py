"""An error case reaches the application through respx: decorator, fixture, both ways of mocking, a mounted router."""

from __future__ import annotations

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

PLUGINS = ("-p", "respx.plugin", "-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")
SUITE = """
from suite import aboth, app, both, errors, pytest
import httpx
import respx


@errors
@both
@respx.mock
def test_decorator(use):
    put = respx.put(app.URL).respond(text="theirs")
    respx.get(app.OTHER).respond(text="5")
    with httpx.Client() as client:
        assert client.get(app.OTHER).text == "5"
        try:
            assert use(app.by_httpx, client) in ("theirs", "lost")
        finally:
            assert put.called
            assert respx.calls.last.request.url == app.URL


@errors
@aboth
@respx.mock
async def test_decorator_async(use):
    respx.put(app.URL).respond(text="theirs")
    respx.get(app.OTHER).respond(text="5")
    async with httpx.AsyncClient() as client:
        assert (await client.get(app.OTHER)).text == "5"
        assert await use(app.by_httpx_async, client) in ("theirs", "lost")


@errors
@both
def test_fixture(respx_mock, use):
    respx_mock.put(app.URL, json={"plan": "basic"}).respond(text="theirs")
    respx_mock.get(app.OTHER).respond(text="never asked for where the error is not handled")
    with httpx.Client() as client:
        assert use(app.by_httpx, client) in ("theirs", "lost")


@errors
@aboth
async def test_fixture_async(respx_mock, use):
    put = respx_mock.put(app.URL).respond(text="theirs")
    async with httpx.AsyncClient() as client:
        try:
            assert await use(app.by_httpx_async, client) in ("theirs", "lost")
        finally:
            assert put.called


@errors
@both
def test_at_the_client(use):
    with respx.mock(using="httpx") as mock, httpx.Client() as client:
        put = mock.put(app.URL).respond(text="theirs")
        try:
            assert use(app.by_httpx, client) in ("theirs", "lost")
        finally:
            assert put.called


@errors
@aboth
async def test_at_the_client_async(use):
    async with respx.mock(using="httpx") as mock, httpx.AsyncClient() as client:
        mock.put(app.URL).respond(text="theirs")
        mock.get(app.OTHER).respond(text="never asked for where the error is not handled")
        assert await use(app.by_httpx_async, client) in ("theirs", "lost")


@errors
@both
def test_mounted(use):
    router = respx.Router()
    put = router.put(app.URL).respond(text="theirs")
    with httpx.Client(transport=httpx.MockTransport(router.handler)) as client:
        try:
            assert use(app.by_httpx, client) in ("theirs", "lost")
        finally:
            assert put.called


class Token(httpx.Auth):
    def auth_flow(self, request):
        answer = yield httpx.Request("GET", app.OTHER)
        assert answer.status_code == 207
        yield request


@errors
@both
@respx.mock
def test_another_host_within_the_same_call(use):
    respx.get(app.OTHER).respond(207)
    respx.put(app.URL).respond(text="theirs")
    with httpx.Client(auth=Token()) as client:
        assert use(app.by_httpx, client) in ("theirs", "lost")


@errors
@both
@respx.mock
def test_let_through(use):
    respx.put(app.URL).pass_through()
    with httpx.Client() as client:
        assert use(app.by_httpx, client) != "theirs"


@errors
@both
@respx.mock
def test_a_body_that_is_read_once(use):
    respx.put(app.URL, content=app.BODY).respond(text="theirs")

    def send():
        body = (part for part in (app.BODY[:5], app.BODY[5:]))
        with httpx.Client() as client:
            response = client.put(app.URL, content=body, headers=app.HEADERS)
        return response.status_code, response.text

    assert use(send) in ("theirs", "lost")
"""
TESTS = (
    "decorator",
    "decorator_async",
    "fixture",
    "fixture_async",
    "at_the_client",
    "at_the_client_async",
    "mounted",
    "another_host_within_the_same_call",
    "let_through",
    "a_body_that_is_read_once",
)


def test_each_style(story: Story) -> None:
    """Who handles an error is green, who swallows it is red; other hosts are answered by respx as ever."""
    found = outcomes(project(story), SUITE, *PLUGINS)
    assert found == {f"test_{name}": {"save": "green", "lose": "red"} for name in TESTS}


def test_where_no_error_is_met_everything_must_be_requested(story: Story) -> None:
    """The check of respx that each route was called stands in tests without a case."""
    result = project(story).run(
        """
        import app
        import respx

        def test_unrequested():
            with respx.mock() as mock:
                mock.put(app.URL).respond(200)
        """,
        "--cio-contract",
        *PLUGINS,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*RESPX: some routes were not called!*"])

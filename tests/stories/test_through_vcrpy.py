"""An error case reaches the application through a cassette of the user's, played by vcrpy or pytest-recording."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

CASSETTE = """\
interactions:
- request:
    method: PUT
    uri: https://track.customer.io/api/v1/customers/42
    body: '{"plan": "basic"}'
    headers: {}
  response:
    status: {code: 202, message: Accepted}
    headers: {}
    body: {string: theirs}
- request:
    method: GET
    uri: https://shop.example/stock
    body: null
    headers: {}
  response:
    status: {code: 200, message: OK}
    headers: {}
    body: {string: '5'}
version: 1
"""
SUITE = """
from suite import aboth, app, both, errors, pytest
import aiohttp
import asyncio
import httpx
import httpx2
import pathlib
import requests
import vcr

MODE = "{mode}"
ANSWERS = ("theirs", "lost")
CLIENTS = {{
    "requests": app.by_requests,
    "urllib3": app.by_urllib3,
    "http_client": app.by_http_client,
    "urllib_request": app.by_urllib_request,
    "httpx": lambda: app.by_httpx(httpx),
    "httpx2": lambda: app.by_httpx(httpx2),
}}


@pytest.fixture(autouse=True)
def unchanged():
    before = pathlib.Path("theirs.yaml").read_text()
    yield
    assert pathlib.Path("theirs.yaml").read_text() == before


@errors
@both
@pytest.mark.parametrize("name", list(CLIENTS))
def test_context(name, use):
    with vcr.use_cassette("theirs.yaml", record_mode=MODE):
        if MODE == "none":
            assert requests.get(app.OTHER, timeout=5).text == "5"
        answer = use(CLIENTS[name])
    assert answer in ANSWERS or MODE == "all"


@errors
@both
@vcr.use_cassette("theirs.yaml", record_mode=MODE)
def test_decorator(use):
    assert use(app.by_requests) in ANSWERS or MODE == "all"


@errors
@aboth
@pytest.mark.parametrize("name", ["httpx", "httpx2", "aiohttp"])
async def test_async(name, use):
    with vcr.use_cassette("theirs.yaml", record_mode=MODE):
        kind, send = {{
            "httpx": (httpx.AsyncClient, app.by_httpx_async),
            "httpx2": (httpx2.AsyncClient, app.by_httpx_async),
            "aiohttp": (aiohttp.ClientSession, app.by_aiohttp),
        }}[name]
        async with kind() as client:
            assert await use(send, client) in ANSWERS or MODE == "all"
"""
PLUGINS = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all"])
def test_each_client_in_each_record_mode(story: Story, mode: str) -> None:
    """Who handles an error is green, who swallows it is red; nothing leaves, and nothing is recorded."""
    story.file("theirs.yaml", CASSETTE)
    found = outcomes(project(story), SUITE.format(mode=mode), *PLUGINS)
    assert found == {
        name: {"save": "green", "lose": "red"} for name in ("test_context", "test_decorator", "test_async")
    }


def test_the_mark_of_pytest_recording(story: Story) -> None:
    """Beside the mark `vcr`, a `cio_errors` mark works; a cassette that does not exist yet is not written."""
    pytest.importorskip("pytest_recording")
    story.file("cassettes/test_app/test_plays.yaml", CASSETTE)
    result = project(story).run(
        """
        import app
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-recovers", "401-unauthorized", raises=app.Gone)
        @pytest.mark.vcr("test_plays.yaml")
        def test_plays():
            assert app.save(app.by_requests) == "theirs"

        @pytest.mark.cio_errors("429-rate-limited-recovers", "401-unauthorized", raises=app.Gone)
        @pytest.mark.vcr
        def test_would_record():
            assert app.save(app.by_requests) != "theirs"
        """,
        "-p",
        "pytest_recording.plugin",
        "--record-mode=once",
    )
    result.assert_outcomes(passed=4)
    assert [path.name for path in story.path.glob("cassettes/**/*.yaml")] == ["test_plays.yaml"]


def test_a_cassette_that_pytest_recording_does_not_find(story: Story) -> None:
    """It names cassettes after items, so that no item of a case has one: the plugin answers what the case does not.

    That is the success after an error that passes, and all requests of an item whose case does not apply.
    """
    pytest.importorskip("pytest_recording")
    story.file("cassettes/test_app/test_it.yaml", CASSETTE)
    result = project(story).run(
        """
        import app
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-recovers", "429-daily-quota", "401-unauthorized", raises=app.Gone)
        @pytest.mark.vcr
        def test_it():
            app.save(app.by_requests)
        """,
        "-p",
        "pytest_recording.plugin",
    )
    result.assert_outcomes(passed=2, skipped=1)

"""An error case reaches the application through aioresponses, and through other mocks of `ClientSession._request`.

aioresponses 0.7 cannot make an answer of its own with the newest aiohttp: there it lets pass what is sent, or raises.
"""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story
from tests.stories.through import outcomes, project

pytest.importorskip("aioresponses")

PLUGINS = ("-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto")
SUITE = """
from suite import aboth, app, errors, pytest
from unittest import mock
import aiohttp
import aioresponses
from multidict import CIMultiDict


@pytest.fixture
def fake():
    with aioresponses.aioresponses(passthrough=["https://track.customer.io"]) as active:
        yield active


@errors
@aboth
async def test_fixture(fake, use):
    async with aiohttp.ClientSession() as session:
        assert await use(app.by_aiohttp, session) != "theirs"


@errors
@aboth
async def test_context(use):
    with aioresponses.aioresponses(passthrough_unmatched=True) as fake:
        fake.get(app.OTHER, exception=aiohttp.ClientPayloadError("theirs"))
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientPayloadError, match="theirs"):
                await session.get(app.OTHER)
            try:
                assert await use(app.by_aiohttp, session) != "theirs"
            finally:
                fake.assert_any_call(app.URL, "PUT")


class Response:
    status = 200

    async def text(self):
        return "theirs"

    def close(self):
        pass

    async def __aenter__(self):
        return self

    async def __aexit__(self, *error):
        pass


@errors
@aboth
async def test_a_function_of_its_own(monkeypatch, use):
    asked = []

    async def request(session, method, url, **options):
        asked.append(str(url))
        return Response()

    monkeypatch.setattr(aiohttp.ClientSession, "_request", request)
    async with aiohttp.ClientSession() as session:
        async with session.get(app.OTHER) as other:
            assert await other.text() == "theirs"
        assert await use(app.by_aiohttp, session) in ("theirs", "lost")
    assert asked[0] == app.OTHER


@errors
@aboth
async def test_a_mock(use):
    with mock.patch.object(aiohttp.ClientSession, "_request", mock.AsyncMock(return_value=Response())) as fake:
        async with aiohttp.ClientSession() as session:
            try:
                assert await use(app.by_aiohttp, session) in ("theirs", "lost")
            finally:
                assert fake.call_args.args == ("PUT", app.URL)


@errors
@aboth
async def test_a_body_that_is_read_once(monkeypatch, use):
    async def request(session, method, url, data=None, **options):
        assert data == app.BODY
        return Response()

    async def send(session):
        async def body():
            yield app.BODY[:5]
            yield app.BODY[5:]

        async with session.put(app.URL, data=body(), headers=app.HEADERS) as response:
            return response.status, await response.text()

    monkeypatch.setattr(aiohttp.ClientSession, "_request", request)
    async with aiohttp.ClientSession() as session:
        assert await use(send, session) in ("theirs", "lost")
"""
TESTS = ("fixture", "context", "a_function_of_its_own", "a_mock", "a_body_that_is_read_once")


def test_each_style(story: Story) -> None:
    """Who handles an error is green, who swallows it is red; other hosts are answered by the mock as ever."""
    found = outcomes(project(story), SUITE, *PLUGINS)
    assert found == {f"test_{name}": {"save": "green", "lose": "red"} for name in TESTS}


def test_the_mock_answers_when_the_case_is_spent(story: Story) -> None:
    """An error that aioresponses was told to raise comes after the error of the case."""
    project(story).run(
        """
        import asyncio

        import aiohttp
        import aioresponses
        import app
        import pytest

        @pytest.mark.cio_errors("429-rate-limited-recovers", raises=aiohttp.ClientPayloadError)
        async def test_raises(cio):
            with aioresponses.aioresponses() as fake:
                fake.put(app.URL, exception=aiohttp.ClientPayloadError("theirs"))
                async with aiohttp.ClientSession() as session:
                    assert (await app.by_aiohttp(session))[0] == 429
                    await asyncio.sleep(1)
                    assert (await app.by_aiohttp(session))[0] == 429
                    await asyncio.sleep(2)
                    await app.by_aiohttp(session)
        """,
        *PLUGINS,
    ).assert_outcomes(passed=1)


def test_a_connection_that_the_client_opens_anew(story: Story) -> None:
    """aiohttp repeats a PUT whose connection was reset; the mock stands above that, and counts one call."""
    project(story).run(
        """
        import aiohttp
        import aioresponses
        import app
        import pytest

        @pytest.mark.cio_errors("connection-reset-persists", raises=aiohttp.ClientError)
        async def test_it(cio):
            with aioresponses.aioresponses() as fake:
                fake.put(app.URL)
                async with aiohttp.ClientSession() as session:
                    with pytest.raises(aiohttp.ClientError):
                        await app.by_aiohttp(session)
                fake.assert_called_once()
            assert cio.attempts == 2
        """,
        *PLUGINS,
    ).assert_outcomes(passed=1)

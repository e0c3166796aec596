"""While an error case is at work, a mock of an SDK or a client calls through, so that the error reaches the application."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, failure

for _name in ("customerio", "async_customerio", "httpx"):
    pytest.importorskip(_name)

APP = """
import customerio
import httpx
import requests
from async_customerio import AsyncCustomerIO
from customerio import CustomerIO

KEYS = ("site-1234", "key-12345")
URL = "https://track.customer.io/api/v1/customers/42/events"


def track():
    CustomerIO(*KEYS).track("42", "purchase")


def quietly():
    try:
        track()
    except Exception:
        pass


async def track_async():
    await AsyncCustomerIO(*KEYS).track("42", "purchase")


async def track_v2():
    person = {"type": "person", "action": "event", "identifiers": {"id": "42"}, "name": "purchase"}
    await AsyncCustomerIO(*KEYS).v2.send_entity(person)
"""


@pytest.fixture
def project(story: Story) -> Story:
    """An application of the official SDK, and of clients."""
    story.file("app.py", APP)
    return story


def test_the_error_reaches_the_application(project: Story) -> None:
    """Through each mock; what was called is remembered as ever."""
    result = project.run(
        """
        import asyncio
        from unittest.mock import AsyncMock, MagicMock, patch

        import app
        import pytest

        refused = pytest.mark.cio_errors("401-unauthorized", raises=Exception)

        @refused
        @patch("app.CustomerIO")
        def test_a_class(fake):
            try:
                app.track()
            finally:
                fake.return_value.track.assert_called_once_with("42", "purchase")

        @refused
        def test_a_method(monkeypatch):
            monkeypatch.setattr(app.CustomerIO, "track", MagicMock())
            app.track()

        @refused
        @patch("app.CustomerIO.track", autospec=True)
        def test_a_method_with_autospec(fake):
            try:
                app.track()
            finally:
                assert fake.call_count == 1

        @refused
        @patch("app.CustomerIO.send_request")
        def test_an_inherited_method(fake):
            app.track()

        @refused
        def test_a_spec():
            MagicMock(spec=app.CustomerIO).track("42", "purchase")

        @refused
        def test_an_instance():
            with patch.object(app, "SDK", app.CustomerIO(*app.KEYS), create=True):
                with patch("app.SDK") as fake:
                    fake.track("42", "purchase")

        @refused
        @patch("app.AsyncCustomerIO", autospec=True)
        def test_an_async_class(fake):
            asyncio.run(app.track_async())

        @refused
        @patch("app.AsyncCustomerIO.track")
        def test_an_async_method(fake):
            asyncio.run(app.track_async())

        @refused
        @patch("app.AsyncCustomerIO")
        def test_a_member_of_an_async_client(fake):
            fake.return_value.v2.send_entity = AsyncMock()
            asyncio.run(app.track_v2())

        @refused
        @patch("app.requests.post")
        def test_a_function(fake):
            app.requests.post(app.URL, json={"name": "purchase"}, auth=app.KEYS, timeout=5).raise_for_status()

        @refused
        def test_a_session():
            with app.httpx.Client(auth=app.KEYS) as client, patch.object(client, "post"):
                client.post(app.URL, json={"name": "purchase"}).raise_for_status()
        """
    )
    result.assert_outcomes(passed=11)


def test_what_swallows_every_error_is_red(project: Story) -> None:
    """With one mark, whatever mock the suite uses; what the SDK's own retry saves is recovered."""
    report = project.report(
        """
        from unittest.mock import patch

        import app
        import pytest

        @pytest.mark.cio_errors("401", "503")
        @patch("app.CustomerIO")
        def test_it(fake):
            app.quietly()
        """
    )
    outcomes = {one["case"]: one["outcome"] for one in report["tests"]}
    assert outcomes == {
        "401-unauthorized": "lost",
        "401-wrong-key-type": "lost",
        "401-wrong-region": "lost",
        "503-unavailable-persists": "lost",
        "503-unavailable-recovers": "recovered",
    }


def test_the_mock_answers_again(project: Story) -> None:
    """Before and after the case; and where it cannot call through: arguments that hold mocks, no such method."""
    result = project.run(
        """
        from unittest.mock import MagicMock, patch

        import app
        import pytest

        @patch("app.CustomerIO")
        def test_it(fake, cio):
            client = app.CustomerIO(*app.KEYS)
            client.track.return_value = "fake"
            assert client.track("42", "purchase") == "fake"
            with cio.replay("401"):
                with pytest.raises(app.customerio.CustomerIOException):
                    client.track("42", "purchase")
                assert client.track("42", MagicMock()) == "fake"
            assert client.track("42", "purchase") == "fake"
            assert client.track.call_count == 4
            assert [one.attempts for one in cio.sent] == [1]

        @pytest.mark.cio_allow("mock-hides-error", reason="looked at elsewhere")
        @patch("app.CustomerIO")
        def test_no_such_method(fake, cio):
            with cio.replay("401"):
                app.track_none = app.CustomerIO(*app.KEYS, region="eu").trak("42")
                with pytest.raises(app.customerio.CustomerIOException):
                    app.track()
        """
    )
    result.assert_outcomes(passed=2)


CLIENTS = """
import aiohttp
import httpx
import requests
from customerio import analytics

KEYS = ("site-1234", "key-12345")
HEADERS = {"Authorization": "Basic c2l0ZS0xMjM0OmtleS0xMjM0NQ=="}
BASE = "https://track.customer.io/api/v1"
URL = f"{BASE}/customers/42/events"
EVENT = {"name": "purchase"}


class NotSentError(Exception):
    pass


def check(status):
    if status >= 400:
        raise NotSentError(status)


def by_session():
    session = requests.Session()
    session.auth = KEYS
    session.headers.update({"X-Own": "1"})
    check(session.post(URL, json=EVENT, timeout=5).status_code)


def in_a_block():
    with requests.Session() as session:
        session.auth = KEYS
        check(session.post(URL, json=EVENT, timeout=5).status_code)


def by_client():
    with httpx.Client(base_url=BASE, auth=KEYS) as client:
        check(client.post("/customers/42/events", json=EVENT).status_code)


async def by_async_client():
    async with httpx.AsyncClient(base_url=BASE, auth=KEYS) as client:
        check((await client.post("/customers/42/events", json=EVENT)).status_code)


async def by_aiohttp():
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        async with session.post(URL, json=EVENT) as response:
            check(response.status)


async def by_aiohttp_awaited():
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        check((await session.post(URL, json=EVENT)).status)


async def by_aiohttp_function():
    async with aiohttp.request("POST", URL, json=EVENT, headers=HEADERS) as response:
        check(response.status)


def by_analytics():
    analytics.track("42", "purchase")


def by_analytics_client():
    analytics.Client("write-key-1").track("42", "purchase")
"""


@pytest.fixture
def clients(story: Story) -> Story:
    """An application of whole clients, and of the SDK with a queue."""
    for name in ("customerio.analytics", "aiohttp"):
        pytest.importorskip(name)
    story.file("app.py", CLIENTS)
    return story


def test_whole_clients(clients: Story) -> None:
    """A mocked class of a client: the real client is built, and set up, as the application does it with the mock."""
    report = clients.report(
        """
        import asyncio
        from unittest.mock import AsyncMock, MagicMock, patch

        import app
        import pytest

        refused = pytest.mark.cio_errors("401-unauthorized", raises=app.NotSentError)

        @refused
        @patch("app.requests.Session")
        def test_a_session(fake, cio):
            try:
                app.by_session()
            finally:
                fake.return_value.post.assert_called_once_with(app.URL, json=app.EVENT, timeout=5)
                (sent,) = cio.sent
                assert (sent.headers["x-own"], sent.headers["authorization"][:6]) == ("1", "Basic ")

        @refused
        @patch("app.requests.Session")
        def test_a_block(fake, cio):
            try:
                app.in_a_block()
            finally:
                assert "authorization" in cio.sent[0].headers

        @refused
        @patch("app.requests.Session.post")
        def test_a_method(fake):
            app.in_a_block()

        @refused
        @patch("app.httpx.Client")
        def test_a_client(fake):
            app.by_client()

        @refused
        @patch("app.httpx.Client.post")
        def test_a_method_of_a_client(fake):
            app.by_client()

        @refused
        @patch("app.httpx.AsyncClient")
        def test_an_async_client(fake):
            post = fake.return_value.__aenter__.return_value.post = AsyncMock()
            try:
                asyncio.run(app.by_async_client())
            finally:
                post.assert_awaited_once_with("/customers/42/events", json=app.EVENT)

        @refused
        @patch("app.aiohttp.ClientSession")
        def test_aiohttp(fake):
            fake.return_value.__aenter__.return_value.post = MagicMock()
            asyncio.run(app.by_aiohttp())

        @refused
        @patch("app.aiohttp.ClientSession")
        def test_aiohttp_awaited(fake):
            asyncio.run(app.by_aiohttp_awaited())

        @refused
        @patch("app.aiohttp.ClientSession.post")
        def test_a_method_of_aiohttp(fake):
            asyncio.run(app.by_aiohttp())

        @refused
        @patch("app.aiohttp.ClientSession.post", autospec=True)
        def test_a_method_of_aiohttp_with_autospec(fake):
            asyncio.run(app.by_aiohttp())

        @refused
        @patch("app.aiohttp.request")
        def test_a_function_of_aiohttp(fake):
            asyncio.run(app.by_aiohttp_function())
        """,
        "-Werror",
    )
    rows = [(one["outcome"], one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]]
    assert rows == [("raised", 1, [])] * 11


def test_the_sdk_with_a_queue(clients: Story) -> None:
    """The CDP SDK sends in a thread and retries there: its own retry is seen, and what it drops at last is lost."""
    report = clients.report(
        """
        from unittest.mock import patch

        import app
        import pytest

        @pytest.mark.cio_errors("500-server-error-recovers")
        @patch("app.analytics.track")
        def test_a_function(fake):
            app.by_analytics()
            fake.assert_called_once_with("42", "purchase")

        @pytest.mark.cio_errors("500-server-error-persists")
        @patch("app.analytics")
        def test_the_module(fake):
            app.by_analytics()

        @pytest.mark.cio_errors("500-server-error-recovers")
        @patch("app.analytics.Client")
        def test_a_client(fake):
            app.by_analytics_client()
            app.by_analytics_client()

        @pytest.mark.cio_errors("500-server-error-recovers")
        def test_a_real_client():
            client = app.analytics.Client("write-key-1")
            with patch.object(client, "track"):
                client.track("42", "purchase")
            client.join()

        def test_the_mocks_answer_again():
            with patch("app.analytics.track", return_value="fake") as fake:
                assert app.analytics.track("42", "purchase") == "fake"
            assert app.analytics.default_client is None
        """,
    )
    rows = [(one["case"], one["outcome"], one["attempts"]) for one in report["tests"]]
    assert rows == [
        ("500-server-error-recovers", "recovered", 3),
        ("500-server-error-persists", "lost", 11),
        ("500-server-error-recovers", "recovered", 3),
        ("500-server-error-recovers", "recovered", 3),
        (None, None, 1),
    ]


def test_where_no_loop_runs(clients: Story) -> None:
    """A session of aiohttp can only be made while a loop runs: elsewhere its mock answers."""
    result = clients.run(
        """
        from unittest.mock import patch

        import app

        @patch("app.aiohttp.ClientSession.post", return_value="fake")
        def test_it(fake, cio):
            with cio.replay("401", raises=app.NotSentError):
                assert app.aiohttp.ClientSession.post(app.URL, json=app.EVENT) == "fake"
        """
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_it") == (
        "cio.replay('401'): no error could be replayed, a mock of aiohttp.ClientSession.post took the call\n"
        "\n"
        "  the cause    while an error is replayed, the mock or fake of an SDK or a client calls the real thing; a mock without\n"
        "               a spec stands for nothing; a mock of http.client, and a fake that is made within a test or by flexmock,\n"
        "               mockito or doublex, stays in its place; and an argument that holds a mock cannot be sent\n"
        "  what to do   in this test give the mock a spec (MagicMock(spec=CustomerIO)) and the call plain values, or mock what\n"
        "               is beneath it: responses, respx, pytest-httpx, requests-mock, a cassette, or nothing at all\n"
    )

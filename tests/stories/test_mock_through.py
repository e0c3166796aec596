"""While an error case is at work, a mock of an SDK or a client calls through, so that the error reaches the application."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story

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

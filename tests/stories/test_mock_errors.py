"""Calls that the real thing refuses: hidden by a mock, or swallowed by the application."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, closing, failure

for _name in ("customerio", "customerio.analytics", "async_customerio"):
    pytest.importorskip(_name)

APP = """
import customerio
from customerio import APIClient, CustomerIO, SendEmailRequest, analytics
from async_customerio import AsyncCustomerIO

KEYS = ("site-1234", "key-12345")


def track(*args, **kwargs):
    CustomerIO(*KEYS).track(*args, **kwargs)


def quietly(send, *args, **kwargs):
    try:
        send(*args, **kwargs)
    except Exception:
        pass


async def quietly_async(*args, **kwargs):
    try:
        await AsyncCustomerIO(*KEYS).track(*args, **kwargs)
    except Exception:
        pass
"""


@pytest.fixture
def project(story: Story) -> Story:
    """An application of the official SDK."""
    story.file("app.py", APP)
    return story


def _broken(project: Story, test: str, *args: str) -> dict[str, list[tuple[str, str, str]]]:
    """Rule, place and what was got, by test."""
    report = project.report(test, "--cio-contract", *args)
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in report["tests"]:
        # Python 3.13 says which number.
        rules = [
            (v["rule"], v["where"], v["got"].removesuffix(": inf"))
            for v in one["violations"]
            if v["severity"] != "info"
        ]
        found.setdefault(one["nodeid"].partition("::")[2], []).extend(rules)
    return found


def test_a_mock_that_hides_an_error(project: Story) -> None:
    """A plain mock takes an argument that the SDK does not: the test fails, and says which mock took it."""
    result = project.run(
        """
        from unittest.mock import patch

        import app

        @patch("app.CustomerIO")
        def test_it(fake):
            app.track("42", "purchase", total=3)
        """,
        "--cio-contract",
    )
    assert failure(result, "test_it") == (
        "track.event customerio.CustomerIO.track: expected a call that the real one takes, got"
        " TypeError: CustomerIO.track() got an unexpected keyword argument 'total'\n"
        "\n"
        "  where                         expected                         got\n"
        "  customerio.CustomerIO.track   a call that the real one takes   "
        "TypeError: CustomerIO.track() got an unexpected keyword argument 'total'\n"
        "\n"
        "heard at     mock of customerio.CustomerIO.track\n"
        "sent from    app.py:10 in track\n"
        "contract     python -m pytest_customerio explain mock-hides-error\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/\n"
        "what to do   the mock takes any call, in production this one raises: mend the call; a mock with autospec=True\n"
        "             refuses it too\n"
        'on purpose?  @pytest.mark.cio_allow("mock-hides-error", reason="…")\n'
    )


def test_a_call_that_was_not_sent(project: Story) -> None:
    """The SDK raises and the application swallows it: the test fails although nothing was sent."""
    result = project.run(
        """
        import app

        def test_it():
            app.quietly(app.track, "", "purchase")
        """,
        "--cio-contract",
    )
    assert failure(result, "test_it") == (
        "track.event customerio.CustomerIO.track: expected a request, got CustomerIOException: customer_id cannot be blank in track\n"
        "\n"
        "  where                         expected    got\n"
        "  customerio.CustomerIO.track   a request   CustomerIOException: customer_id cannot be blank in track\n"
        "\n"
        "sent from    app.py:10 in track\n"
        "contract     python -m pytest_customerio explain call-not-sent\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/\n"
        "what to do   the call raised before anything was sent, and the exception was swallowed: mend the call, or let\n"
        "             the test expect the exception (pytest.raises)\n"
        'on purpose?  @pytest.mark.cio_allow("call-not-sent", reason="…")\n'
    )


def test_what_mocks_hide(project: Story) -> None:
    """Whatever the real thing raises: of the constructor, of a method, of a coroutine, of a function, of a client."""
    found = _broken(
        project,
        """
        import asyncio
        from unittest.mock import DEFAULT, AsyncMock, patch

        import app
        import pytest
        import requests

        @pytest.fixture(autouse=True)
        def fakes():
            with patch.multiple(app, CustomerIO=DEFAULT, AsyncCustomerIO=DEFAULT, analytics=DEFAULT):
                app.AsyncCustomerIO.return_value.identify = AsyncMock()
                yield

        def test_a_region_by_name():
            app.CustomerIO(*app.KEYS, region="eu")

        def test_an_argument_of_the_constructor():
            app.CustomerIO(*app.KEYS, colour="red")

        def test_a_blank_id():
            app.track("", "purchase")

        def test_a_method_that_there_is_not():
            app.CustomerIO(*app.KEYS).trak("42", "purchase")

        def test_what_json_cannot_hold():
            app.track("42", "purchase", {"total": float("inf")})

        def test_a_coroutine():
            asyncio.run(app.AsyncCustomerIO(*app.KEYS).identify(""))

        def test_a_function():
            app.analytics.track(event="purchase")

        def test_a_client():
            with patch("requests.post"):
                requests.post("https://track.customer.io/api/v1/events", colour="red")

        def test_without_what_was_given():
            app.CustomerIO(*app.KEYS).backfill("42", "purchase", "on the first of May 2026")
        """,
    )
    sdk = "customerio.CustomerIO"
    hidden = {name: [one[1:] for one in rows if one[0] == "mock-hides-error"] for name, rows in found.items()}
    assert hidden == {
        "test_a_region_by_name": [(sdk, "CustomerIOException: invalid region provided")],
        "test_an_argument_of_the_constructor": [
            (sdk, "TypeError: CustomerIO.__init__() got an unexpected keyword argument 'colour'")
        ],
        "test_a_blank_id": [(f"{sdk}.track", "CustomerIOException: customer_id cannot be blank in track")],
        "test_a_method_that_there_is_not": [
            (f"{sdk}.trak", "AttributeError: 'CustomerIO' object has no attribute 'trak'")
        ],
        "test_what_json_cannot_hold": [
            (
                f"{sdk}.track",
                "CustomerIOException: InvalidJSONError: Out of range float values are not JSON compliant",
            )
        ],
        "test_a_coroutine": [
            (
                "async_customerio.AsyncCustomerIO.identify",
                "AsyncCustomerIOError: identifier cannot be blank in identify",
            )
        ],
        "test_a_function": [
            (
                "customerio.analytics.track",
                "AssertionError: user_id or anonymous_id must have (<class 'numbers.Number'>, <class 'str'>), got: None",
            )
        ],
        "test_a_client": [
            ("requests.post", "TypeError: Session.request() got an unexpected keyword argument 'colour'")
        ],
        "test_without_what_was_given": [
            (f"{sdk}.backfill", "CustomerIOException: ValueError: invalid literal for int() with base 10: '…'")
        ],
    }


def test_what_is_swallowed(project: Story) -> None:
    """By a method, a coroutine, a mock with autospec, and by an SDK that cannot serialise what it is given."""
    found = _broken(
        project,
        """
        import asyncio
        import uuid
        from unittest.mock import patch

        import app

        def test_an_unknown_argument():
            app.quietly(app.track, "42", "purchase", total=3)

        def test_a_coroutine():
            asyncio.run(app.quietly_async("", "purchase"))

        def test_what_json_cannot_hold():
            app.quietly(app.track, "42", "purchase", {"order": uuid.UUID(int=7)})

        def test_analytics():
            app.quietly(app.analytics.Client("write-key-1", sync_mode=True).track, "42", None)

        def test_a_class_with_autospec():
            with patch("app.CustomerIO", autospec=True):
                app.quietly(app.track, "42", "purchase", total=3)

        def test_a_method_with_autospec():
            with patch.object(app.CustomerIO, "track", autospec=True):
                app.quietly(app.track, "42", "purchase", total=3)
        """,
    )
    track = "customerio.CustomerIO.track"
    refused = "TypeError: got an unexpected keyword argument 'total'"
    assert found == {
        "test_an_unknown_argument": [
            ("call-not-sent", track, "TypeError: CustomerIO.track() got an unexpected keyword argument 'total'")
        ],
        "test_a_coroutine": [
            (
                "call-not-sent",
                "async_customerio.AsyncCustomerIO.track",
                "AsyncCustomerIOError: customer_id cannot be blank in track",
            )
        ],
        "test_what_json_cannot_hold": [
            (
                "call-not-sent",
                track,
                "CustomerIOException: TypeError: Object of type UUID is not JSON serializable",
            )
        ],
        "test_analytics": [
            (
                "call-not-sent",
                "customerio.analytics.Client.track",
                "AssertionError: event must have <class 'str'>, got: None",
            )
        ],
        "test_a_class_with_autospec": [("call-not-sent", track, refused)],
        "test_a_method_with_autospec": [("call-not-sent", track, refused)],
    }


def test_what_a_test_declares(project: Story) -> None:
    """pytest.raises, assertRaises, an exception made from it, `raises=` of a case, cio_allow: nothing is said."""
    result = project.run(
        """
        import unittest

        import app
        import pytest

        def test_raises():
            with pytest.raises(TypeError):
                app.track("42", "purchase", total=3)

        def test_raises_what_was_made_from_it():
            with pytest.raises(RuntimeError):
                try:
                    app.track("", "purchase")
                except app.customerio.CustomerIOException as error:
                    raise RuntimeError from error

        class TestCase(unittest.TestCase):
            def test_assert_raises(self):
                with self.assertRaises(app.customerio.CustomerIOException):
                    app.track("", "purchase")

        @pytest.mark.cio_allow("call-not-sent", reason="guests have no id")
        def test_allowed():
            app.quietly(app.track, "", "purchase")

        @pytest.mark.cio_allow("mock-hides-error", reason="guests have no id")
        def test_allowed_of_a_mock(monkeypatch):
            monkeypatch.setattr(app, "CustomerIO", unittest.mock.MagicMock())
            app.track("", "purchase")

        @pytest.mark.cio_errors("401", raises=app.customerio.CustomerIOException)
        def test_raises_of_a_case():
            app.quietly(app.track, "", "purchase")
            app.track("42", "purchase")
        """,
        "--cio-contract",
    )
    assert result.parseoutcomes().get("failed", 0) == 0, result.stdout.str()
    assert result.parseoutcomes()["passed"] > 6


def test_a_mock_in_the_way_of_a_case(project: Story) -> None:
    """No error reaches an application that gives mocks to a mock: the item fails, it is not skipped."""
    result = project.run(
        """
        from unittest.mock import MagicMock, patch

        import app
        import pytest

        @patch("app.analytics.track")
        @pytest.mark.cio_errors("500-server-error-persists")
        def test_it(fake):
            app.analytics.track("42", "purchase", MagicMock())
        """,
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_it[500-server-error-persists]") == (
        "500-server-error-persists: no error could be replayed, a mock of customerio.analytics.track took the call\n"
        "\n"
        "  the cause    while an error is replayed, the mock or fake of an SDK or a client calls the real thing; a mock without\n"
        "               a spec stands for nothing; a mock of http.client, and a fake that is made within a test or by flexmock,\n"
        "               mockito or doublex, stays in its place; and an argument that holds a mock cannot be sent\n"
        "  what to do   in this test give the mock a spec (MagicMock(spec=CustomerIO)) and the call plain values, or mock what\n"
        "               is beneath it: responses, respx, pytest-httpx, requests-mock, a cassette, or nothing at all\n"
    )


def test_a_second_try(project: Story) -> None:
    """What the SDK refuses and the application then sends in another way is not lost; another event is."""
    project.file(
        "old.py",
        """
        def track(client, who, name, **data):
            try:
                client.track(who, name, **data)
            except TypeError:
                client.track(who, name, data)
        """,
    )
    found = _broken(
        project,
        """
        import asyncio
        from unittest.mock import patch

        import app
        import old

        def test_it():
            old.track(app.CustomerIO(*app.KEYS), "42", "purchase", total=3)

        @patch("app.CustomerIO", autospec=True)
        def test_a_mock(fake):
            old.track(app.CustomerIO(*app.KEYS), "42", "purchase", total=3)

        def test_another():
            app.quietly(app.track, "42", "signup", total=3)
            app.track("42", "purchase")

        def test_a_coroutine():
            async def twice():
                await app.quietly_async("42", "purchase", {"total": 3})
                await app.quietly_async("42", "purchase", total=3)
            asyncio.run(twice())
        """,
    )
    rules = {name: [rule for rule, _, _ in rows] for name, rows in found.items()}
    assert rules == {"test_it": [], "test_a_mock": [], "test_another": ["call-not-sent"], "test_a_coroutine": []}


def test_an_exception_that_the_test_ends_with(project: Story) -> None:
    """It fails by itself; we add nothing."""
    result = project.run("import app\n\ndef test_it():\n    app.track('', 'purchase')\n", "--cio-contract")
    result.assert_outcomes(failed=1)
    assert "call-not-sent" not in result.stdout.str()
    assert closing(result) == ""


def test_what_was_sent_after_all(project: Story) -> None:
    """A fake or a mock beneath the SDK that raises: it did what it does to send."""
    result = project.run(
        """
        from unittest.mock import MagicMock

        import app
        import requests
        import responses

        def test_a_mock(monkeypatch):
            monkeypatch.setattr(requests.Session, "request", MagicMock(side_effect=requests.ConnectionError))
            app.quietly(app.track, "42", "purchase")

        def test_a_mock_of_something_else(monkeypatch):
            monkeypatch.setattr(requests.sessions.Session, "prepare_request", MagicMock(side_effect=ValueError))
            app.quietly(app.track, "42", "purchase")

        def test_a_fake(monkeypatch):
            def send(session, request, **kwargs):
                raise requests.ConnectionError
            monkeypatch.setattr(requests.Session, "send", send)
            app.quietly(app.track, "42", "purchase")

        @responses.activate
        def test_responses():
            app.quietly(app.track, "42", "purchase")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=4)


def test_a_request_that_the_client_refuses(story: Story) -> None:
    """An impossible timeout: requests raises before it sends. Nothing was sent, so nothing is judged."""
    report = story.report(
        """
        import pytest
        import requests

        def test_it():
            with pytest.raises(ValueError):
                requests.post("https://track.customer.io/api/v1/events", json={}, timeout="5")
        """,
        "--cio-contract",
    )
    assert report["tests"] == []


def test_a_case_that_no_request_could_meet(project: Story) -> None:
    """The only call of a `cio_errors` item is refused by the SDK: the item says that nothing was sent, and why."""
    result = project.run(
        """
        import app
        import pytest

        @pytest.mark.cio_errors("401-unauthorized")
        def test_it():
            app.quietly(app.track, "", "purchase")
        """,
    )
    result.assert_outcomes(failed=1)
    assert failure(result, "test_it[401-unauthorized]") == (
        "nothing was sent to Customer.io: the test ended before any request\n"
        "\n"
        "track.event customerio.CustomerIO.track: expected a request, got CustomerIOException: customer_id cannot be blank in track\n"
        "\n"
        "  where                         expected    got\n"
        "  customerio.CustomerIO.track   a request   CustomerIOException: customer_id cannot be blank in track\n"
        "\n"
        "sent from    app.py:10 in track\n"
        "contract     python -m pytest_customerio explain call-not-sent\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/\n"
        "what to do   the call raised before anything was sent, and the exception was swallowed: mend the call, or let\n"
        "             the test expect the exception (pytest.raises)\n"
        'on purpose?  @pytest.mark.cio_allow("call-not-sent", reason="…")\n'
    )


@pytest.mark.parametrize(
    "patched",
    [
        'unittest.mock.patch("app.CustomerIO")',
        'unittest.mock.patch.object(customerio.CustomerIO, "track")',
        'unittest.mock.patch("app.CustomerIO", autospec=True)',
    ],
)
def test_a_mocked_call_that_no_request_could_come_of(project: Story, patched: str) -> None:
    """While an error case is at work, a mock calls the real thing, which refuses the call: the item says so too."""
    result = project.run(
        f"""
        import unittest.mock

        import app
        import customerio
        import pytest

        @pytest.mark.cio_errors("401-unauthorized")
        def test_it():
            with {patched}:
                app.quietly(app.track, "", "purchase")
        """,
    )
    result.assert_outcomes(failed=1)
    text = failure(result, "test_it[401-unauthorized]")
    assert text.startswith(
        "nothing was sent to Customer.io: the test ended before any request\n"
        "\n"
        "track.event customerio.CustomerIO.track: expected a request, got CustomerIOException: customer_id cannot be"
    )
    assert text.count("call-not-sent") == 2
    assert "app.py:10 in track" in text


def test_a_mocked_coroutine_that_no_request_could_come_of(story: Story) -> None:
    """The same where the real thing is a coroutine function."""
    result = story.run(
        """
        import asyncio
        import contextlib
        from unittest.mock import AsyncMock, patch

        import pytest
        from async_customerio import AsyncCustomerIO

        async def send():
            with contextlib.suppress(Exception):
                await AsyncCustomerIO("site", "key").track("", "purchase")

        @pytest.mark.cio_errors("401-unauthorized")
        def test_it():
            with patch.object(AsyncCustomerIO, "track", new_callable=AsyncMock):
                asyncio.run(send())
        """,
    )
    result.assert_outcomes(failed=1)
    assert "async_customerio.AsyncCustomerIO.track: expected a request, got " in result.stdout.str()

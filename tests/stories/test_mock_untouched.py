"""Hearing through mocks changes nothing: neither what they answer nor what they remember."""

from __future__ import annotations

import pytest

from pytest_customerio.reporting.sentences.messages import NOTHING_CHECKED
from tests.stories.conftest import Story, closing

for _name in ("customerio", "customerio.analytics", "async_customerio"):
    pytest.importorskip(_name)

BOOKS = """
import asyncio
import json
from pathlib import Path
from unittest.mock import DEFAULT, AsyncMock, MagicMock, Mock, call, create_autospec, patch, seal

import customerio
import pytest
import requests
from async_customerio import AsyncCustomerIO
from customerio import CustomerIO

KEYS = ("site-1234", "key-12345")
SEEN = []


def note(*values):
    SEEN.extend(repr(value).replace(hex(id(value)), "") for value in values)


def look(mock):
    note(mock.called, mock.call_count, mock.call_args, mock.call_args_list, mock.mock_calls, mock.method_calls, dir(mock))


def test_a_class():
    with patch("test_app.CustomerIO") as fake:
        fake.return_value.track.side_effect = [1, ValueError("two"), DEFAULT]
        client = CustomerIO(*KEYS)
        note(client is fake.return_value, client.track("42", "a"))
        with pytest.raises(ValueError, match="two") as caught:
            client.track("42", "b")
        note(str(caught.value), client.track("42", "c") is fake.return_value.track.return_value)
        with pytest.raises(StopIteration):
            client.track("42", "d")
        look(fake)
        look(client.track)
        fake.assert_called_once_with(*KEYS)
        client.track.assert_has_calls([call("42", "a"), call("42", "b")])
        with pytest.raises(AssertionError) as wrong:
            client.track.assert_called_once_with("43", "a")
        note(str(wrong.value))
        fake.reset_mock()
        look(fake)


def test_a_manager():
    manager = Mock()
    with patch("test_app.CustomerIO", autospec=True) as fake, patch("test_app.requests.post") as post:
        manager.attach_mock(fake, "cio")
        manager.attach_mock(post, "post")
        CustomerIO(*KEYS).identify("42", plan="pro")
        requests.post("https://track.customer.io/api/v1/events", json={"name": "a"}, auth=KEYS)
        look(manager)
        with pytest.raises(TypeError) as refused:
            CustomerIO(*KEYS).track()
        note(str(refused.value))


def test_a_method():
    with patch.object(CustomerIO, "track", autospec=True, return_value=5) as fake:
        client = CustomerIO(*KEYS)
        note(client.track("42", "a"), fake.call_count, fake.call_args.args[1:], fake.call_args.args[0] is client)
        with pytest.raises(TypeError) as refused:
            client.track("42", "a", foo=1)
        note(str(refused.value))


def test_a_sealed_mock():
    fake = MagicMock(spec=CustomerIO, name="cio")
    fake.track.return_value = 1
    seal(fake)
    note(fake.track("42", "a"), repr(fake).split(" id=")[0], isinstance(fake, CustomerIO))
    for name in ("identify", "nothing"):
        with pytest.raises(AttributeError) as refused:
            getattr(fake, name)("42")
        note(str(refused.value))
    look(fake)


def test_coroutines():
    async def go():
        with patch("test_app.AsyncCustomerIO", autospec=True) as fake:
            fake.return_value.track.side_effect = [None, ValueError("two")]
            client = AsyncCustomerIO(*KEYS)
            await client.track("42", "a")
            with pytest.raises(ValueError, match="two"):
                await client.track("42", "b")
            client.track.assert_has_awaits([call("42", "a"), call("42", "b")])
            note(client.track.await_count, client.track.await_args_list, asyncio.iscoroutinefunction(client.track))
    asyncio.run(go())


def test_arguments_are_the_application_s_own():
    payload = {"total": 3}
    with patch("test_app.CustomerIO"):
        client = CustomerIO(*KEYS)
        client.track("42", "a", payload)
        note(client.track.call_args.args[2] is payload)
        payload["total"] = 4
        note(client.track.call_args)


def test_the_end():
    Path("seen.json").write_text(json.dumps(SEEN))
"""


def test_mocks_remember_what_they_would_remember(story: Story) -> None:
    """Calls, arguments, results, exceptions, texts and attributes: the same under the gate as without it."""
    books = []
    for args in ((), ("--cio-contract", "-o", "cio_allow=mock-hides-error : the events of this test are none")):
        story.run(BOOKS, *args)
        books.append((story.path / "seen.json").read_text(encoding="utf-8"))
        (story.path / "seen.json").unlink()
    assert books[0] == books[1]
    assert len(books[0]) > 3000


def test_mocks_of_anything_else(story: Story) -> None:
    """A suite that mocks other things is told that nothing was checked."""
    result = story.run(
        """
        import os
        from unittest.mock import MagicMock, patch

        import requests

        def test_it():
            with patch("os.getcwd", return_value="here"):
                assert os.getcwd() == "here"
            fake = MagicMock()
            fake.a.b(1)["x"].c(MagicMock())
            assert fake.a.b.call_count == 1

        @patch("requests.post")
        def test_another_host(post):
            requests.post("https://hooks.example.com/", json={"name": ""})
            requests.post(MagicMock())
            requests.post()
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=2)
    assert closing(result) == NOTHING_CHECKED + "\n"


@pytest.mark.parametrize(
    "data", ["MagicMock()", "sentinel.x", "ANY", "[object()]", "uuid4()", "Decimal(1)", "iter([])"]
)
def test_what_cannot_be_judged(story: Story, data: str) -> None:
    """Arguments that hold a mock, or what JSON cannot hold: no alarm, whatever else is wrong with them."""
    result = story.run(
        f"""
        from decimal import Decimal
        from unittest.mock import ANY, MagicMock, patch, sentinel
        from uuid import uuid4

        from customerio import CustomerIO

        @patch("test_app.CustomerIO")
        def test_it(fake):
            CustomerIO("site-1234", "key-12345").track("42", "", {{"what": {data}}})
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)


def test_a_client_that_is_not_known(story: Story) -> None:
    """Keys and region that are mocks, or a mock that was never built: only the payload is judged."""
    report = story.report(
        """
        from unittest.mock import MagicMock, patch

        from customerio import CustomerIO

        @patch("test_app.CustomerIO")
        def test_mocks(fake):
            CustomerIO(MagicMock(), MagicMock(), region=MagicMock()).track("42", "")

        def test_a_spec():
            MagicMock(spec=CustomerIO).track("42", "")
        """,
        "--cio-contract",
        "-o",
        "cio_region=eu",
    )
    assert [[v["rule"] for v in one["violations"]] for one in report["tests"]] == [["event-name-missing"]] * 2


def test_a_client_that_is_known(story: Story) -> None:
    """Region and keys are those that the application gave, also where only a method is mocked."""
    report = story.report(
        """
        from unittest.mock import patch

        from customerio import CustomerIO, Regions

        @patch("test_app.CustomerIO")
        def test_a_class(fake):
            CustomerIO("site-1234", "key-12345", region=Regions.EU).track("42", "purchase")

        def test_a_method():
            client = CustomerIO("site-1234", "key-12345", region=Regions.EU)
            with patch.object(CustomerIO, "track"):
                client.track("42", "purchase")

        @patch("test_app.CustomerIO")
        def test_no_keys(fake):
            CustomerIO(None, None).track("42", "purchase")
        """,
        "--cio-contract",
        "-o",
        "cio_region=us",
    )
    rules = [[v["rule"] for v in one["violations"]] for one in report["tests"]]
    assert rules == [["wrong-region"], ["wrong-region"], []]


def test_a_client_of_another_host(story: Story) -> None:
    """A call that leads to another host is neither judged nor counted."""
    result = story.run(
        """
        import pytest
        from unittest.mock import patch
        from customerio import CustomerIO

        with pytest.raises(KeyError):  # outside of any test
            raise KeyError

        @patch("test_app.CustomerIO")
        def test_it(fake):
            CustomerIO("site-1234", "key-12345", host="track.example.com").track("42", "")
        """,
        "--cio-contract",
    )
    result.assert_outcomes(passed=1)
    used = "used Customer.io and sent it nothing: 1 test: test_app.py::test_it (customerio.CustomerIO)\n"
    assert closing(result) == used + NOTHING_CHECKED + "\n"


def test_payloads_as_they_were(story: Story) -> None:
    """What the application does to a payload after the call is not judged, nor what it attaches to a message."""
    report = story.report(
        """
        from unittest.mock import patch

        from customerio import APIClient, CustomerIO, SendEmailRequest

        @patch("test_app.CustomerIO")
        def test_a_dict(fake):
            data = {"name": "x"}
            CustomerIO("site-1234", "key-12345").identify("42", plan=data)
            data["name"] = "x" * 2000

        @patch("test_app.APIClient")
        def test_a_message(fake):
            mail = SendEmailRequest(to="ada@example.com", transactional_message_id=1, identifiers={"id": "42"})
            APIClient("app-key-1").send_email(mail)
            mail.to = "nobody"
            APIClient("app-key-1").send_email(mail)
        """,
        "--cio-contract",
    )
    found = [(one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]]
    assert found == [(1, []), (2, ["bad-email"])]


def test_threads(story: Story) -> None:
    """Calls of many threads are heard, each once, and judged for their test."""
    report = story.report(
        """
        from concurrent.futures import ThreadPoolExecutor
        from unittest.mock import patch

        from customerio import CustomerIO

        def send(number):
            client = CustomerIO("site-1234", "key-12345")
            for index in range(10):
                client.track(f"{number}-{index}", "purchase" if index else "")

        @patch("test_app.CustomerIO")
        def test_it(fake):
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(send, range(8)))
            assert fake.return_value.track.call_count == 80
        """,
        "--cio-contract",
    )
    assert [(one["attempts"], [v["rule"] for v in one["violations"]]) for one in report["tests"]] == [
        (80, ["event-name-missing"])
    ]

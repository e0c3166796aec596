"""A mock, or a fake, of a whole SDK in `sys.modules`: its calls are judged by the real SDK, imported beside it."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story

for _name in ("customerio", "async_customerio"):
    pytest.importorskip(_name)

# `STAMP` and `MESSAGE` are what may be wrong.
CRM = """
import customerio
from customerio import APIClient, CustomerIO, CustomerIOException, Regions, SendEmailRequest

STAMP, MESSAGE = {stamp}, {message}
KEYS = ("5f2a9c81d37be604", "9d1c7e5b3a2f48606c4e")


def sign_up():
    try:
        customerio.CustomerIO(*KEYS, region=Regions.EU).identify(id="42", created_at=STAMP)
    except CustomerIOException:
        raise RuntimeError("not delivered") from None


def mail():
    request = SendEmailRequest(to="ada@example.com", identifiers={{"id": "42"}}, transactional_message_id=MESSAGE)
    request.attach("a.txt", "hello")
    request.subject = "Hello"
    APIClient("key-1234567890").send_email(request)


def in_a_function():
    from customerio import CustomerIO

    CustomerIO(*KEYS).identify(id="42", created_at=STAMP)
"""
TEST = """
import sys
from types import SimpleNamespace
from unittest.mock import MagicMock, call, patch

import crm
import pytest


def test_sign_up():
    crm.CustomerIO.reset_mock()
    crm.sign_up()
    crm.CustomerIO.return_value.identify.assert_called_once_with(id="42", created_at=crm.STAMP)
    assert crm.CustomerIO.mock_calls == [
        call(*crm.KEYS, region=crm.Regions.EU), call().identify(id="42", created_at=crm.STAMP)
    ]


def test_mail():
    crm.mail()


class Fake:
    def __init__(self, *keys):
        self.calls = []

    def identify(self, **data):
        self.calls.append(data)


@pytest.mark.parametrize("fake", [MagicMock(), SimpleNamespace(CustomerIO=Fake)], ids=["mock", "namespace"])
def test_patch_dict(fake):
    with patch.dict(sys.modules, {"customerio": fake}):
        crm.in_a_function()


def test_monkeypatch(monkeypatch):
    monkeypatch.setitem(sys.modules, "customerio", MagicMock())
    crm.in_a_function()
"""
CONFTEST = """
import sys
from unittest.mock import MagicMock


class CustomerIOException(Exception):
    pass


sys.modules["customerio"] = MagicMock()
sys.modules["customerio"].CustomerIOException = CustomerIOException
"""


def test_a_bad_payload_is_red(story: Story) -> None:
    """Each test fails, and the mock has kept its calls."""
    story.file("conftest.py", CONFTEST)
    story.file("crm.py", CRM.format(stamp=1764000000000, message=None))
    report = story.report(TEST, "--cio-contract")
    rules = [[one["rule"] for one in row["violations"] if one["severity"] == "error"] for row in report["tests"]]
    late = ["timestamp-milliseconds"]
    assert [len(one) for one in rules] == [1] * 5
    assert [rules[0], *rules[2:]] == [late] * 4


def test_a_good_payload_is_green(story: Story) -> None:
    """Nothing is said, and an error reaches the application as the exception that it catches."""
    story.file("conftest.py", CONFTEST)
    story.file("crm.py", CRM.format(stamp=1764000000, message=3))
    case = """

@pytest.mark.cio_errors("401-unauthorized", raises=RuntimeError)
def test_a_case():
    crm.sign_up()
"""
    report = story.report(TEST + case, "--cio-contract")
    rows = [(row["outcome"], [v["rule"] for v in row["violations"]]) for row in report["tests"]]
    assert rows == [(None, [])] * 5 + [("raised", [])]


def test_an_exception_that_is_a_mock(story: Story) -> None:
    """A mock catches nothing: the error cannot be replayed, and that is said."""
    story.file("conftest.py", CONFTEST.replace('sys.modules["customerio"].CustomerIOException', "other"))
    story.file("crm.py", CRM.format(stamp=1764000000, message=3))
    result = story.run(
        """
        import crm
        import pytest

        @pytest.mark.cio_errors("401-unauthorized")
        def test_a_case():
            crm.sign_up()
        """,
        "--cio-contract",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["401-unauthorized: no error could be replayed, a mock of customerio, whose CustomerIOException is a mock*"]
    )

"""Suites as teams write them, each with its own kind of mock: red for what is wrong, green when it is mended."""

from __future__ import annotations

import pytest

from tests.stories.conftest import Story, failure

for _name in ("customerio", "requests"):
    pytest.importorskip(_name)

CRM = """
import requests
from customerio import APIClient, CustomerIO, CustomerIOException, SendEmailRequest


class NotSentError(Exception):
    pass


class Crm:
    def __init__(self, cio=None, mailer=None):
        self.cio = cio or CustomerIO("site-1234", "key-12345")
        self.mailer = mailer or APIClient("app-key-1234")

    def signed_up(self, user):
        self.cio.identify(user["id"], email=user["email"], created_at=CREATED)

    def purchased(self, user):
        self.cio.track(user["id"], EVENT, {"total": 129.5})

    def welcome(self, user):
        self.mailer.send_email(
            SendEmailRequest(transactional_message_id=MESSAGE, to=user["email"], identifiers={"id": user["id"]})
        )

    def visited(self, user):
        try:
            self.cio.pageview(user["id"], "https://shop.example.com/")
        except CustomerIOException as error:
            HANDLED

    def forget(self, user):
        self.cio.delete(user["id"])
"""
REST = """
import requests


class NotSentError(Exception):
    pass


class Crm:
    BASE = "https://track.customer.io/api/v1/customers"
    AUTH = ("site-1234", "key-12345")

    def _event(self, user, body):
        requests.post(f"{self.BASE}/{user['id']}/events", json=body, auth=self.AUTH, timeout=5).raise_for_status()

    def signed_up(self, user):
        body = {"email": user["email"], "created_at": CREATED}
        requests.put(f"{self.BASE}/{user['id']}", json=body, auth=self.AUTH, timeout=5).raise_for_status()

    def purchased(self, user):
        self._event(user, {"name": EVENT, "data": {"total": 129.5}})

    def welcome(self, user):
        body = {"transactional_message_id": MESSAGE, "to": user["email"], "identifiers": {"id": user["id"]}}
        key = {"Authorization": "Bearer app-key-1234"}
        requests.post("https://api.customer.io/v1/send/email", json=body, headers=key, timeout=5).raise_for_status()

    def visited(self, user):
        try:
            self._event(user, {"type": "page", "name": "https://shop.example.com/"})
        except requests.RequestException as error:
            HANDLED

    def forget(self, user):
        requests.delete(f"{self.BASE}/{user['id']}", auth=self.AUTH, timeout=5).raise_for_status()
"""
BROKEN = {"CREATED": "1764000000000", "EVENT": '"x" * 120', "MESSAGE": "None", "HANDLED": "pass"}
MENDED = {
    "CREATED": "1764000000",
    "EVENT": '"purchase"',
    "MESSAGE": "3",
    "HANDLED": "raise NotSentError(type(error).__name__) from None",
}
TESTS = """
USER = {"id": "42", "email": "ada@example.com"}


def test_signed_up(crm):
    crm.signed_up(USER)

def test_purchased(crm):
    crm.purchased(USER)

def test_welcome(crm):
    crm.welcome(USER)

@pytest.mark.cio_errors("401", "503", raises=NotSentError)
def test_visited(crm):
    crm.visited(USER)

def test_forget(crm):
    crm.forget(USER)
"""
HEAD = """
import pytest
from unittest.mock import DEFAULT, MagicMock, create_autospec, patch

import crm as module
from crm import Crm, NotSentError

"""
SDK_METHODS = "identify=DEFAULT, track=DEFAULT, pageview=DEFAULT, delete=DEFAULT"
STYLES = {
    "a mocked class": """
@pytest.fixture
def crm():
    with patch("crm.CustomerIO") as cio, patch("crm.APIClient") as api:
        yield Crm()
        assert len(cio.return_value.method_calls + api.return_value.method_calls) == 1
""",
    "patched methods with autospec": f"""
@pytest.fixture
def crm():
    with patch.multiple(module.CustomerIO, autospec=True, {SDK_METHODS}) as methods:
        with patch.object(module.APIClient, "send_email", autospec=True) as send:
            yield Crm()
    assert sum(one.call_count for one in (*methods.values(), send)) == 1
""",
    "mocker and requests": """
@pytest.fixture
def crm(mocker):
    verbs = [mocker.patch(f"crm.requests.{verb}") for verb in ("post", "put", "delete")]
    yield Crm()
    assert sum(one.call_count for one in verbs) == 1
""",
    "an instance with a spec": """
@pytest.fixture
def crm():
    cio, api = MagicMock(spec=module.CustomerIO), create_autospec(module.APIClient, instance=True)
    yield Crm(cio, api)
    assert len(cio.method_calls + api.method_calls) == 1
""",
    "monkeypatch and a mock": """
@pytest.fixture
def crm(monkeypatch):
    cio, api = MagicMock(), MagicMock()
    monkeypatch.setattr("crm.CustomerIO", lambda *keys: cio)
    monkeypatch.setattr("crm.APIClient", api)
    yield Crm()
    assert len(cio.method_calls + api.return_value.method_calls) == 1
""",
    "monkeypatch and functions": """
@pytest.fixture
def crm(monkeypatch):
    for name in ("identify", "track", "pageview", "delete"):
        monkeypatch.setattr(module.CustomerIO, name, lambda self, *args, **kwargs: None)
    monkeypatch.setattr(module.APIClient, "send_email", lambda self, request: {"delivery_id": "1"})
    yield Crm()
""",
}


def _application(code: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        code = code.replace(name, value)
    return code


def _outcomes(story: Story, style: str, values: dict[str, str]) -> tuple[dict[str, list[str]], dict[str, str | None]]:
    """The rules that each test broke, and the outcome of each case of the marked test."""
    story.file("crm.py", _application(REST if style == "mocker and requests" else CRM, values))
    plugin = ("-p", "pytest_mock") if "mocker" in style else ()
    report = story.report(HEAD + STYLES[style] + TESTS, "--cio-contract", *plugin)
    rules: dict[str, list[str]] = {}
    for one in report["tests"]:
        name = one["nodeid"].partition("::")[2].partition("[")[0]
        found = [v["rule"] for v in one["violations"] if v["severity"] == "error"]
        rules[name] = sorted({*rules.get(name, []), *found})
    return rules, {one["case"]: one["outcome"] for one in report["tests"] if one["case"]}


@pytest.mark.parametrize("style", STYLES)
def test_a_suite(story: Story, style: str) -> None:
    """Three faults of payloads and one function that swallows every error, found with one mark; nothing when mended."""
    if "mocker" in style:
        pytest.importorskip("pytest_mock")
    rules, cases = _outcomes(story, style, BROKEN)
    assert rules == {
        "test_signed_up": ["timestamp-milliseconds"],
        "test_purchased": ["event-name-too-long"],
        "test_welcome": ["content-missing"],
        "test_visited": ["outcome"],
        "test_forget": [],
    }
    assert {outcome for case, outcome in cases.items() if not (case or "").endswith("recovers")} == {"lost"}
    rules, cases = _outcomes(story, style, MENDED)
    assert not any(rules.values())
    assert set(cases.values()) <= {"raised", "recovered"}


def test_a_mock_of_a_message(story: Story) -> None:
    """Where the class of the message is a mock too, the message is what that mock was called with; errors pass."""
    story.file("shop.py", _application(CRM, BROKEN))
    result = story.run(
        """
        import pytest
        import shop
        from unittest.mock import Mock, patch

        USER = {"id": "42", "email": "ada@example.com"}


        @pytest.fixture(autouse=True)
        def mocks():
            with patch("shop.APIClient"), patch("shop.SendEmailRequest", return_value=Mock()) as request:
                yield request

        def test_welcome(mocks):
            shop.Crm().welcome(USER)
            mocks.assert_called_once()

        @pytest.mark.cio_errors("401", raises=shop.CustomerIOException)
        def test_error():
            shop.Crm().welcome(USER)
        """,
        "--cio-contract",
    )
    assert failure(result, "test_welcome").startswith(
        "app.send_email $.transactional_message_id: expected a template, or body, subject and from, got nothing"
    )
    assert "not judged" not in result.stdout.str()

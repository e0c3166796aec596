"""A mock in the place of an SDK or of a client hides nothing: each way of putting it there, a good payload and a bad."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from tests.stories.conftest import Story, failure

for _name in ("customerio", "customerio.analytics", "async_customerio", "httpx", "aiohttp"):
    pytest.importorskip(_name)

# `NAME` is what is wrong with the event, or not.
APP = """
import http.client
import json
import urllib.request
from functools import partial

import aiohttp
import customerio
import httpx
import requests
import urllib3
from async_customerio import AsyncCustomerIO
from customerio import CustomerIO, analytics

NAME = {name!r}
URL = "https://track.customer.io/api/v1/customers/42/events"
KEYS = ("site-1234", "key-12345")
AUTH = {{"Authorization": "Basic c2l0ZS0xMjM0OmtleS0xMjM0NQ=="}}
HEADERS = {{**AUTH, "Content-Type": "application/json"}}
SDK = CustomerIO(*KEYS)


def by_class():
    CustomerIO(*KEYS).track("42", NAME)


def make():
    return CustomerIO(*KEYS)


class Crm:
    def __init__(self, client=None):
        self.client = client or CustomerIO(*KEYS)

    def track(self):
        self.client.track("42", NAME)


def by_factory():
    make().track("42", NAME)


def by_annotation(client: CustomerIO):
    client.track("42", NAME)


def by_annotated_session(session: requests.Session):
    session.post(URL, json={{"name": NAME}}, auth=KEYS, timeout=5)


def by_module():
    customerio.CustomerIO(*KEYS).track("42", NAME)


def in_a_block():
    with CustomerIO(*KEYS) as client:
        client.track("42", NAME)


def by_global():
    SDK.track("42", NAME)


def by_argument(client):
    client.track("42", NAME)


async def by_async():
    await AsyncCustomerIO(*KEYS).track("42", NAME)


async def by_async_v2():
    person = {{"type": "person", "action": "event", "identifiers": {{"id": "42"}}, "name": NAME}}
    await AsyncCustomerIO(*KEYS).v2.send_entity(person)


def by_analytics():
    analytics.track("42", NAME)


def by_analytics_client():
    analytics.Client("write-key-1").track("42", NAME)


def by_requests():
    requests.post(URL, json={{"name": NAME}}, auth=KEYS, timeout=5)


def by_session():
    with requests.Session() as session:
        session.auth = KEYS
        session.post(URL, json={{"name": NAME}}, timeout=5)


def by_httpx():
    httpx.post(URL, json={{"name": NAME}}, auth=KEYS)


def by_httpx_client():
    with httpx.Client(base_url="https://track.customer.io/api/v1", auth=KEYS) as client:
        client.post("/customers/42/events", json={{"name": NAME}})


def by_relative_url(client):
    client.post("/customers/42/events", json={{"name": NAME}}, auth=KEYS)


async def by_httpx_async():
    async with httpx.AsyncClient() as client:
        await client.post(URL, json={{"name": NAME}}, auth=KEYS)


def by_request():
    with httpx.Client() as client:
        request = client.build_request("POST", URL, json={{"name": NAME}}, headers=AUTH)
        client.send(request)


def by_manager():
    urllib3.PoolManager().request("POST", URL, json={{"name": NAME}}, headers=AUTH, timeout=5)


def by_urllib3():
    urllib3.request("POST", URL, json={{"name": NAME}}, headers=AUTH, timeout=5)


def by_urllib():
    body = json.dumps({{"name": NAME}}).encode()
    headers = {{**AUTH, "Content-Type": "application/json"}}
    with urllib.request.urlopen(urllib.request.Request(URL, body, headers, method="POST"), timeout=5) as response:
        response.read()


def by_opener():
    request = urllib.request.Request(URL, json.dumps({{"name": NAME}}).encode(), HEADERS, method="POST")
    urllib.request.build_opener().open(request, timeout=5)


def by_connection():
    connection = http.client.HTTPSConnection("track.customer.io", timeout=5)
    connection.request("POST", "/api/v1/customers/42/events", json.dumps({{"name": NAME}}), HEADERS)


def through_a_tunnel():
    connection = http.client.HTTPSConnection("proxy.example.com", 3128, timeout=5)
    connection.set_tunnel("track.customer.io")
    connection.request("POST", "/api/v1/customers/42/events", json.dumps({{"name": NAME}}), HEADERS)


def by_stream():
    with httpx.Client(auth=KEYS) as client, client.stream("POST", URL, json={{"name": NAME}}) as response:
        response.read()


async def by_async_stream():
    async with httpx.AsyncClient(auth=KEYS) as client:
        async with client.stream("POST", URL, json={{"name": NAME}}) as response:
            await response.aread()


CLIENTS = {{"us": CustomerIO(*KEYS)}}
make_again = partial(CustomerIO, *KEYS)


def by_dict():
    CLIENTS["us"].track("42", NAME)


def by_partial():
    make_again().track("42", NAME)


def by_any_method(client: CustomerIO, method):
    getattr(client, method)("42", NAME)


class Base:
    client = None

    def track(self):
        self.client.track("42", NAME)


class Mailer(Base):
    def __init__(self):
        self.client = CustomerIO(*KEYS)


async def by_aiohttp():
    async with aiohttp.ClientSession(headers=AUTH) as session:
        await session.post(URL, json={{"name": NAME}})
"""
TEST = """
import asyncio
import unittest
from unittest import mock
from unittest.mock import AsyncMock, MagicMock, create_autospec, patch, seal

import app
import customerio
import pytest


@pytest.mark.parametrize("how", [{}, {"autospec": True}, {"spec": True}, {"spec_set": True}], ids=str)
def test_a_class(how):
    with patch("app.CustomerIO", **how):
        app.by_class()

@patch("app.CustomerIO")
def test_a_decorator(fake):
    app.by_class()
    fake.assert_called_once_with("site-1234", "key-12345")
    fake.return_value.track.assert_called_once_with("42", app.NAME)

@patch("app.CustomerIO")
class TestADecoratedClass:
    def test_method(self, fake):
        app.by_class()

class TestStartAndStop(unittest.TestCase):
    def setUp(self):
        patcher = patch("app.CustomerIO")
        patcher.start()
        self.addCleanup(patcher.stop)

    def test_it(self):
        app.by_class()

@patch("customerio.CustomerIO")
def test_where_it_is_defined(fake):
    app.by_module()

@patch("app.customerio")
def test_the_module(fake):
    app.by_module()

def test_the_module_in_sys_modules():
    with patch.dict("sys.modules", customerio=MagicMock()):
        from customerio import CustomerIO
        CustomerIO(*app.KEYS).track("42", app.NAME)

def test_a_dict():
    with patch.dict(app.__dict__, CustomerIO=MagicMock()):
        app.by_class()

def test_several():
    with patch.multiple("app", CustomerIO=mock.DEFAULT):
        app.by_class()

def test_several_methods():
    with patch.multiple(customerio.CustomerIO, track=mock.DEFAULT, identify=mock.DEFAULT):
        app.by_class()

def test_another_mock_as_instance():
    with patch("app.CustomerIO", return_value=MagicMock()):
        app.by_class()

def test_another_mock_each_time():
    with patch("app.CustomerIO", side_effect=[MagicMock(), MagicMock()]):
        app.by_class()

@patch("app.CustomerIO")
def test_a_block(fake):
    app.in_a_block()

@pytest.mark.parametrize("how", [{}, {"autospec": True}], ids=str)
def test_a_method(how):
    with patch.object(customerio.CustomerIO, "track", **how) as fake:
        app.by_class()
    assert fake.call_count == 1

@patch("customerio.CustomerIO.send_request")
def test_send_request(fake):
    app.by_class()

@patch("customerio.client_base.Session")
def test_the_session_of_the_sdk(fake):
    fake.return_value.request.return_value.status_code = 200
    app.by_class()

@pytest.mark.parametrize("how", [{}, {"autospec": True}], ids=str)
def test_a_method_of_an_instance(how):
    with patch.object(app.SDK, "track", **how):
        app.by_global()

@pytest.mark.parametrize("how", [{}, {"autospec": True}], ids=str)
def test_an_instance(how):
    with patch("app.SDK", **how):
        app.by_global()

def test_a_mock_of_a_mock():
    with patch("app.SDK"), patch("app.SDK"):
        app.by_global()

@pytest.mark.parametrize("made", [
    lambda: MagicMock(spec=customerio.CustomerIO),
    lambda: MagicMock(spec_set=app.SDK),
    lambda: create_autospec(customerio.CustomerIO),
    lambda: create_autospec(customerio.CustomerIO, instance=True),
    lambda: mock.Mock(spec=customerio.CustomerIO),
], ids=["spec", "spec_set", "create_autospec", "create_autospec_instance", "Mock"])
def test_a_mock_that_is_handed_over(made):
    app.by_argument(made())

@pytest.mark.parametrize("made", [
    lambda: AsyncMock(spec=app.AsyncCustomerIO),
    lambda: MagicMock(spec=app.AsyncCustomerIO),
    lambda: create_autospec(app.AsyncCustomerIO, instance=True),
], ids=["AsyncMock", "MagicMock", "create_autospec"])
def test_an_async_mock_that_is_handed_over(made):
    asyncio.run(made().track("42", app.NAME))

def test_a_sealed_mock():
    fake = MagicMock(spec=customerio.CustomerIO)
    fake.track.return_value = None
    seal(fake)
    app.by_argument(fake)

def test_a_function_with_autospec():
    app.by_argument(MagicMock(track=create_autospec(customerio.CustomerIO("site-1234", "key-12345").track)))

def test_a_factory():
    with patch("app.make"):
        app.by_factory()

def test_a_factory_with_autospec():
    with patch("app.make", autospec=True):
        app.by_factory()

def test_another_factory(monkeypatch):
    fake = MagicMock()
    monkeypatch.setattr(app, "make", lambda: fake)
    app.by_factory()
    fake.track.assert_called_once_with("42", app.NAME)

def test_instead_of_what_a_class_builds():
    app.Crm(MagicMock()).track()

def test_an_attribute_that_is_assigned():
    crm = app.Crm()
    crm.client = MagicMock()
    crm.track()

def test_an_annotation():
    app.by_annotation(MagicMock())

def test_a_client_by_annotation():
    app.by_annotated_session(MagicMock())

def test_a_class_that_is_assigned():
    before, app.CustomerIO = app.CustomerIO, MagicMock()
    try:
        app.by_class()
    finally:
        app.CustomerIO = before

def test_a_method_that_is_assigned():
    client = customerio.CustomerIO(*app.KEYS)
    client.track = MagicMock(name="track")
    app.by_argument(client)
    client.track.assert_called_once_with("42", app.NAME)

def test_a_method_beneath_that_is_assigned():
    client = customerio.CustomerIO(*app.KEYS)
    client.send_request = MagicMock()
    app.by_argument(client)

def test_a_function_that_is_assigned():
    before, app.requests.post = app.requests.post, MagicMock()
    try:
        app.by_requests()
    finally:
        app.requests.post = before

def test_the_session_that_the_sdk_builds():
    with patch.object(customerio.CustomerIO, "_build_session") as fake:
        fake.return_value.request.return_value.status_code = 200
        app.by_class()

def test_a_mock_with_a_name():
    with patch("app.CustomerIO") as fake:
        fake.return_value.track = MagicMock(name="track")
        app.by_class()

def test_a_mock_with_a_name_that_is_handed_over():
    fake = MagicMock(spec=customerio.CustomerIO)
    fake.track = MagicMock(name="track")
    app.by_argument(fake)

def test_a_mock_that_is_attached():
    manager, fake = mock.Mock(), MagicMock(spec=customerio.CustomerIO)
    manager.attach_mock(fake.track, "tracked")
    app.by_argument(fake)
    assert manager.mock_calls == [mock.call.tracked("42", app.NAME)]

def test_monkeypatch(monkeypatch):
    monkeypatch.setattr("app.CustomerIO", MagicMock())
    app.by_class()

def test_monkeypatch_a_method(monkeypatch):
    monkeypatch.setattr(customerio.CustomerIO, "track", MagicMock())
    app.by_class()

def test_monkeypatch_an_inherited_method(monkeypatch):
    monkeypatch.setattr(customerio.CustomerIO, "send_request", MagicMock())
    app.by_class()

def test_monkeypatch_an_instance(monkeypatch):
    monkeypatch.setattr(app, "SDK", MagicMock())
    app.by_global()

def test_monkeypatch_an_item(monkeypatch):
    monkeypatch.setitem(app.__dict__, "SDK", MagicMock())
    app.by_global()

def test_monkeypatch_an_async_method(monkeypatch):
    monkeypatch.setattr(app.AsyncCustomerIO, "track", AsyncMock())
    asyncio.run(app.by_async())

def test_a_mock_that_raises():
    with patch("app.CustomerIO") as fake:
        fake.return_value.track.side_effect = customerio.CustomerIOException("503")
        with pytest.raises(customerio.CustomerIOException):
            app.by_class()

def test_everything_beneath_is_mocked_too(monkeypatch):
    for name in ("requests.post", "requests.Session.request", "requests.Session.send", "requests.Session.get_adapter"):
        monkeypatch.setattr(name, MagicMock())
    monkeypatch.setattr("app.CustomerIO", MagicMock())
    app.by_class()

@patch("app.AsyncCustomerIO.track")
def test_an_async_method(fake):
    asyncio.run(app.by_async())

@patch("app.AsyncCustomerIO", autospec=True)
def test_an_async_class_with_autospec(fake):
    asyncio.run(app.by_async())

@patch("app.AsyncCustomerIO")
def test_an_async_class(fake):
    fake.return_value.track = AsyncMock()
    asyncio.run(app.by_async())

@patch("app.AsyncCustomerIO")
def test_a_member_of_an_async_client(fake):
    fake.return_value.v2.send_entity = AsyncMock()
    asyncio.run(app.by_async_v2())

@patch("app.analytics.track")
def test_analytics(fake):
    app.by_analytics()

@patch("app.analytics")
def test_analytics_as_module(fake):
    app.by_analytics()

@patch("app.analytics.Client")
def test_analytics_client(fake):
    app.by_analytics_client()

@patch("app.requests.post")
def test_requests(fake):
    app.by_requests()

@patch("app.requests")
def test_requests_as_module(fake):
    app.by_requests()

@patch("app.requests.Session")
def test_a_session(fake):
    app.by_session()

@pytest.mark.parametrize("name", ["post", "request", "send"])
def test_a_method_of_a_session(name):
    with patch(f"requests.Session.{name}"):
        app.by_session()

@patch("requests.Session.post", autospec=True)
def test_a_method_of_a_session_with_autospec(fake):
    app.by_session()

@patch("app.httpx.post")
def test_httpx(fake):
    app.by_httpx()

@patch("app.httpx.Client")
def test_httpx_client(fake):
    app.by_httpx_client()

@patch("app.httpx.Client.post", autospec=True)
def test_a_method_of_httpx_client(fake):
    app.by_httpx_client()

def test_a_method_of_a_client_with_a_base_url():
    with app.httpx.Client(base_url="https://track.customer.io/api/v1") as client, patch.object(client, "post"):
        app.by_relative_url(client)

def test_a_method_of_all_clients_of_which_one_has_a_base_url():
    plain = app.httpx.Client()
    with app.httpx.Client(base_url="https://track.customer.io/api/v1") as client, patch("httpx.Client.post"):
        app.by_relative_url(client)
        plain.post("https://example.com/", json={"name": ""})

@patch("app.httpx.Client")
def test_a_client_that_is_given_its_base_url_later(fake):
    client = app.httpx.Client()
    client.base_url = "https://track.customer.io/api/v1"
    app.by_relative_url(client)

@patch("app.httpx.Client.send")
def test_httpx_request(fake):
    app.by_request()

@patch("app.urllib3.PoolManager")
def test_urllib3_manager(fake):
    app.by_manager()

@pytest.mark.parametrize("name", ["request", "urlopen"])
def test_a_method_of_a_manager(name):
    with patch(f"urllib3.PoolManager.{name}"):
        app.by_manager()

@patch("app.urllib3.request")
def test_urllib3(fake):
    app.by_urllib3()

@patch("app.httpx.AsyncClient")
def test_httpx_async(fake):
    fake.return_value.__aenter__.return_value.post = AsyncMock()
    asyncio.run(app.by_httpx_async())

@patch("app.httpx.AsyncClient.post", autospec=True)
def test_a_method_of_httpx_async(fake):
    asyncio.run(app.by_httpx_async())

@patch("app.urllib.request.urlopen")
def test_urlopen(fake):
    app.by_urllib()

@patch("aiohttp.ClientSession.post", new_callable=AsyncMock)
def test_aiohttp(fake):
    asyncio.run(app.by_aiohttp())

@pytest.mark.parametrize("name", ["build_opener", "OpenerDirector.open", "request", "urllib"])
def test_opener(name):
    target = {"urllib": "app.urllib", "request": "app.urllib.request"}.get(name, f"urllib.request.{name}")
    with patch(target):
        app.by_opener()

@pytest.mark.parametrize("how", [{}, {"autospec": True}], ids=str)
@pytest.mark.parametrize("name", ["HTTPSConnection", "HTTPConnection.request"])
def test_connection(name, how):
    with patch(f"http.client.{name}", **how):
        app.by_connection()

@patch("http.client.HTTPSConnection")
def test_tunnel(fake):
    app.through_a_tunnel()

@patch("app.httpx.Client")
def test_stream(fake):
    app.by_stream()

@patch("app.httpx.AsyncClient")
def test_async_stream(fake):
    client = fake.return_value.__aenter__.return_value
    client.stream = MagicMock()
    client.stream.return_value.__aenter__.return_value.aread = AsyncMock()
    asyncio.run(app.by_async_stream())

def test_a_method_that_is_assigned_to_a_client_with_a_base_url():
    with app.httpx.Client(base_url="https://track.customer.io/api/v1") as client:
        client.post = MagicMock()
        app.by_relative_url(client)

def test_a_dict_of_the_project():
    before, app.CLIENTS["us"] = app.CLIENTS["us"], MagicMock()
    app.by_dict()
    app.CLIENTS["us"] = before

@patch("app.make_again")
def test_a_partial(fake):
    app.by_partial()

def test_any_method():
    app.by_any_method(MagicMock(), "track")

def test_an_attribute_of_a_derived_class():
    mailer = app.Mailer()
    mailer.client = MagicMock()
    mailer.track()

@patch("aiohttp.ClientSession")
def test_aiohttp_session(fake):
    fake.return_value.__aenter__.return_value.post = AsyncMock()
    asyncio.run(app.by_aiohttp())
"""
WAYS = 104


@pytest.fixture(params=["unittest.mock", "mock"])
def project(story: Story, request: pytest.FixtureRequest) -> Story:
    """The tests above, with the mocks of the standard library, and with those of the backport."""
    pytest.importorskip(request.param)
    imports = "import mock" if request.param == "mock" else "from unittest import mock"
    test = TEST.replace("from unittest import mock", imports).replace("unittest.mock", request.param)
    story.file("test_app.py", test)
    return story


def _run(project: Story, name: str, *args: str) -> tuple[pytest.RunResult, list[tuple[str, list[str], int]]]:
    project.file("app.py", APP.format(name=name))
    result = project.again("--cio-contract", "--cio-report=report.json", *args)
    return result, [(one["nodeid"], _rules(one), one["attempts"]) for one in project.rows()]


def _rules(row: dict[str, Any]) -> list[str]:
    return [one["rule"] for one in row["violations"] if one["severity"] != "info"]


def test_a_bad_payload_is_red_however_it_is_mocked(project: Story) -> None:
    """Each test fails, for what is wrong with the payload and for nothing else; each call is heard once."""
    result, rows = _run(project, "")
    outcomes = result.parseoutcomes()
    assert outcomes.get("passed", 0) == 0
    assert [row for row in rows if row[1:] != (["event-name-missing"], 1)] == []
    assert len(rows) == outcomes["failed"] == WAYS


def test_a_good_payload_is_green_however_it_is_mocked(project: Story) -> None:
    """Nothing is said of it, and each call is heard."""
    result, rows = _run(project, "purchase")
    result.assert_outcomes(passed=WAYS)
    assert [row for row in rows if row[1:] != ([], 1)] == []
    assert len(rows) == WAYS


@pytest.mark.skipif(importlib.util.find_spec("pytest_mock") is None, reason="pytest-mock is not installed")
@pytest.mark.parametrize("standalone", [False, True])
def test_pytest_mock(story: Story, *, standalone: bool) -> None:
    """`mocker.patch` as `patch`; what `mocker.spy` lets through is heard once, by itself."""
    story.file("app.py", APP.format(name=""))
    report = story.report(
        """
        import asyncio

        import app
        import customerio
        import pytest

        def test_patch(mocker):
            mocker.patch("app.CustomerIO")
            app.by_class()

        def test_patch_a_method(mocker):
            mocker.patch.object(customerio.CustomerIO, "track", autospec=True)
            app.by_class()

        def test_patch_requests(mocker):
            mocker.patch("app.requests.post")
            app.by_requests()

        def test_spy(mocker):
            spy = mocker.spy(customerio.CustomerIO, "track")
            app.by_class()
            assert spy.call_count == 1

        def test_spy_on_an_instance(mocker):
            spy = mocker.spy(app.SDK, "track")
            app.by_global()
            assert spy.call_count == 1

        def test_spy_on_a_coroutine(mocker):
            spy = mocker.spy(app.AsyncCustomerIO, "track")
            asyncio.run(app.by_async())
            assert spy.call_count == 1

        def test_a_class_with_autospec(mocker):
            made = mocker.patch("app.CustomerIO", autospec=True)
            app.by_class()
            made.return_value.track.assert_called_once_with("42", "")

        def test_several(mocker):
            mocker.patch.multiple(customerio.CustomerIO, track=mocker.DEFAULT, identify=mocker.DEFAULT)
            app.by_class()

        def test_a_dict(mocker):
            mocker.patch.dict(app.__dict__, SDK=mocker.MagicMock())
            app.by_global()

        def test_a_mock_that_is_handed_over(mocker):
            app.by_argument(mocker.create_autospec(customerio.CustomerIO, instance=True))

        def test_an_async_method(mocker):
            mocker.patch.object(app.AsyncCustomerIO, "track", mocker.AsyncMock())
            asyncio.run(app.by_async())

        @pytest.mark.usefixtures("class_mocker")
        class TestOfAClass:
            def test_method(self, class_mocker):
                class_mocker.patch("app.CustomerIO")
                app.by_class()
        """,
        "--cio-contract",
        "-p",
        "pytest_mock",
        *(("-o", "mock_use_standalone_module=true") if standalone else ()),
    )
    rows = [(_rules(one), one["attempts"]) for one in report["tests"]]
    assert rows == [(["event-name-missing"], 1)] * 12


def test_wraps_is_heard_once(story: Story) -> None:
    """A mock that calls the real thing adds nothing to what the real thing sends."""
    story.file("app.py", APP.format(name=""))
    report = story.report(
        """
        from unittest.mock import MagicMock

        import app

        def test_wraps():
            fake = MagicMock(wraps=app.SDK)
            app.by_argument(fake)
            fake.track.assert_called_once_with("42", "")

        def test_a_side_effect_that_calls_the_real_one():
            app.by_argument(MagicMock(spec=app.SDK, **{"track.side_effect": app.SDK.track}))
        """,
        "--cio-contract",
    )
    rows = [(_rules(one), one["attempts"]) for one in report["tests"]]
    assert rows == [(["event-name-missing"], 1)] * 2


def test_what_is_said(story: Story) -> None:
    """The message of the request, with the mock through which it was heard."""
    story.file("app.py", APP.format(name=""))
    result = story.run(
        """
        from unittest.mock import patch

        import app

        @patch("app.CustomerIO")
        def test_it(fake):
            app.by_class()
        """,
        "--cio-contract",
    )
    assert failure(result, "test_it") == (
        "track.event $.name: expected 1 to 100 bytes, got empty text\n"
        "\n"
        "  where    expected         got\n"
        "  $.name   1 to 100 bytes   empty text\n"
        "\n"
        "would draw   400   (documented)\n"
        "request      POST https://track.customer.io/api/v1/customers/…/events\n"
        "heard at     mock of customerio.CustomerIO.track\n"
        "sent from    app.py:24 in by_class\n"
        "contract     python -m pytest_customerio explain event-name-missing\n"
        "docs         https://docs.customer.io/integrations/api/track/tag/track-events/track/\n"
        'on purpose?  @pytest.mark.cio_allow("event-name-missing", reason="…")\n'
    )

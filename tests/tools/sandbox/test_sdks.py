"""The Python SDKs against a sandbox: they need only its host, port and certificate authority."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from analytics import needed

from pytest_customerio.tools.sandbox.server.sandbox_server import SandboxServer
from pytest_customerio.tools.sandbox.settings import Settings

customerio = pytest.importorskip("customerio")


@pytest.fixture(scope="module")
def shared_server() -> Iterator[SandboxServer]:
    """One sandbox over http and https for all tests of this module."""
    with SandboxServer(Settings(tls=True)) as server:
        yield server


@pytest.fixture
def server(shared_server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> SandboxServer:
    """The sandbox, emptied, with its environment set."""
    shared_server.service.reset()
    for name, value in shared_server.environ.items():
        monkeypatch.setenv(name, value)
    return shared_server


def called(server: SandboxServer) -> list[tuple[str | None, int]]:
    """The operations that were called, and the status of each."""
    return [(one.operation, one.status) for one in server.service.log]


def satisfies_contract(server: SandboxServer) -> bool:
    """Whether no request has an error or a warning."""
    return not any(each.severity != "info" for one in server.service.log for each in one.violations)


def track(server: SandboxServer) -> Any:
    """The Track client, which accepts only https."""
    place, keys = urlsplit(server.https_url or ""), server.service.keys
    return customerio.CustomerIO(keys.site_id, keys.track, host=place.hostname, port=place.port)


def test_track(server: SandboxServer) -> None:
    """Every call of the Track client succeeds and changes the workspace."""
    with track(server) as client:
        client.identify("42", email="ada@example.com", plan="pro")
        client.identify("43", email="bob@example.com")
        client.track("42", "bought", {"total": 1})
        client.track_anonymous("visitor-1", "seen", {})
        client.pageview("42", "https://example.com/")
        client.backfill("42", "signed_up", 1_764_000_000)
        client.add_device("42", "device-1", "ios")
        client.delete_device("42", "device-1")
        client.merge_customers("id", "42", "id", "43")
        client.suppress("43")
        client.unsuppress("43")
        client.delete("43")
        answer = client.batch([{"type": "person", "action": "identify", "identifiers": {"id": "44"}}])
    assert answer.status_code == 200
    assert {status for _, status in called(server)} == {200}
    ada = server.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert [event.name for event in ada.events] == ["signed_up", "bought", "https://example.com/"]
    assert satisfies_contract(server)


def test_errors_reach_the_client(server: SandboxServer) -> None:
    """The client retries a 500 itself, and raises for a 400 and a 429."""
    with track(server) as client:
        server.service.fault("500-server-error", 2)
        client.identify("42", plan="pro")
        with pytest.raises(customerio.CustomerIOException, match="event name cannot be longer than 100 bytes"):
            client.track("42", "x" * 101)
        server.service.fault("429-rate-limited")
        with pytest.raises(customerio.CustomerIOException, match="429: "):
            client.identify("42")
    assert [status for _, status in called(server)] == [500, 500, 200, 400, 429]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_app_api(server: SandboxServer, scheme: str) -> None:
    """Every message of the App client creates a delivery."""
    base = server.url if scheme == "http" else server.https_url
    identifiers = {"id": "42"}
    template: dict[str, Any] = {"transactional_message_id": 1, "identifiers": identifiers}
    with customerio.APIClient(server.service.keys.app, url=base) as client:
        mail = customerio.SendEmailRequest(
            to="ada@example.com", _from="us@example.com", subject="Hi", body="<b>there</b>", identifiers=identifiers
        )
        assert set(client.send_email(mail)) == {"delivery_id", "queued_at"}
        client.send_push(customerio.SendPushRequest(**template))
        client.send_sms(customerio.SendSMSRequest(to="+12025550123", **template))
        client.send_in_app(customerio.SendInAppRequest(**template))
        client.send_inbox_message(customerio.SendInboxMessageRequest(**template))
    assert {status for _, status in called(server)} == {200}
    first, *others = server.service.workspace.deliveries.values()
    assert (first.subject, first.body, len(others)) == ("Hi", "<b>there</b>", 4)
    assert satisfies_contract(server)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the SDK's own
@needed
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_pipelines(server: SandboxServer, scheme: str) -> None:
    """Every call of the analytics client succeeds and changes the workspace."""
    from customerio import analytics

    host = server.url if scheme == "http" else server.https_url
    client = analytics.Client(server.service.keys.pipelines, host=host, sync_mode=True)
    client.identify(user_id="42", traits={"email": "ada@example.com"})
    client.track(user_id="42", event="bought", properties={"total": 1})
    client.page(user_id="42", name="Pricing")
    client.screen(user_id="42", name="Pricing")
    client.group(user_id="42", group_id="acme", traits={"name": "Acme"})
    ada = server.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert [event.type for event in ada.events] == ["event", "page", "screen"]
    assert len(ada.relationships) == 1
    assert {one.notes for one in server.service.log} == {()}


def test_the_asynchronous_client(server: SandboxServer) -> None:
    """The asynchronous Track and App clients reach the sandbox as hosts of a region."""
    asynchronous = pytest.importorskip("async_customerio")
    place, keys = urlsplit(server.https_url or ""), server.service.keys
    region = type(asynchronous.Regions.US)("us", f"{place.hostname}:{place.port}", f"{place.hostname}:{place.port}")

    async def calls() -> None:
        track = asynchronous.AsyncCustomerIO(keys.site_id, keys.track, host=place.hostname, port=place.port)
        async with track as client:
            await client.identify("42", email="ada@example.com")
            await client.track("42", "bought", total=1)
        async with asynchronous.AsyncAPIClient(keys.app, url=server.https_url, region=region) as app:
            mail = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}
            await app.send_email(asynchronous.SendEmailRequest(**mail))

    asyncio.run(calls())
    assert called(server) == [("track.identify", 200), ("track.event", 200), ("app.send_email", 200)]

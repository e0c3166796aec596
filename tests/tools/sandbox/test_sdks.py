"""The official Python SDKs, and one of others, do their normal calls, unchanged but for host, port and authority."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from analytics import needed

from pytest_customerio.tools.sandbox.dispatch import Settings
from pytest_customerio.tools.sandbox.running import Running

customerio = pytest.importorskip("customerio")


@pytest.fixture(scope="module")
def once() -> Iterator[Running]:
    """A sandbox that runs, over http and https."""
    with Running(Settings(tls=True)) as running:
        yield running


@pytest.fixture
def running(once: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The same, empty; its environment is ours."""
    once.service.reset()
    for name, value in once.environ.items():
        monkeypatch.setenv(name, value)
    return once


def called(running: Running) -> list[tuple[str | None, int]]:
    """What was called, and how it was answered."""
    return [(one.operation, one.status) for one in running.service.log]


def contracts_kept(running: Running) -> bool:
    """Whether nothing was wrong with any payload."""
    return not any(each.severity != "info" for one in running.service.log for each in one.violations)


def track(running: Running) -> Any:
    """The Track client, which insists on https."""
    place, keys = urlsplit(running.https_url or ""), running.service.keys
    return customerio.CustomerIO(keys.site_id, keys.track, host=place.hostname, port=place.port)


def test_track(running: Running) -> None:
    """Every call of the Track client."""
    with track(running) as client:
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
    assert {status for _, status in called(running)} == {200}
    ada = running.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert [event.name for event in ada.events] == ["signed_up", "bought", "https://example.com/"]
    assert contracts_kept(running)


def test_errors_reach_the_client(running: Running) -> None:
    """With its own retries beneath: a 500 is tried again, a 400 is not."""
    with track(running) as client:
        running.service.fault("500-server-error", 2)
        client.identify("42", plan="pro")
        with pytest.raises(customerio.CustomerIOException, match="event name cannot be longer than 100 bytes"):
            client.track("42", "x" * 101)
        running.service.fault("429-rate-limited")
        with pytest.raises(customerio.CustomerIOException, match="429: "):
            client.identify("42")
    assert [status for _, status in called(running)] == [500, 500, 200, 400, 429]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_app_api(running: Running, scheme: str) -> None:
    """Every message of the App client."""
    base = running.url if scheme == "http" else running.https_url
    identifiers = {"id": "42"}
    template: dict[str, Any] = {"transactional_message_id": 1, "identifiers": identifiers}
    with customerio.APIClient(running.service.keys.app, url=base) as client:
        mail = customerio.SendEmailRequest(
            to="ada@example.com", _from="us@example.com", subject="Hi", body="<b>there</b>", identifiers=identifiers
        )
        assert set(client.send_email(mail)) == {"delivery_id", "queued_at"}
        client.send_push(customerio.SendPushRequest(**template))
        client.send_sms(customerio.SendSMSRequest(to="+12025550123", **template))
        client.send_in_app(customerio.SendInAppRequest(**template))
        client.send_inbox_message(customerio.SendInboxMessageRequest(**template))
    assert {status for _, status in called(running)} == {200}
    first, *others = running.service.workspace.deliveries.values()
    assert (first.subject, first.body, len(others)) == ("Hi", "<b>there</b>", 4)
    assert contracts_kept(running)


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")  # the SDK's own
@needed
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_pipelines(running: Running, scheme: str) -> None:
    """Every call of the analytics client."""
    from customerio import analytics

    host = running.url if scheme == "http" else running.https_url
    client = analytics.Client(running.service.keys.pipelines, host=host, sync_mode=True)
    client.identify(user_id="42", traits={"email": "ada@example.com"})
    client.track(user_id="42", event="bought", properties={"total": 1})
    client.page(user_id="42", name="Pricing")
    client.screen(user_id="42", name="Pricing")
    client.group(user_id="42", group_id="acme", traits={"name": "Acme"})
    ada = running.service.workspace.people.find(("id", "42"))
    assert ada is not None
    assert [event.type for event in ada.events] == ["event", "page", "screen"]
    assert len(ada.relationships) == 1
    assert {one.notes for one in running.service.log} == {()}


def test_the_asynchronous_client(running: Running) -> None:
    """Its Track and App clients, pointed here by their regions' hosts."""
    asynchronous = pytest.importorskip("async_customerio")
    place, keys = urlsplit(running.https_url or ""), running.service.keys
    region = type(asynchronous.Regions.US)("us", f"{place.hostname}:{place.port}", f"{place.hostname}:{place.port}")

    async def calls() -> None:
        track = asynchronous.AsyncCustomerIO(keys.site_id, keys.track, host=place.hostname, port=place.port)
        async with track as client:
            await client.identify("42", email="ada@example.com")
            await client.track("42", "bought", total=1)
        async with asynchronous.AsyncAPIClient(keys.app, url=running.https_url, region=region) as app:
            mail = {"transactional_message_id": 1, "to": "ada@example.com", "identifiers": {"id": "42"}}
            await app.send_email(asynchronous.SendEmailRequest(**mail))

    asyncio.run(calls())
    assert called(running) == [("track.identify", 200), ("track.event", 200), ("app.send_email", 200)]

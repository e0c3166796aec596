"""The webhook handler, tested with the requests that Customer.io would send."""

import threading

import app as shop
import pytest
from werkzeug.serving import make_server

from pytest_customerio import sign_webhook, webhook_event

ADA = {"email": "ada@example.com"}
FORGED = ["wrong-signature", "no-signature", "old-timestamp", "truncated-body"]


@pytest.fixture
def client(cio_sandbox, monkeypatch):
    for name, value in cio_sandbox.environ.items():
        monkeypatch.setenv(name, value)
    shop.unreachable.clear()
    shop.seen.clear()
    return shop.app.test_client()


def receive(client, event):
    return client.post("/webhooks/customerio", data=event.body, headers=event.headers).status_code


@pytest.mark.parametrize("metric", ["bounced", "spammed"])
def test_no_receipt_goes_to_an_address_that_cannot_be_reached(client, cio_sandbox, metric):
    assert client.post("/receipts", json=ADA).status_code == 202
    assert receive(client, cio_sandbox.deliver(metric)) == 204
    assert client.post("/receipts", json=ADA).status_code == 409
    assert [each.to for each in cio_sandbox.deliveries] == ["ada@example.com"]
    assert cio_sandbox.violations == []


@pytest.mark.parametrize("metric", ["sent", "delivered", "opened", "clicked", "attempted", "unsubscribed"])
def test_other_events_change_nothing(client, cio_sandbox, metric):
    client.post("/receipts", json=ADA)
    assert receive(client, cio_sandbox.deliver(metric)) == 204
    assert shop.unreachable == set()


@pytest.mark.parametrize("fault", FORGED)
def test_a_forged_request_is_refused(client, cio_sandbox, fault):
    client.post("/receipts", json=ADA)
    assert receive(client, cio_sandbox.deliver("bounced", fault=fault)) == 401
    assert shop.unreachable == set()


def test_an_event_that_comes_twice_counts_once(client, cio_sandbox):
    client.post("/receipts", json=ADA)
    bounce = cio_sandbox.deliver("bounced")
    receive(client, bounce)
    shop.unreachable.clear()  # somebody corrected the mailbox
    assert receive(client, bounce) == 204
    assert shop.unreachable == set()


def test_an_event_of_tomorrow_does_no_harm(client, cio_sandbox):
    client.post("/receipts", json=ADA)
    assert receive(client, cio_sandbox.deliver("bounced", fault="unknown-metric")) == 204


def test_over_the_network(client, cio_sandbox):
    server = make_server("127.0.0.1", 0, shop.app)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    cio_sandbox.webhook(f"http://127.0.0.1:{server.port}/webhooks/customerio")
    client.post("/receipts", json=ADA)
    cio_sandbox.deliver("bounced")
    calls = [(call.name, call.status) for call in cio_sandbox.webhook_calls]
    server.shutdown()
    thread.join()
    server.server_close()
    assert calls == [("email_sent", 204), ("email_delivered", 204), ("email_bounced", 204)]
    assert shop.unreachable == {"ada@example.com"}


def test_without_the_sandbox(monkeypatch):
    """What a test needs that sends nothing: an event that is known to be valid, and its signature."""
    monkeypatch.setenv("CUSTOMERIO_WEBHOOK_SIGNING_KEY", "secret")
    shop.seen.clear()
    request = sign_webhook(webhook_event("bounced", recipient="bob@example.com"), "secret")
    assert receive(shop.app.test_client(), request) == 204
    assert "bob@example.com" in shop.unreachable

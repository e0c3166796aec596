"""The calls to Customer.io when no error occurs. The plugin answers them; no mock is needed."""

from __future__ import annotations

import json
import time

import pytest
from signup.service import Service


def test_sign_up_identifies_the_person(service, cio):
    """A sign-up sends one PUT with the person's attributes."""
    person = service.sign_up("ada@example.com", plan="free")
    cio.drain(service.worker.run_once)

    (call,) = cio.sent
    assert call.operation.id == "track.identify"
    assert call.url.endswith(f"/customers/{person}")
    assert json.loads(call.body)["plan"] == "free"
    assert service.outbox.count("delivered") == 1


def test_purchase_is_an_event_and_a_receipt(service, cio):
    """The event has a dedupe id and its time in seconds; the receipt is sent through the App API."""
    buyer(service)
    cio.drain(service.worker.run_once)

    _, event, receipt = cio.sent
    assert [call.operation.id for call in (event, receipt)] == ["track.event", "app.send_email"]
    assert len(json.loads(event.body)["id"]) == 26
    assert json.loads(event.body)["timestamp"] == pytest.approx(time.time(), abs=60)
    assert json.loads(receipt.body)["message_data"] == {"item": "tea", "price": 4.5}


def test_nothing_is_sent_before_the_worker_runs(service, cio):
    """Storing a purchase sends nothing, so that it never waits for Customer.io."""
    buyer(service)
    assert not cio.sent
    assert service.outbox.count("pending") == 3


def test_a_bad_address_never_becomes_a_row(service):
    """A bad address is refused when it is entered, and not hours later by a 400."""
    with pytest.raises(ValueError, match="e-mail"):
        service.sign_up("ada@example", plan="free")
    assert service.outbox.count("pending") == 0


def test_a_purchase_of_an_unknown_person_is_refused(service):
    """A purchase of an unknown person stores nothing."""
    with pytest.raises(LookupError):
        service.buy("nobody", "tea", 450)
    assert service.outbox.count("pending") == 0


def test_with_responses_and_an_answer_of_our_own(service, cio_responses):
    """`cio_responses` has the success answers; answers that a test adds come first."""
    cio_responses.post("https://api-eu.customer.io/v1/send/email", status=200, body="<html>maintenance</html>")
    buyer(service)
    service.worker.run_once()
    assert service.outbox.count("delivered") == 2
    assert service.outbox.stuck() == [(3, "receipt", "uncertain", "200")]


def buyer(service: Service) -> None:
    person = service.sign_up("ada@example.com", plan="free")
    service.buy(person, "tea", 450)

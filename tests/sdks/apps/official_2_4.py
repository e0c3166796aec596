"""The official SDK, 2.4, called as its README says."""

import logging
import time
from datetime import datetime

import customerio
import pytest
from customerio import APIClient, CustomerIO, CustomerIOException, Regions, SendEmailRequest, SendPushRequest

cio = CustomerIO("site-1234", "track-key-1234", region=Regions.US)
api = APIClient("app-key-1234", region=Regions.US)
log = logging.getLogger("shop")

ADA = "ada@example.com"
PROFILE = {"email": ADA, "name": "Ada Byron", "plan": "premium"}
MESSAGE = {"transactional_message_id": "3", "identifiers": {"id": "2"}, "message_data": {"total": 3}}
TRIGGER = f"{api.url}/v1/campaigns/12/triggers"

CALLS = {
    "identify": lambda: cio.identify(id="5", **PROFILE),
    "identify-by-email": lambda: cio.identify(id=ADA, plan="premium"),
    "event": lambda: cio.track(customer_id="5", name="purchased", price=23.45),
    "delete": lambda: cio.delete(customer_id="5"),
    "add_device": lambda: cio.add_device(customer_id="1", device_id="device_hash", platform="ios"),
    "send_email": lambda: api.send_email(SendEmailRequest(to=ADA, **MESSAGE)),
    "send_push": lambda: api.send_push(SendPushRequest(**MESSAGE)),
    "broadcast": lambda: api.send_request("POST", TRIGGER, {"data": {"total": 3}}),
}
WRAPPED = ("identify", "event", "send_email")


def test_version():
    assert not hasattr(CustomerIO, "batch"), f"another SDK comes first: {customerio.__file__}"


@pytest.mark.cio_errors(raises=CustomerIOException)
@pytest.mark.parametrize("call", CALLS)
def test_direct(call):
    CALLS[call]()


@pytest.mark.cio_errors
@pytest.mark.parametrize("call", WRAPPED)
def test_wrapped(call):
    try:
        CALLS[call]()
    except CustomerIOException as error:
        log.error("Customer.io: %s", error)


@pytest.mark.cio_errors(raises=CustomerIOException, must_recover=True)
@pytest.mark.parametrize("call", ["event"])
def test_must_recover(call):
    CALLS[call]()


def email_with_attachment():
    request = SendEmailRequest(to=ADA, **MESSAGE)
    request.attach("invoice.pdf", b"%PDF-1.4")
    return api.send_email(request)


MORE = {
    "track.identify-values": lambda: cio.identify(id="42", created_at=int(time.time()), tags=["a"], nan=float("nan")),
    "track.identify-when": lambda: cio.identify(id="42", when=datetime.now()),
    "track.event-path": lambda: cio.track("a/b@c", "purchase"),
    "track.event-when": lambda: cio.backfill("42", "purchase", datetime.now(), price=1),
    "track.event-page": lambda: cio.pageview("42", "https://example.com/pricing", referrer="x"),
    "track.anonymous_event": lambda: cio.track_anonymous("anon-1", "visit", page="/"),
    "track.delete_device": lambda: cio.delete_device("42", "abc:APA91b-t_1"),
    "track.suppress": lambda: cio.suppress("42"),
    "track.unsuppress": lambda: cio.unsuppress("42"),
    "track.merge": lambda: cio.merge_customers("id", "1", "email", "x@example.com"),
    "track.identify-eu": lambda: CustomerIO("site", "key", region=Regions.EU).identify(id=5),
    "track.identify-unpooled": lambda: CustomerIO("site", "key", use_connection_pooling=False).identify(id=5),
    "app.send_email-attached": email_with_attachment,
    "app.send_sms": lambda: api.send_sms(customerio.SendSMSRequest(to="+15551234567", **MESSAGE)),
    "app.send_in_app": lambda: api.send_in_app(customerio.SendInAppRequest(**MESSAGE)),
    "app.send_inbox_message": lambda: api.send_inbox_message(customerio.SendInboxMessageRequest(**MESSAGE)),
}


@pytest.mark.parametrize("name", [*CALLS, *MORE])
def test_correct(name, cio):
    (CALLS | MORE)[name]()
    (sent,) = cio.sent
    assert name in CALLS or sent.operation.id == name.partition("-")[0]
    assert (sent.attempts, sent.status // 100, sent.timeout_set) == (1, 2, True)
    assert sent.sent_from.startswith("test_sdk.py:")


LET_THROUGH = {
    "milliseconds": lambda: cio.backfill("42", "purchase", 1764000000000),
    "blank-name": lambda: cio.track("42", "   "),
    "long-name": lambda: cio.track("42", "é" * 51),
    "long-value": lambda: cio.identify("42", bio="x" * 1001),
    "bad-email": lambda: cio.identify("42", email="jane.example.com"),
    "no-recipient": lambda: api.send_email(SendEmailRequest(**MESSAGE)),
}


@pytest.mark.parametrize("name", LET_THROUGH)
def test_let_through(name):
    LET_THROUGH[name]()


NOT_SENT = {
    "infinite": lambda: cio.track("42", "purchase", total=float("inf")),
    "nested-nan": lambda: cio.identify("42", scores={"math": float("nan")}),
    "nested-datetime": lambda: cio.identify("42", visits=[datetime(2026, 1, 2)]),
    "zero": lambda: cio.identify(0, plan="basic"),
}


@pytest.mark.cio_errors("500-server-error-persists")
@pytest.mark.parametrize("name", NOT_SENT)
def test_not_sent(name):
    try:
        NOT_SENT[name]()
    except CustomerIOException as error:
        log.error("Customer.io: %s", error)

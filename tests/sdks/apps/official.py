"""The official SDK, 3.x, called as its README says."""

import decimal
import logging
import time
from datetime import date, datetime

import customerio
import pytest
from customerio import APIClient, CustomerIO, CustomerIOException, Regions, SendEmailRequest, SendPushRequest

cio = CustomerIO("site-1234", "track-key-1234", region=Regions.US)
api = APIClient("app-key-1234", region=Regions.US)
log = logging.getLogger("shop")

PROFILE = {"email": "ada@example.com", "name": "Ada Byron", "plan": "premium"}
MESSAGE = {"transactional_message_id": "3", "identifiers": {"id": "2"}, "message_data": {"total": 3}}
ITEMS = [
    {"type": "person", "action": "identify", "identifiers": {"id": str(n)}, "attributes": {"plan": "premium"}}
    for n in range(3)
]
ULID = "01HB4HBDKTFWYZCK01DMRSWRFD"
ADA = "ada@example.com"

CALLS = {
    "identify": lambda: cio.identify(id="5", **PROFILE),
    "identify-by-email": lambda: cio.identify(id=ADA, plan="premium"),
    "event": lambda: cio.track(customer_id="5", name="purchased", data={"price": 23.45}),
    "event-with-id": lambda: cio.track(customer_id="5", name="purchased", data={"price": 23.45}, id=ULID),
    "delete": lambda: cio.delete(customer_id="5"),
    "add_device": lambda: cio.add_device(customer_id="1", device_id="device_hash", platform="ios"),
    "batch": lambda: cio.batch(ITEMS),
    "send_email": lambda: api.send_email(SendEmailRequest(to=ADA, **MESSAGE)),
    "send_push": lambda: api.send_push(SendPushRequest(**MESSAGE)),
    "broadcast": lambda: api.send_request("POST", f"{api.url}/v1/campaigns/12/triggers", {"data": {"total": 3}}),
}
WRAPPED = ("identify", "event", "batch", "send_email")


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
@pytest.mark.parametrize("call", ["identify"])
def test_must_recover(call):
    CALLS[call]()


def email_with_attachment():
    request = SendEmailRequest(to=ADA, **MESSAGE)
    request.attach("invoice.pdf", b"%PDF-1.4")
    return api.send_email(request)


def person(action, **more):
    return {"type": "person", "action": action, "identifiers": {"id": "1"}, **more}


OWN_EMAIL = {"_from": "shop@example.com", "subject": "Hi", "body": "<p>Hi</p>", "language": "en"}
MORE = {
    "track.identify-values": lambda: cio.identify(id="42", created_at=int(time.time()), tags=["a"], nested={"a": 1.5}),
    "track.identify-nothing": lambda: cio.identify(id="jane@example.com", name="Jané", nothing=None),
    "track.identify-zero": lambda: cio.identify(id=0, nan=float("nan"), when=datetime.now()),
    "track.event-past": lambda: cio.track("42", "purchase", timestamp=int(time.time()) - 60),
    "track.event-path": lambda: cio.track("a/b@c", "purchase", id=ULID),
    "track.event-when": lambda: cio.backfill("42", "purchase", datetime.now()),
    "track.event-page": lambda: cio.pageview("42", "https://example.com/pricing", referrer="x"),
    "track.anonymous_event": lambda: cio.track_anonymous("anon-1", "visit", {"page": "/"}),
    "track.add_device-used": lambda: cio.add_device("42", "abc:APA91b-t_1", "android", last_used=int(time.time())),
    "track.delete_device": lambda: cio.delete_device("42", "abc:APA91b-t_1"),
    "track.suppress": lambda: cio.suppress("42"),
    "track.unsuppress": lambda: cio.unsuppress("42"),
    "track.merge": lambda: cio.merge_customers("id", "1", "email", "x@example.com"),
    "track_v2.batch-mixed": lambda: cio.batch(
        [
            person("identify", attributes={"plan": "basic"}),
            person("event", name="purchase"),
            {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "a"}},
        ]
    ),
    "track.identify-eu": lambda: CustomerIO("site", "key", region=Regions.EU).identify(id=5),
    "track.identify-unpooled": lambda: CustomerIO("site", "key", use_connection_pooling=False).identify(id=5),
    "app.send_email-own": lambda: api.send_email(
        SendEmailRequest(to=f'"Ada" <{ADA}>', identifiers={"email": ADA}, send_at=int(time.time()) + 600, **OWN_EMAIL)
    ),
    "app.send_email-attached": email_with_attachment,
    "app.send_sms": lambda: api.send_sms(customerio.SendSMSRequest(to="+15551234567", **MESSAGE)),
    "app.send_whatsapp": lambda: api.send_whatsapp(customerio.SendWhatsAppRequest(to="+15551234567", **MESSAGE)),
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


WITHOUT_TO = {"transactional_message_id": 3, "identifiers": {"id": "42"}}
LET_THROUGH = {
    "milliseconds": lambda: cio.track("42", "purchase", timestamp=1764000000000),
    "blank-name": lambda: cio.track("42", "   "),
    "long-name": lambda: cio.track("42", "é" * 51),
    "long-value": lambda: cio.identify("42", bio="x" * 1001),
    "many-attributes": lambda: cio.identify("42", **{f"a{n}": 1 for n in range(301)}),
    "bad-email": lambda: cio.identify("42", email="jane.example.com"),
    "none-id": lambda: cio.identify("None"),
    "no-recipient": lambda: api.send_email(SendEmailRequest(**WITHOUT_TO)),
    "no-template": lambda: api.send_email(SendEmailRequest(to="a@example.com", identifiers={"id": "1"})),
    "v1-in-v2": lambda: cio.batch([person("event")]),
    "no-key": lambda: CustomerIO("", "").identify("42"),
}


@pytest.mark.parametrize("name", LET_THROUGH)
def test_let_through(name):
    LET_THROUGH[name]()


NOT_SENT = {
    "infinite": lambda: cio.track("42", "purchase", {"total": float("inf")}),
    "decimal": lambda: cio.track("42", "purchase", {"total": decimal.Decimal("23.45")}),
    "as-in-2.4": lambda: cio.track("42", "purchase", price=23.45),
    "date": lambda: cio.identify("42", birthday=date(1815, 12, 10)),
}


@pytest.mark.cio_errors("500-server-error-persists")
@pytest.mark.parametrize("name", NOT_SENT)
def test_not_sent(name):
    try:
        NOT_SENT[name]()
    except Exception as error:
        log.error("Customer.io: %s", error)

"""Applications that use the SDKs correctly: CALLS makes one request each, named after its operation."""

from __future__ import annotations

OFFICIAL = """\
import datetime
import time
import customerio
from customerio import APIClient, CustomerIO, Regions

track = CustomerIO("site-1234", "track-key-1234")
app = APIClient("app-key-1234")
MESSAGE = {"transactional_message_id": 3, "identifiers": {"id": "42"}, "message_data": {"total": 3}}
CALLS = {
    "track.identify": lambda: track.identify(
        id="42", email="jane@example.com", plan="basic", created_at=int(time.time()), tags=["a"], nested={"a": 1.5}),
    "track.identify-email": lambda: track.identify(id="jane@example.com", name="Jané", nothing=None),
    "track.identify-zero": lambda: track.identify(id=0, nan=float("nan"), when=datetime.datetime.now()),
    "track.event": lambda: track.track(customer_id="42", name="purchase", data={"price": 23.45, "product": "socks"}),
    "track.event-past": lambda: track.track("42", "purchase", timestamp=int(time.time()) - 60),
    "track.event-id": lambda: track.track("a/b@c", "purchase", id="01HV4R5QN1NHZQW5CX2Y5WJGAV"),
    "track.event-when": lambda: track.backfill("42", "purchase", datetime.datetime.now()),
    "track.event-page": lambda: track.pageview("42", "https://example.com/pricing", referrer="x"),
    "track.anonymous_event": lambda: track.track_anonymous("anon-1", "visit", {"page": "/"}),
    "track.delete": lambda: track.delete("42"),
    "track.add_device": lambda: track.add_device("42", "abc:APA91b-token_1", "android", last_used=int(time.time())),
    "track.delete_device": lambda: track.delete_device("42", "abc:APA91b-token_1"),
    "track.suppress": lambda: track.suppress("42"),
    "track.unsuppress": lambda: track.unsuppress("42"),
    "track.merge": lambda: track.merge_customers("id", "1", "email", "x@example.com"),
    "track_v2.batch": lambda: track.batch([
        {"type": "person", "action": "identify", "identifiers": {"id": "1"}, "attributes": {"plan": "basic"}},
        {"type": "person", "action": "event", "identifiers": {"email": "a@example.com"}, "name": "purchase"},
        {"type": "object", "action": "identify", "identifiers": {"object_type_id": "1", "object_id": "a"}}]),
    "track.identify-eu": lambda: CustomerIO("site", "key", region=Regions.EU).identify(id=5),
    "track.identify-unpooled": lambda: CustomerIO("site", "key", use_connection_pooling=False).identify(id=5),
    "app.send_email": lambda: app.send_email(customerio.SendEmailRequest(to="jane@example.com", **MESSAGE)),
    "app.send_email-own": lambda: app.send_email(customerio.SendEmailRequest(
        to='"Jane" <jane@example.com>', identifiers={"email": "jane@example.com"}, _from="shop@example.com",
        subject="Hi", body="<p>Hi</p>", send_at=int(time.time()) + 600, language="en")),
    "app.send_push": lambda: app.send_push(customerio.SendPushRequest(**MESSAGE)),
    "app.send_sms": lambda: app.send_sms(customerio.SendSMSRequest(to="+15551234567", **MESSAGE)),
    "app.send_whatsapp": lambda: app.send_whatsapp(customerio.SendWhatsAppRequest(to="+15551234567", **MESSAGE)),
    "app.send_in_app": lambda: app.send_in_app(customerio.SendInAppRequest(**MESSAGE)),
    "app.send_inbox_message": lambda: app.send_inbox_message(customerio.SendInboxMessageRequest(**MESSAGE)),
}

def email_with_attachment():
    request = customerio.SendEmailRequest(to="jane@example.com", **MESSAGE)
    request.attach("invoice.pdf", b"%PDF-1.4")
    return app.send_email(request)

CALLS["app.send_email-attached"] = email_with_attachment
"""

ASYNC = """\
import asyncio
import time
import async_customerio as cio_sdk
from async_customerio import AsyncAPIClient, AsyncCustomerIO, Regions

MESSAGE = {"transactional_message_id": 3, "identifiers": {"id": "42"}, "message_data": {"total": 3}}
PERSON = {"id": "42"}
THING = {"object_type_id": "1", "object_id": "acme"}
RELATED = [{"identifiers": THING}]
OWNERS = [{"identifiers": PERSON}]

async def track(call):
    async with AsyncCustomerIO("site-1234", "track-key-1234", region=Regions.US) as client:
        return await call(client)

async def app(call):
    async with AsyncAPIClient("app-key-1234", region=Regions.US) as client:
        return await call(client)

TRACK = {
    "track.identify": lambda c: c.identify("42", email="jane@example.com", plan="basic"),
    "track.identify-number": lambda c: c.identify(42, created_at=int(time.time())),
    "track.event": lambda c: c.track("42", "purchase", price=23.45),
    "track.event-past": lambda c: c.backfill("42", "purchase", int(time.time()) - 60, price=1),
    "track.event-page": lambda c: c.pageview("42", "https://example.com/pricing"),
    "track.anonymous_event": lambda c: c.track_anonymous("anon-1", "visit", page="home"),
    "track.delete": lambda c: c.delete("42"),
    "track.add_device": lambda c: c.add_device("42", "token1", "ios"),
    "track.delete_device": lambda c: c.delete_device("42", "token1"),
    "track.suppress": lambda c: c.suppress("42"),
    "track.unsuppress": lambda c: c.unsuppress("42"),
    "track.merge": lambda c: c.merge_customers("id", "1", "email", "x@example.com"),
    "track.region": lambda c: c.get_region(),
    "track.add_to_segment": lambda c: c.add_to_segment(7, ["1", "2"]),
    "track.remove_from_segment": lambda c: c.remove_from_segment(7, ["1"]),
    "track.submit_form": lambda c: c.submit_form("form-1", email="jane@example.com"),
    "track.unsubscribe": lambda c: c.unsubscribe("RPILAgUBcRhIBqSfeiIwdIYJKxTY"),
    "track.metrics": lambda c: c.report_metric("RPILAgUBcRhIBqSfeiIwdIYJKxTY", "opened", timestamp=int(time.time())),
    "track.push_metrics": lambda c: c.report_push_metric(
        "RPILAgUBcRhIBqSfeiIwdIYJKxTY", "token1", "opened", timestamp=int(time.time())),
    "track_v2.person_identify": lambda c: c.v2.identify_person(PERSON, plan="basic"),
    "track_v2.person_event": lambda c: c.v2.track_person_event(PERSON, "purchase", price=3),
    "track_v2.person_page": lambda c: c.v2.person_pageview(PERSON, "/pricing"),
    "track_v2.person_screen": lambda c: c.v2.person_screen(PERSON, "home"),
    "track_v2.person_delete": lambda c: c.v2.delete_person(PERSON),
    "track_v2.person_add_device": lambda c: c.v2.add_person_device(PERSON, "token1", "ios"),
    "track_v2.person_delete_device": lambda c: c.v2.delete_person_device(PERSON, "token1"),
    "track_v2.person_suppress": lambda c: c.v2.suppress_person(PERSON),
    "track_v2.person_unsuppress": lambda c: c.v2.unsuppress_person(PERSON),
    "track_v2.person_merge": lambda c: c.v2.merge_persons(PERSON, {"email": "x@example.com"}),
    "track_v2.person_add_relationships": lambda c: c.v2.add_person_relationships(PERSON, RELATED),
    "track_v2.person_delete_relationships": lambda c: c.v2.delete_person_relationships(PERSON, RELATED),
    "track_v2.object_identify": lambda c: c.v2.identify_object(THING, name="Acme"),
    "track_v2.object_delete": lambda c: c.v2.delete_object(THING),
    "track_v2.object_add_relationships": lambda c: c.v2.add_object_relationships(THING, OWNERS),
    "track_v2.object_delete_relationships": lambda c: c.v2.delete_object_relationships(THING, OWNERS),
    "track_v2.batch": lambda c: c.v2.send_batch([
        {"type": "person", "action": "identify", "identifiers": PERSON, "attributes": {"plan": "basic"}}]),
}
APP = {
    "app.send_email": lambda c: c.send_email(cio_sdk.SendEmailRequest(to="jane@example.com", **MESSAGE)),
    "app.send_push": lambda c: c.send_push(cio_sdk.SendPushRequest(**MESSAGE)),
    "app.send_sms": lambda c: c.send_sms(cio_sdk.SendSMSRequest(to="+15551234567", **MESSAGE)),
    "app.send_whatsapp": lambda c: c.send_whatsapp(cio_sdk.SendWhatsAppRequest(to="+15551234567", **MESSAGE)),
    "app.send_in_app": lambda c: c.send_in_app(cio_sdk.SendInAppRequest(**MESSAGE)),
    "app.send_inbox_message": lambda c: c.send_inbox_message(cio_sdk.SendInboxMessageRequest(**MESSAGE)),
}
CALLS = {name: lambda call=call: asyncio.run(track(call)) for name, call in TRACK.items()}
CALLS |= {name: lambda call=call: asyncio.run(app(call)) for name, call in APP.items()}
"""

PIPELINES = """\
import datetime
from customerio import analytics

OPERATION = "pipelines.batch"
errors = []
clients = {
    "sync": analytics.Client("pk_us_1234567890", sync_mode=True),
    "old-key": analytics.Client("1234567890abcdef", sync_mode=True),
    "gzip": analytics.Client("pk_us_1234567890", sync_mode=True, gzip=True),
    "eu": analytics.Client("pk_eu_1234567890", sync_mode=True),
    "background": analytics.Client(
        "pk_us_1234567890", upload_interval=0.01, on_error=lambda *error: errors.append(error)),
}

def send(client, call):
    call(client)
    client.flush()

KINDS = {
    "identify": lambda c: c.identify("42", {"email": "jane@example.com", "plan": "basic"}),
    "track": lambda c: c.track("42", "purchase", {"total": 3, "when": datetime.datetime(2026, 1, 2)}),
    "page": lambda c: c.page("42", "docs", "python"),
    "screen": lambda c: c.screen("42", "home"),
    "group": lambda c: c.group("42", "acme", {"name": "Acme"}),
    "alias": lambda c: c.alias("old", "42"),
    "anonymous": lambda c: c.track(anonymous_id="anon-1", event="visit"),
    "number": lambda c: c.identify(42, {}),
}
CALLS = {f"pipelines.{kind}-{key}": lambda client=client, call=call: send(client, call)
         for key, client in clients.items() for kind, call in KINDS.items()}
"""

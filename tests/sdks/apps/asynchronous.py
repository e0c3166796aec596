"""The community's asynchronous SDK, called as its README says; the clients and the loop live as long as the process."""

import asyncio
import logging
import time

import pytest
from async_customerio import (
    AsyncAPIClient,
    AsyncCustomerIO,
    AsyncCustomerIOError,
    AsyncCustomerIORetryableError,
    Regions,
    SendEmailRequest,
    SendInAppRequest,
    SendInboxMessageRequest,
    SendPushRequest,
    SendSMSRequest,
    SendWhatsAppRequest,
)
from async_customerio.errors import BaseAsyncCustomerIOError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential


class TenacityRetryStrategy:
    def __init__(self, **kwargs):
        self._kwargs = kwargs

    async def execute(self, func, *args, **kwargs):  # noqa: RET503 - word for word
        async for attempt in AsyncRetrying(**self._kwargs):
            with attempt:
                return await func(*args, **kwargs)


RETRY = TenacityRetryStrategy(
    retry=retry_if_exception_type(AsyncCustomerIORetryableError),
    stop=stop_after_attempt(5),
    wait=wait_exponential(multiplier=1, min=1, max=30),
)
log = logging.getLogger("shop")


def track_client(**options):
    return AsyncCustomerIO(site_id="site-1234", api_key="track-key-1234", region=Regions.US, **options)


def api_client(**options):
    return AsyncAPIClient(key="app-key-1234", region=Regions.US, **options)


loop = asyncio.new_event_loop()
plain = (track_client(), api_client())
retrying = (track_client(retry_strategy=RETRY), api_client(retry_strategy=RETRY))

ADA = "ada@example.com"
MESSAGE = {"transactional_message_id": "3", "identifiers": {"id": "2"}, "message_data": {"total": 3}}
PERSON = {"id": "42"}
THING = {"object_type_id": "1", "object_id": "acme"}
RELATED = [{"identifiers": THING}]
OWNERS = [{"identifiers": PERSON}]
DELIVERY = "RPILAgUBcRhIBqSfeiIwdIYJKxTY"
ITEMS = [
    {"type": "person", "action": "identify", "identifiers": {"id": str(n)}, "attributes": {"plan": "premium"}}
    for n in range(3)
]

TRACK = {
    "identify": lambda c: c.identify(5, email=ADA, first_name="Augusta Ada"),
    "identify-by-email": lambda c: c.identify(ADA, plan="premium"),
    "event": lambda c: c.track(customer_id=5, name="product.purchased", price=23.45),
    "delete": lambda c: c.delete(5),
    "add_device": lambda c: c.add_device(5, "device_hash", "ios"),
    "person_event": lambda c: c.v2.track_person_event(identifiers={"id": 123}, name="purchase", amount=49.99),
    "batch": lambda c: c.v2.send_batch(ITEMS),
}
API = {
    "send_email": lambda c: c.send_email(SendEmailRequest(to=ADA, **MESSAGE)),
    "send_push": lambda c: c.send_push(SendPushRequest(**MESSAGE)),
    "find_by_email": lambda c: c.customers.get_by_email(ADA),
}


def call(name, clients=plain):
    track, api = clients
    loop.run_until_complete(TRACK[name](track) if name in TRACK else API[name](api))


@pytest.mark.cio_errors(raises=BaseAsyncCustomerIOError)
@pytest.mark.parametrize("name", [*TRACK, *API])
def test_direct(name):
    call(name)


@pytest.mark.cio_errors
@pytest.mark.parametrize("name", ["identify-by-email", "send_email"])
def test_wrapped(name):
    try:
        call(name)
    except AsyncCustomerIOError as error:
        log.error("Customer.io: %s", error)


@pytest.mark.cio_errors(raises=BaseAsyncCustomerIOError, must_recover=True)
@pytest.mark.parametrize("name", ["event", "batch", "send_email"])
def test_retrying(name):
    call(name, retrying)


@pytest.mark.cio_errors("403-forbidden", raises=BaseAsyncCustomerIOError)
@pytest.mark.parametrize("name", ["identify", "send_email"])
def test_debug(name, caplog):
    caplog.set_level(logging.DEBUG)
    call(name)


MORE = {
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
    "track.unsubscribe": lambda c: c.unsubscribe(DELIVERY),
    "track.metrics": lambda c: c.report_metric(DELIVERY, "opened", timestamp=int(time.time())),
    "track.push_metrics": lambda c: c.report_push_metric(DELIVERY, "token1", "opened", timestamp=int(time.time())),
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
    "track_v2.batch": lambda c: c.v2.send_batch(ITEMS[:1]),
    "app.send_email": lambda c: c.send_email(SendEmailRequest(to="jane@example.com", **MESSAGE)),
    "app.send_push": lambda c: c.send_push(SendPushRequest(**MESSAGE)),
    "app.send_sms": lambda c: c.send_sms(SendSMSRequest(to="+15551234567", **MESSAGE)),
    "app.send_whatsapp": lambda c: c.send_whatsapp(SendWhatsAppRequest(to="+15551234567", **MESSAGE)),
    "app.send_in_app": lambda c: c.send_in_app(SendInAppRequest(**MESSAGE)),
    "app.send_inbox_message": lambda c: c.send_inbox_message(SendInboxMessageRequest(**MESSAGE)),
}


async def in_a_block(make, use):
    async with make() as client:
        await use(client)


@pytest.mark.parametrize("name", MORE)
def test_correct(name, cio):
    asyncio.run(in_a_block(api_client if name.startswith("app.") else track_client, MORE[name]))
    (sent,) = cio.sent
    assert sent.operation.id == name.partition("-")[0]
    assert (sent.attempts, sent.status // 100, sent.timeout_set) == (1, 2, True)
    assert sent.sent_from.startswith("test_sdk.py:")


LET_THROUGH = {
    "slash": lambda c: c.identify("a/b", plan="basic"),
    "slash-event": lambda c: c.track("a/b", "purchase"),
    "twice-encoded": lambda c: c.delete_device("42", "abc:APA91b"),
    "milliseconds": lambda c: c.backfill("42", "purchase", 1764000000000),
    "blank-name": lambda c: c.track("42", "   "),
    "long-value": lambda c: c.identify("42", bio="x" * 1001),
    "bad-email": lambda c: c.identify("42", email="jane.example.com"),
}


@pytest.mark.parametrize("name", LET_THROUGH)
def test_let_through(name):
    loop.run_until_complete(LET_THROUGH[name](plain[0]))


NOT_SENT = {
    "infinite": lambda c: c.track("42", "purchase", total=float("inf")),
    "zero": lambda c: c.identify(0, plan="basic"),
}


@pytest.mark.cio_errors("500-server-error-persists")
@pytest.mark.parametrize("name", NOT_SENT)
def test_not_sent(name):
    try:
        loop.run_until_complete(NOT_SENT[name](plain[0]))
    except AsyncCustomerIOError as error:
        log.error("Customer.io: %s", error)

"""Customer.io's SDK for Pipelines, called as its README says; its clients live as long as the process."""

import atexit
import logging
from datetime import datetime

import pytest
from customerio import analytics
from customerio.analytics.request import APIError

KEY = "pk_us_1234567890"
analytics.write_key = KEY
log = logging.getLogger("shop")
errors = []
sync = analytics.Client(KEY, sync_mode=True)
telling = analytics.Client(KEY, on_error=lambda error, batch: errors.append(error))

CALLS = {
    "identify": lambda to: to.identify("42", {"email": "ada@example.com", "name": "Ada Byron"}),
    "track": lambda to: to.track(user_id="42", event="order_complete", properties={"total": 3}),
    "page": lambda to: to.page("42", "docs", "python"),
    "screen": lambda to: to.screen("42", "home"),
    "group": lambda to: to.group("42", "acme", {"name": "Acme"}),
    "alias": lambda to: to.alias("old", "42"),
}


@pytest.mark.cio_errors(raises=APIError)
@pytest.mark.parametrize("call", ["identify", "track", "group"])
def test_sync(call):
    CALLS[call](sync)


@pytest.mark.cio_errors
@pytest.mark.parametrize("call", ["identify"])
def test_wrapped(call):
    try:
        CALLS[call](sync)
    except APIError as error:
        log.error("Customer.io: %s", error)


@pytest.mark.cio_errors
@pytest.mark.parametrize("call", ["track"])
def test_background(call):
    queued, _ = CALLS[call](analytics)
    assert queued


@pytest.mark.cio_errors
@pytest.mark.parametrize("call", ["track"])
def test_on_error(call, cio):
    errors.clear()
    CALLS[call](telling)
    telling.flush()
    cio.reported(errors)


patient = analytics.Client(KEY, upload_interval=3600)
atexit.unregister(patient.join)  # the SDK waits that long when the process ends
FLUSHES = {"by-hand": patient.flush, "by-itself": lambda: None}


@pytest.mark.cio_errors("500-server-error-recovers")
@pytest.mark.parametrize("how", FLUSHES)
def test_patient(how):
    CALLS["track"](patient)
    FLUSHES[how]()


@pytest.mark.cio_errors("404-not-found")
@pytest.mark.parametrize("call", ["identify", "track"])
def test_debug(call, caplog):
    caplog.set_level(logging.DEBUG)
    CALLS[call](analytics)


MORE = {
    "when": lambda to: to.track("42", "purchase", {"total": 3, "when": datetime(2026, 1, 2)}),
    "anonymous": lambda to: to.track(anonymous_id="anon-1", event="visit"),
    "number": lambda to: to.identify(42, {}),
}
CLIENTS = {
    "sync": sync,
    "old-key": analytics.Client("1234567890abcdef", sync_mode=True),
    "gzip": analytics.Client(KEY, sync_mode=True, gzip=True),
    "eu": analytics.Client("pk_eu_1234567890", sync_mode=True),
    "background": analytics,
}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("call", [*CALLS, *MORE])
def test_correct(call, client, cio):
    to = CLIENTS[client]
    (CALLS | MORE)[call](to)
    if to is analytics:
        analytics.flush()
    (sent,) = cio.sent
    assert sent.operation.id == "pipelines.batch"
    assert (sent.attempts, sent.status // 100, sent.timeout_set) == (1, 2, True)
    assert to is analytics or sent.sent_from.startswith("test_sdk.py:")


LET_THROUGH = {
    "nan": lambda to: to.track("42", "purchase", {"total": float("nan")}),
    "no-event": lambda to: to.track("42", ""),
    "no-event-later": lambda _: analytics.track("42", ""),
}


@pytest.mark.parametrize("name", LET_THROUGH)
def test_let_through(name):
    LET_THROUGH[name](sync)


full = analytics.Client(KEY, max_queue_size=1, send=False)
full.send = True  # its consumer was never started, so nothing is sent
full.track("42", "first")
NOT_SENT = {
    "queue-full": lambda: full.track("42", "second"),
    "too-large": lambda: sync.track("42", "purchase", {"note": "x" * 40_000}),
}


@pytest.mark.cio_errors("500-server-error-persists")
@pytest.mark.parametrize("name", NOT_SENT)
def test_not_sent(name):
    try:
        NOT_SENT[name]()
    except Exception as error:
        log.error("Customer.io: %s", type(error).__name__)

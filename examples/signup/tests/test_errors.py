"""What becomes of a sign-up, a purchase and a receipt when Customer.io fails; each test runs once per error."""

from __future__ import annotations

import pytest
from signup.customer_io import NotDeliveredError
from signup.service import Service


@pytest.mark.cio_errors(must_recover=True)
def test_no_sign_up_is_lost(service, cio):
    """Delivered later, or still owed; a permanent error waits for an operator."""
    service.sign_up("ada@example.com", plan="free")
    deliver(service, cio)


@pytest.mark.cio_errors(operations=["track.event"], must_recover=True)
def test_no_purchase_is_lost(service, cio):
    """The same for the event, while sign-up and receipt get through."""
    purchase(service)
    deliver(service, cio)


@pytest.mark.cio_errors(operations=["app.send_email"])
def test_no_receipt_is_lost_or_sent_twice(service, cio):
    """After an error that leaves it open whether the e-mail went out, an operator decides."""
    purchase(service)
    deliver(service, cio)


@pytest.mark.cio_errors(raises=NotDeliveredError)
def test_the_check_says_that_it_failed(service):
    """`python -m signup check` raises, whatever is wrong."""
    service.customer_io.check()


def test_a_rate_limit_costs_time_only(service, cio):
    """One case by hand: two 429 and then success; the waits grow, and none is real."""
    service.sign_up("ada@example.com", plan="free")
    with cio.replay("429-rate-limited", times=2):
        cio.drain(service.worker.run_once)
    assert cio.outcome == "deferred"  # delivered by the worker, not by the call itself
    assert cio.attempts == 3


@pytest.mark.cio_allow("attr-value-too-long", reason="the outbox must set aside what Customer.io refuses")
def test_a_refused_payload_is_set_aside(service, cio):
    """It is not tried for ever, and does not block what comes after it."""
    service.sign_up("ada@example.com", plan="x" * 1001)
    with cio.replay("400-attribute-value-too-long", times=1):
        service.worker.run_once()
        cio.reported(service.outbox.count("failed") == 1)
    service.sign_up("grace@example.com", plan="free")
    service.worker.run_once()
    assert service.outbox.count("delivered") == 1


def purchase(service: Service) -> None:
    service.buy(service.sign_up("ada@example.com", plan="free"), "tea", 450)


def deliver(service: Service, cio) -> None:
    """Let the worker run as time passes, then say what the outbox knows."""
    cio.drain(service.worker.run_once)
    cio.pending(service.outbox.count("pending"))
    cio.reported(service.outbox.stuck())

"""The result of a sign-up, a purchase and a receipt when Customer.io fails. Each test runs once per error."""

from __future__ import annotations

import pytest
from signup.customer_io import NotDeliveredError
from signup.service import Service


@pytest.mark.cio_errors(must_recover=True)
def test_no_sign_up_is_lost(service, cio):
    """A sign-up is delivered later or still pending; after a permanent error it waits for an operator."""
    service.sign_up("ada@example.com", plan="free")
    deliver(service, cio)


@pytest.mark.cio_errors(operations=["track.event"], must_recover=True)
def test_no_purchase_is_lost(service, cio):
    """The event of a purchase is not lost, while the calls before and after it succeed."""
    purchase(service)
    deliver(service, cio)


@pytest.mark.cio_errors(operations=["app.send_email"])
def test_no_receipt_is_lost_or_sent_twice(service, cio):
    """After an error that leaves open whether the e-mail was sent, an operator decides."""
    purchase(service)
    deliver(service, cio)


@pytest.mark.cio_errors(raises=NotDeliveredError)
def test_the_check_says_that_it_failed(service):
    """`python -m signup check` raises for every error."""
    service.customer_io.check()


def test_a_rate_limit_costs_time_only(service, cio):
    """After two 429 the call succeeds. The waits grow, and no real time passes."""
    service.sign_up("ada@example.com", plan="free")
    with cio.replay("429-rate-limited", times=2):
        cio.drain(service.worker.run_once)
    assert cio.outcome == "deferred"  # the worker delivered it, not the request of the user
    assert cio.attempts == 3


@pytest.mark.cio_allow("attr-value-too-long", reason="the outbox must set aside what Customer.io refuses")
def test_a_refused_payload_is_set_aside(service, cio):
    """A refused payload is not retried, and does not block the rows after it."""
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
    """Run the worker while virtual time passes, then state what the outbox contains."""
    cio.drain(service.worker.run_once)
    cio.pending(service.outbox.count("pending"))
    cio.reported(service.outbox.stuck())

"""Addresses to which the e-mail provider does not deliver."""

from __future__ import annotations

import pytest

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery
from pytest_customerio.tools.sandbox.workspace.messages.esp_suppressions import EspSuppressions, sending_domain

SHOP, NEWS = "Shop <shop@mail.example.com>", "news@news.example.com"


@pytest.mark.parametrize(
    ("sender", "domain"),
    [(SHOP, "mail.example.com"), ("A@EXAMPLE.com", "example.com"), ("nobody", ""), ("", ""), (None, ""), (3, "")],
)
def test_sending_domains(sender: object, domain: str) -> None:
    """The domain of an address with or without a name; none for anything else."""
    assert sending_domain(sender) == domain


def mail(sender: str | None, operation: str = "app.send_email") -> Delivery:
    """A message to Ada."""
    payload = {"from": sender} if sender else {}
    return Delivery("1", operation, "Ada@example.com", "", "", "", "queued", 0, payload=payload)


def test_a_bounce_holds_for_the_domain_that_sent() -> None:
    """A sender of another domain still reaches the address. One that is not known may be of the same domain."""
    known = EspSuppressions()
    known.note(mail(SHOP), "bounced", 5)
    known.note(mail(SHOP), "opened", 6)
    known.note(mail(SHOP, "app.send_sms"), "bounced", 6)
    assert [known.reason("ada@example.com", each) for each in (SHOP, NEWS, None)] == ["bounces", "", "bounces"]
    assert list(known.of("bounces")) == list(known.of("bounces", "mail.example.com")) == [("ada@example.com", 5)]
    assert list(known.of("bounces", "news.example.com")) == list(known.of("blocks")) == []


def test_what_a_call_suppresses_holds_for_every_domain() -> None:
    """As does what bounced for a sender who is not known. Removing an address ends it on every domain."""
    known = EspSuppressions()
    known.add("blocks", "Ada@example.com", 5)
    known.note(mail(None), "spammed", 6)
    assert list(known) == ["blocks", "spam_reports"]
    assert [known.reason("ada@example.com", each) for each in (SHOP, NEWS)] == ["blocks", "blocks"]
    known.remove("blocks", "ADA@example.com")
    known.remove("bounces", "ada@example.com")
    assert known.reason("ada@example.com", NEWS) == "spam_reports"

"""The addresses to which the e-mail provider (ESP) does not deliver, by the reason and by the domain that sent to them.

A bounce or a complaint holds for the sending domain, what a call adds for every domain
(docs.customer.io/journeys/channels/email/deliverability/workspace-suppressions).
"""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import parseaddr

from pytest_customerio.tools.sandbox.workspace.deliveries import Delivery

EVERY_DOMAIN = ""
# What happened to a message that makes the provider suppress its address, and the reason in the App API.
_REASONS = {"bounced": "bounces", "spammed": "spam_reports"}


class EspSuppressions(dict[str, dict[str, dict[str, int]]]):
    """Each reason with its addresses, and for each of them the time by sending domain."""

    def add(self, reason: str, address: str, at: int, domain: str = EVERY_DOMAIN) -> None:
        """Suppress an address."""
        self.setdefault(reason, {}).setdefault(address.casefold(), {})[domain] = at

    def remove(self, reason: str, address: str) -> None:
        """End the suppression of an address for a reason, on every domain."""
        self.get(reason, {}).pop(address.casefold(), None)

    def note(self, delivery: Delivery, metric: str, at: int) -> None:
        """Suppress the address of an e-mail that bounced, or was complained about."""
        if delivery.channel == "email" and metric in _REASONS:
            self.add(_REASONS[metric], delivery.to, at, sending_domain(delivery.payload.get("from")))

    def reason(self, address: str, sender: object) -> str:
        """Why an e-mail of this sender is not delivered to an address, or nothing.

        A template in Customer.io has a sender that is not known here: then a suppression on any domain counts.
        """
        known, domain = address.casefold(), sending_domain(sender)
        return next((reason for reason, listed in self.items() if _time(listed.get(known, {}), domain) is not None), "")

    def of(self, reason: str, domain: str = EVERY_DOMAIN) -> Iterator[tuple[str, int]]:
        """The addresses that are suppressed for a reason, and since when; only those on one domain if it is given."""
        for address, domains in self.get(reason, {}).items():
            at = _time(domains, domain)
            if at is not None:
                yield address, at


def sending_domain(sender: object) -> str:
    """The domain of an address such as `Ada <ada@example.com>`; empty if there is none."""
    _, sign, domain = parseaddr(sender)[1].rpartition("@") if isinstance(sender, str) else ("", "", "")
    return domain.casefold() if sign else EVERY_DOMAIN


def _time(domains: dict[str, int], domain: str) -> int | None:
    """Since when an address is suppressed on a domain."""
    if domain == EVERY_DOMAIN:
        return next(iter(domains.values()), None)
    return domains.get(domain, domains.get(EVERY_DOMAIN))

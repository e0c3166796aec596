"""Delivers the rows of the outbox. A failed call is retried with growing waits, unless a retry could do harm."""

from __future__ import annotations

import logging

from signup.customer_io import CustomerIo, NotDeliveredError
from signup.outbox import Outbox, Row

log = logging.getLogger("signup.worker")

# Waits of 2, 4, 8 … seconds, at most an hour: a row fails for good after about a day and a half.
LONGEST_WAIT = 3600
MOST_ATTEMPTS = 45


class Worker:
    """Call `run_once` from a loop, a timer or a queue, one call at a time."""

    def __init__(self, outbox: Outbox, customer_io: CustomerIo) -> None:
        self._outbox = outbox
        self._customer_io = customer_io

    def run_once(self) -> None:
        """Try each row that is due once."""
        for row in self._outbox.due():
            self._try(row)

    def _try(self, row: Row) -> None:
        if row.call == "receipt":  # a crash after this line must not lead to a second e-mail
            self._outbox.settle(row, "uncertain", "not confirmed")
        try:
            self._customer_io.deliver(row)
        except NotDeliveredError as error:
            self._keep(row, error)
        else:
            self._outbox.settle(row, "delivered")

    def _keep(self, row: Row, error: NotDeliveredError) -> None:
        if row.call == "receipt" and error.perhaps:  # a send has no dedupe id, so an operator decides
            self._outbox.settle(row, "uncertain", error.reason)
            log.error("outbox row %d (%s): %s, uncertain", row.id, row.call, error.reason)
        elif error.retry and row.attempts + 1 < MOST_ATTEMPTS:
            wait = max(min(2.0 ** (row.attempts + 1), LONGEST_WAIT), error.after)
            self._outbox.postpone(row, wait, error.reason)
            log.warning("outbox row %d (%s): %s, again in %.0f s", row.id, row.call, error.reason, wait)
        else:
            self._outbox.settle(row, "failed", error.reason)
            log.error("outbox row %d (%s): %s, failed", row.id, row.call, error.reason)

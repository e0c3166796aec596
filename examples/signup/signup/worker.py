"""Delivers the outbox: again with growing waits where that helps, never where it could harm."""

from __future__ import annotations

import logging

from signup.customer_io import CustomerIo, NotDeliveredError
from signup.outbox import Outbox, Row

log = logging.getLogger("signup.worker")

# 2, 4, 8 … seconds, an hour at most: about a day and a half until a row is given up.
LONGEST_WAIT = 3600
MOST_ATTEMPTS = 45


class Worker:
    """Run `run_once` from a loop, a timer or a queue; one at a time."""

    def __init__(self, outbox: Outbox, customer_io: CustomerIo) -> None:
        self._outbox = outbox
        self._customer_io = customer_io

    def run_once(self) -> None:
        """Try each row that is due once."""
        for row in self._outbox.due():
            self._try(row)

    def _try(self, row: Row) -> None:
        if row.call == "receipt":  # a crash from here on must not send a second e-mail
            self._outbox.settle(row, "uncertain", "not confirmed")
        try:
            self._customer_io.deliver(row)
        except NotDeliveredError as error:
            self._keep(row, error)
        else:
            self._outbox.settle(row, "delivered")

    def _keep(self, row: Row, error: NotDeliveredError) -> None:
        if row.call == "receipt" and error.perhaps:  # sends have no dedupe id: an operator decides
            self._outbox.settle(row, "uncertain", error.reason)
            log.error("outbox row %d (%s): %s, uncertain", row.id, row.call, error.reason)
        elif error.retry and row.attempts + 1 < MOST_ATTEMPTS:
            wait = max(min(2.0 ** (row.attempts + 1), LONGEST_WAIT), error.after)
            self._outbox.postpone(row, wait, error.reason)
            log.warning("outbox row %d (%s): %s, again in %.0f s", row.id, row.call, error.reason, wait)
        else:
            self._outbox.settle(row, "failed", error.reason)
            log.error("outbox row %d (%s): %s, failed", row.id, row.call, error.reason)
